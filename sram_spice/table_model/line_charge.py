"""Charge on a bit line over its voltage, from the simulator: of one cell in each state, of a load.

A source takes the bit line down at two rates. The difference of its currents at one voltage is the
capacitance times the difference of the rates; currents that do not depend on the rate cancel.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sram_spice.design import Design
from sram_spice.errors import SimulatorError
from sram_spice.generators.cell_bench import CellBias, WholeCell
from sram_spice.generators.waveform import Source
from sram_spice.simulation import Job, SimulatorPool, Transient
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_sweeps import CellSetup
from sram_spice.table_model.grid import ABOVE
from sram_spice.table_model.load_table import load_deck
from sram_spice.technology import ModelCards

RAMPS = (1e-9, 2e-9)  # s, over the whole way down
LOWEST = -0.05  # part of VDD
SLOPES = 400  # time steps of a ramp, at least
POWERS = 9  # of the voltage, in the charge
NODES_AT = (0.6, 0.05)  # parts of VDD at which their capacitance is taken: near the trip


def node_capacitances(setup: CellSetup, pool: SimulatorPool) -> FloatArray:
    """Return the capacitances of the storage nodes of a cell on its way to its trip, F.

    Returns
    -------
    ndarray, shape (3,)
        Of the node that is high, of the other one, and between them.

    Raises
    ------
    SimulatorError
        A transient has no solution.
    """
    vdd = setup.vdd
    high, low = (part * vdd for part in NODES_AT)
    bench = WholeCell(setup.cell, CellBias(vdd, setup.v_wl, 0.0, vdd))
    down = [_ramp(1.25 * high, 0.75 * high, t) for t in RAMPS]
    up = [_ramp(0.0, 2 * low, t) for t in RAMPS]
    of_q = [replace(bench, held="q", held_wave=w, other_wave=_still(low)) for w in down]
    of_qb = [replace(bench, held="qb", held_wave=w, other_wave=_still(high)) for w in up]
    decks = [[one.deck(setup.cards) for one in benches] for benches in (of_q, of_qb)]
    own = [
        _capacitance(some, ("vin#branch", node), np.array([at]), pool)[0]
        for some, node, at in zip(decks, ("q", "qb"), (high, low), strict=True)
    ]
    mutual = -_capacitance(decks[0], ("vother#branch", "q"), np.array([high]), pool)[0]
    return np.array([*own, mutual])


def cell_line_charge(
    setup: CellSetup, stored: int, lowest: float, pool: SimulatorPool, held: bool = False
) -> FloatArray:
    """Return coefficients of V, V^2, ... of the charge that a cell adds to its BL, C.

    The part of the charge of its storage nodes that comes from there is among it.

    Parameters
    ----------
    setup : CellSetup
    stored : {+1, -1}
        Weight: whether the node at BL is high.
    lowest : float
        The cell keeps its state down to here, V; below, its capacitance is taken as it is here.
    pool : SimulatorPool
    held : bool
        Without the storage nodes: the one at BL stays where it is without current.

    Raises
    ------
    SimulatorError
        A transient has no solution.
    """
    vdd, top, low = setup.vdd, (1 + ABOVE) * setup.vdd, LOWEST * setup.vdd
    bench = WholeCell(setup.cell, CellBias(vdd, setup.v_wl, top, vdd), stored)
    if held:
        bench = replace(bench, held="q", held_wave=_still(vdd if stored > 0 else 0.0))
    decks = [
        replace(bench, bit_line=_ramp(top, low, duration)).deck(setup.cards) for duration in RAMPS
    ]
    return _charge(decks, vdd, pool, lowest)


def load_line_charge(design: Design, cards: ModelCards, pool: SimulatorPool) -> FloatArray:
    """Return the same of the transistor between VDD and BL.

    Raises
    ------
    SimulatorError
        A transient has no solution.
    """
    vdd = design.conditions.vdd
    top, low = (1 + ABOVE) * vdd, LOWEST * vdd
    ramps = [_ramp(top, low, duration).render(transient=True) for duration in RAMPS]
    return _charge([load_deck(design, cards, ramp) for ramp in ramps], vdd, pool)


def _charge(
    decks: list[str], vdd: float, pool: SimulatorPool, lowest: float = -np.inf
) -> FloatArray:
    """Fit a polynomial to the capacitance, and integrate it."""
    volts = vdd * np.linspace(0.9 * LOWEST, 1 + 0.95 * ABOVE, 200)
    capacitance = _capacitance(decks, ("vbl#branch", "bl"), volts.clip(lowest), pool)
    # In parts of VDD, where powers are well conditioned.
    powers = np.vander(volts / vdd, POWERS, increasing=True)
    found = np.linalg.lstsq(powers, capacitance, rcond=None)[0]
    order = np.arange(POWERS)
    return np.asarray(found / vdd**order / (order + 1))


def _capacitance(
    decks: list[str], outputs: tuple[str, str], volts: FloatArray, pool: SimulatorPool
) -> FloatArray:
    """Return the capacitance at some voltages, F, from two ramps of a source."""
    currents, rates = [], []
    for deck, duration in zip(decks, RAMPS, strict=True):
        job = Job(deck, Transient(duration, duration / SLOPES), outputs)
        (result,) = pool.run([job])
        if result.values is None:
            raise SimulatorError(f"no bit-line capacitance: {result.status} {result.detail}")
        time, branch, v = result.values
        order = np.argsort(v)
        currents.append(np.interp(volts, v[order], -branch[order]))
        rates.append((v[-1] - v[0]) / (time[-1] - time[0]))
    return np.asarray((currents[0] - currents[1]) / (rates[0] - rates[1]))


def _ramp(start: float, end: float, duration: float) -> Source:
    return Source(start, ((0.0, start), (duration, end)))


def _still(voltage: float) -> Source:
    return Source(voltage, ((0.0, voltage), (RAMPS[-1], voltage)))
