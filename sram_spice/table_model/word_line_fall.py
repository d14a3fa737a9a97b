"""What the fall of the word line does to cells and bit lines, from the simulator.

Access transistors switch off, and their gates take storage nodes and bit lines along: they decide a
cell that is on its way to its other state when the word line falls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.interpolate import make_interp_spline

from sram_spice.errors import SimulatorError
from sram_spice.generators.cell_bench import CellBias, WholeCell
from sram_spice.generators.waveform import Source
from sram_spice.simulation import DcSweep, Job, SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.line_charge import RAMPS, capacitance, ramp, still
from sram_spice.table_model.node_capacitances import OTHER_LINE, WEAK

FALLING = 10  # steps of the fall
DECIDED = 6  # steps of as long a time after it, in which the pre-charger is still off
FINE = 101  # voltages of the word line
LINES_AT = (0.0, 0.5, 1.0)  # parts of VDD on a bit line, for what gates take from it
BEYOND = 0.02  # part of V_WL by which ramps begin earlier and end later


@dataclass(frozen=True)
class WordLineFall:
    """The fall of the word line, and as long a time after it, in steps.

    Attributes
    ----------
    lengths : ndarray, shape (steps,)
        s.
    access : ndarray, shape (steps, 3)
        Part of its current that an access transistor carries, on average over the step: of a cell
        near its trip, at the node that is high and at the other one; of any other cell.
    nodes : ndarray, shape (steps, 2)
        Charge that the gates take from the storage nodes of a cell near its trip, C.
    lines : ndarray, shape (voltages, steps, 2)
        Charge that a cell's gates take from a bit line, C: of a cell that does not pull it down,
        of one that does.
    volts : ndarray, shape (voltages,)
        The bit line's, V.
    """

    lengths: FloatArray
    access: FloatArray
    nodes: FloatArray
    lines: FloatArray
    volts: FloatArray

    def from_line(self, at: float) -> FloatArray:
        """Return the charge of `lines` at a bit-line voltage, V, as C of shape (steps, 2).

        Outside of `volts` it is that of the nearest end.
        """
        line = make_interp_spline(self.volts, self.lines, k=1)
        return np.asarray(line(np.clip(at, self.volts[0], self.volts[-1])))


def word_line_fall(setup: CellSetup, pool: SimulatorPool) -> WordLineFall:
    """Return what the fall does to a cell and to its bit lines.

    Parameters
    ----------
    setup : CellSetup
        With the word line on.
    pool : SimulatorPool

    Raises
    ------
    SimulatorError
        One cell between ideal sources has no solution.
    """
    vdd = setup.vdd
    high, low = (part * vdd for part in WEAK)
    weak, strong, lines_of = (high, low), (vdd, 0.0), (0.0, OTHER_LINE * vdd)
    access = [
        *_access(setup, weak, lines_of, pool),
        _access(setup, strong, lines_of, pool)[1],
    ]
    volts = vdd * np.array(LINES_AT)
    lines = [_taken(setup, strong, (v, v), ("vbl", "vblb"), pool) for v in volts.tolist()]
    return WordLineFall(
        setup.edge / np.repeat([FALLING, DECIDED], [FALLING, DECIDED]),
        FALLING * _in_steps(np.stack(access, axis=1)),
        _in_steps(_taken(setup, weak, lines_of, ("vin", "vother"), pool)),
        np.array([_in_steps(taken) for taken in lines]),
        volts,
    )


def _in_steps(falling: FloatArray) -> FloatArray:
    """Integrate what is given at equal steps of the fall, (FINE, k), over each of `lengths`."""
    fallen = np.linspace(0.0, 1.0, len(falling))
    whole = cumulative_trapezoid(falling, fallen, axis=0, initial=0.0)
    ends = np.linspace(0.0, 1.0, FALLING + 1)
    steps = np.diff([[np.interp(end, fallen, w) for w in whole.T] for end in ends], axis=0)
    return np.concatenate([steps, np.zeros((DECIDED, falling.shape[1]))])


def _access(
    setup: CellSetup,
    nodes: tuple[float, float],
    lines: tuple[float, float],
    pool: SimulatorPool,
) -> FloatArray:
    """Return the current from BL and BLB as the word line falls, parts of what it is at first."""
    v_wl = setup.v_wl
    sweep = DcSweep("vwl", 0.0, v_wl, v_wl / (FINE - 1))
    job = Job(_bench(setup, nodes, lines).deck(setup.cards), sweep, ("vbl#branch", "vblb#branch"))
    (result,) = pool.run([job])
    if result.values is None or result.values.shape[1] != FINE:
        raise SimulatorError(f"no current of a cell: {result.status} {result.detail}")
    current = result.values[1:, ::-1]
    return np.asarray((current - current[:, -1:]) / (current[:, :1] - current[:, -1:]))


def _taken(
    setup: CellSetup,
    nodes: tuple[float, float],
    lines: tuple[float, float],
    sources: tuple[str, str],
    pool: SimulatorPool,
) -> FloatArray:
    """Return the charge per whole fall at two sources as the word line falls, C, (FINE, 2)."""
    v_wl = setup.v_wl
    ramps = [ramp((1 + BEYOND) * v_wl, -BEYOND * v_wl, duration) for duration in RAMPS]
    decks = [_bench(setup, nodes, lines, one).deck(setup.cards) for one in ramps]
    at = np.linspace(v_wl, 0.0, FINE)
    taken = [-capacitance(decks, (f"{source}#branch", "wl"), at, pool) for source in sources]
    return v_wl * np.stack(taken, axis=1)


def _bench(
    setup: CellSetup,
    nodes: tuple[float, float],
    lines: tuple[float, float],
    word_line: Source | None = None,
) -> WholeCell:
    """Return a cell whose four nodes are held."""
    q, qb = (still(volts) for volts in nodes)
    bias = CellBias(setup.vdd, setup.v_wl, *lines)
    return WholeCell(setup.cell, bias, held="q", held_wave=q, other_wave=qb, word_line=word_line)
