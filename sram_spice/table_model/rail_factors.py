"""How much of a threshold shift a lower gate is: what rails do to a cell, by its table's own terms.

A gate that is lower by a volt is not quite a threshold that is higher by one: the mobility knows
both. In weak and moderate inversion the current feels some 5 % less.
"""

from __future__ import annotations

import numpy as np

from sram_spice.errors import SimulatorError
from sram_spice.generators.cell_bench import CellBias, WholeCell, bench_transistors, threshold_names
from sram_spice.simulation import Job, OperatingPoint, SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_setup import CellSetup

STEP = 10e-3  # V; rails move by as much


def rail_factors(setup: CellSetup, lines: FloatArray, pool: SimulatorPool) -> FloatArray:
    """Return the factors of word line and supply, by which a volt of them is less than one of VT.

    Parameters
    ----------
    setup : CellSetup
        Of an active cell.
    lines : ndarray, shape (n, 2)
        BL and BLB of a cell with q high, V.
    pool : SimulatorPool

    Returns
    -------
    ndarray, shape (n, 2)
        Of the current from BLB, which pulls it down.

    Raises
    ------
    SimulatorError
        A cell between ideal sources has no solution.
    """
    at_word_line, at_supply = gate_signs(setup)
    roles = len(setup.sigma)
    rows = []
    for v_bl, v_blb in lines.tolist():
        bias = np.array([setup.vdd, setup.v_wl, v_bl, v_blb])
        for sign in (STEP, -STEP):
            still = np.zeros(roles)
            rows += [
                np.concatenate([bias - [0, sign, 0, 0], still]),
                np.concatenate([bias, sign * at_word_line]),
                np.concatenate([bias - [sign, 0, 0, 0], still]),
                np.concatenate([bias, sign * at_supply]),
            ]
    bench = WholeCell(setup.cell, CellBias(setup.vdd, setup.v_wl, setup.vdd, setup.vdd))
    sources = tuple(f"@v{name}[dc]" for name in ("dd", "wl", "bl", "blb"))
    alter = (*sources, *threshold_names(setup.cell))
    job = Job(
        bench.deck(setup.cards), OperatingPoint(), ("vblb#branch",), (bench.latch,), alter,
        np.array(rows), label="rails",
    )  # fmt: skip
    current = np.full(len(rows), np.nan)
    for result in pool.run([job]):
        if result.values is None:
            raise SimulatorError(f"a cell at its rails: {result.status} {result.detail}")
        current[result.point] = result.values[0]
    change = current.reshape(len(lines), 2, 4)
    slope = change[:, 0] - change[:, 1]
    return np.stack([slope[:, 0] / slope[:, 1], slope[:, 2] / slope[:, 3]], axis=1)


def gate_signs(setup: CellSetup) -> tuple[FloatArray, FloatArray]:
    """Return which thresholds rise with a lower word line, and with a lower supply: +1, -1, or 0.

    The cell has q high and qb low. Seen from its own ground all word lines are lower by what that
    has risen, and so are the supply and the node q. Of a PMOS with its gate at qb the source is
    lower, and its positive shift makes it stronger.
    """
    transistors = bench_transistors(setup.cell)
    word_line, supply = np.zeros(len(transistors)), np.zeros(len(transistors))
    for i, t in enumerate(transistors):
        if t.gate not in ("q", "qb"):
            word_line[i] = 1.0
        elif (t.gate, t.polarity) == ("q", "nmos"):
            supply[i] = 1.0
        elif (t.gate, t.polarity) == ("qb", "pmos"):
            supply[i] = -1.0
    return word_line, supply
