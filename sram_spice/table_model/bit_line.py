"""Bit-line capacitance from the simulator: charge that the cells take over the voltage it moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.integrate import cumulative_trapezoid

from sram_spice.design import Design
from sram_spice.errors import SimulatorError
from sram_spice.generators.cell_bench import CellBias, WholeCell
from sram_spice.generators.readout import readout_of
from sram_spice.generators.waveform import Source, access_timing
from sram_spice.measurements.access import access_job
from sram_spice.measurements.levels import NominalLevel
from sram_spice.simulation import Job, SimulatorPool, Status, Transient
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_sweeps import CellSetup
from sram_spice.table_model.grid import interpolation_matrix
from sram_spice.table_model.level import level_groups
from sram_spice.table_model.tables import ColumnTables, cell_setup
from sram_spice.technology import ModelCards

RAMPS = (1e-9, 2e-9)  # s, of a storage node from VDD to half of it
NODE_AT = 0.7  # part of VDD at which its capacitance is taken: between holding and its fold
FALL = 0.8  # part of VDD: the charge is counted until a bit line has fallen this far


@dataclass(frozen=True)
class BitLine:
    """What a bit line is in time.

    Attributes
    ----------
    charge : ndarray, shape (3,)
        Coefficients of V, V^2, V^3 of the charge on a bit line, C.
    node_capacitance : float
        Of a storage node, F.
    slope : float
        Of the rising word line, V/s.
    duration : float
        From the end of that edge to the sample, s.
    """

    charge: FloatArray
    node_capacitance: float
    slope: float
    duration: float


def bit_line(
    design: Design, cards: ModelCards, tables: ColumnTables, pool: SimulatorPool
) -> BitLine:
    """Return what a bit line is in time, from the access at the level in the middle.

    Returns
    -------
    BitLine

    Raises
    ------
    SimulatorError
        That transient has no valid solution.
    """
    rows = design.column.rows
    n_plus = rows // 2
    job = replace(access_job(design, cards, n_plus, rows - n_plus), latches=())
    (result,) = pool.run([job])
    if result.values is None:
        raise SimulatorError(f"no bit-line capacitance: {result.status} {result.detail}")
    node = node_capacitance(cell_setup(design, cards, active=True), pool)
    level = NominalLevel(n_plus, rows - n_plus, Status.OK, np.nan, np.nan, None)
    time, bl, blb = result.values[:3]
    timing = access_timing(design, readout_of(design).pulse_time(design))
    current, taken = _out_of_bl(design, tables, level, bl, blb)
    vdd = design.conditions.vdd
    # From the end of the edge on the cells conduct as they are tabulated.
    begin = int(np.searchsorted(time, timing.rise + timing.edge))
    fallen = np.flatnonzero(bl[begin:] <= (1 - FALL) * vdd)
    end = begin + (int(fallen[0]) if fallen.size else len(time[begin:]) - 1)
    end = min(end, int(np.searchsorted(time, timing.fall)))
    inside = slice(begin, end + 1)
    gone = cumulative_trapezoid(current[inside], time[inside], initial=0.0)
    gone += node * (taken[inside] - taken[begin])
    volts = bl[inside]
    powers = np.stack([volts[0] ** k - volts**k for k in (1, 2, 3)], axis=1)
    charge = np.linalg.lstsq(powers, gone, rcond=None)[0]
    return BitLine(
        charge,
        node,
        design.column.word_line_voltage / timing.edge,
        timing.fall - timing.rise - timing.edge,
    )


def node_capacitance(setup: CellSetup, pool: SimulatorPool) -> float:
    """Return the capacitance of a storage node that is high, F.

    The node is pulled down at two rates; the difference of the currents at one voltage is the
    capacitance times the difference of the rates.

    Raises
    ------
    SimulatorError
        A transient has no solution.
    """
    vdd = setup.vdd
    currents = []
    for duration in RAMPS:
        ramp = Source(vdd, ((0.0, vdd), (duration, 0.5 * vdd)))
        bias = CellBias(vdd, setup.v_wl, 0.2 * vdd, vdd)
        bench = WholeCell(setup.cell, bias, held="q", held_wave=ramp)
        job = Job(bench.deck(setup.cards), Transient(duration, duration / 200), ("vin#branch", "q"))
        (result,) = pool.run([job])
        if result.values is None:
            raise SimulatorError(f"no capacitance of a storage node: {result.status}")
        _, branch, q = result.values
        currents.append(float(np.interp(-NODE_AT * vdd, -q, -branch)))
    rates = [-0.5 * vdd / duration for duration in RAMPS]
    return (currents[0] - currents[1]) / (rates[0] - rates[1])


def _out_of_bl(
    design: Design, tables: ColumnTables, level: NominalLevel, bl: FloatArray, blb: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the current of the nominal column out of BL at each instant, A, and V of its nodes."""
    load = tables.load
    top = load.axis[-1]
    bl, blb = np.clip(bl, 0.0, top), np.clip(blb, 0.0, top)
    total = -np.asarray(interpolation_matrix(load.axis, bl) @ load.current[0])
    taken = np.zeros(bl.size)
    for group in level_groups(tables, design, level):
        own, other = (blb, bl) if group.mirrored else (bl, blb)
        table, line = group.table, 1 if group.mirrored else 0
        left, right = interpolation_matrix(table.bl, own), interpolation_matrix(table.blb, other)
        for sum_, values in ((total, table.current), (taken, table.droop)):
            sum_ += group.rows * np.einsum("tb,bc,tc->t", left, values[0, :, :, line], right)
    return total, taken
