"""Capacitance of a bit line over its voltage, from the simulator: of a cell in each state, a load.

A source takes the bit line down at two rates. The difference of its currents at one voltage is the
capacitance times the difference of the rates; currents that do not depend on the rate cancel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.integrate import cumulative_trapezoid

from sram_spice.design import Design
from sram_spice.errors import SimulatorError
from sram_spice.generators.cell_bench import CellBias, WholeCell
from sram_spice.generators.waveform import Source
from sram_spice.simulation import Job, SimulatorPool, Transient
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.load_table import load_deck
from sram_spice.table_model.table_points import ABOVE
from sram_spice.technology import ModelCards

RAMPS = (1e-9, 2e-9)  # s, over the whole way down
LOWEST = -0.05  # part of VDD
SLOPES = 400  # time steps of a ramp, at least
POINTS = 121  # of the voltage; capacitance is linear between them


def cell_line_capacitance(
    setup: CellSetup, stored: int, lowest: float, pool: SimulatorPool, held: bool = False
) -> FloatArray:
    """Return the capacitance that a cell adds to its BL, F, over :func:`line_axis`.

    What its storage nodes take from there is among it.

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
        bench = replace(bench, held="q", held_wave=still(vdd if stored > 0 else 0.0))
    decks = [
        replace(bench, bit_line=ramp(top, low, duration)).deck(setup.cards) for duration in RAMPS
    ]
    return _over_axis(decks, vdd, pool, lowest)


def load_line_capacitance(design: Design, cards: ModelCards, pool: SimulatorPool) -> FloatArray:
    """Return the same of the transistor between VDD and BL.

    Raises
    ------
    SimulatorError
        A transient has no solution.
    """
    vdd = design.conditions.vdd
    top, low = (1 + ABOVE) * vdd, LOWEST * vdd
    ramps = [ramp(top, low, duration).render(transient=True) for duration in RAMPS]
    return _over_axis([load_deck(design, cards, ramp) for ramp in ramps], vdd, pool)


def line_axis(vdd: float) -> FloatArray:
    """Return the bit-line voltages of the capacitances, V, shape (POINTS,)."""
    return vdd * np.linspace(0.9 * LOWEST, 1 + 0.95 * ABOVE, POINTS)


@dataclass(frozen=True)
class LineCharge:
    """Capacitance and charge of the bit lines of some columns over their voltage.

    Attributes
    ----------
    capacitance, charge : ndarray, shape (n, 2, POINTS)
        Of BL and BLB over :func:`line_axis`, F and C; the charge is that from its beginning on.
    grid : ndarray, shape (2,)
        Lowest voltage and step of the axis, V.
    """

    capacitance: FloatArray
    charge: FloatArray
    grid: FloatArray


def line_charge(capacitance: FloatArray, vdd: float) -> LineCharge:
    """Integrate capacitances, F, shape (n, 2, POINTS)."""
    axis = line_axis(vdd)
    charge = cumulative_trapezoid(capacitance, axis, axis=-1, initial=0.0)
    return LineCharge(capacitance, charge, np.array([axis[0], axis[1] - axis[0]]))


def _over_axis(
    decks: list[str], vdd: float, pool: SimulatorPool, lowest: float = -np.inf
) -> FloatArray:
    return capacitance(decks, ("vbl#branch", "bl"), line_axis(vdd).clip(lowest), pool)


def capacitance(
    decks: list[str], outputs: tuple[str, str], volts: FloatArray, pool: SimulatorPool
) -> FloatArray:
    """Return the capacitance at some voltages, F, from two ramps of a source.

    Parameters
    ----------
    decks : list of str
        The same circuit with a ramp over each of `RAMPS`.
    outputs : (str, str)
        Current of a source, and the node that is ramped: what flows into that source's node is
        negative where it is another one.
    volts : ndarray, shape (n,)
        Of that node, V.
    pool : SimulatorPool

    Raises
    ------
    SimulatorError
        A transient has no solution.
    """
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


def ramp(start: float, end: float, duration: float) -> Source:
    """Return a source that goes from one voltage to another, V, in some time, s."""
    return Source(start, ((0.0, start), (duration, end)))


def still(voltage: float) -> Source:
    """Return a source that stays where it is in the meantime, V."""
    return Source(voltage, ((0.0, voltage), (RAMPS[-1], voltage)))
