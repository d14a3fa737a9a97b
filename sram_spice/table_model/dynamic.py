"""Levels that are a transient: bit lines in time, by Kirchhoff's law.

dQ/dt = -(sum of the cells' currents), by steps of second order, from the end of the word line's
edge to the sample and through its fall. Capacitances and where a bit line starts come from the
simulator (`bit_line`); so computed, nominal columns end within 0.3 mV of where the simulator says,
and this difference is added to all columns. What is computed here is what mismatch moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sram_spice.column.levels import NominalLevel
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.bit_line import BitLine
from sram_spice.table_model.cell_kernel import SOLVED, UNSOLVED
from sram_spice.table_model.charge_kernel import charges_at
from sram_spice.table_model.endangered import Apart, near_their_trip, set_apart
from sram_spice.table_model.line_charge import LineCharge, line_axis, line_charge
from sram_spice.table_model.prepared_level import PreparedLevel
from sram_spice.table_model.silicon import Silicon
from sram_spice.table_model.status import CODE
from sram_spice.table_model.time_step import Instant, Moment, TimeStep, instant_after, time_step

STEPS = (160, 640)  # of time, least and most; each a constant factor longer than the one before
MEAN = 3e-12  # s, of a step: where a cell lingers on its way to flip, 10 ps are too long
SPREAD = 3.6  # the last by the first
RINGING = 10e-12  # s; in longer steps the trapezoidal rule rings about what is at rest
AT_ONCE = 256  # columns
TURNED = 0.5  # part of VDD by which the nodes of a cell are apart that has turned over: for good
LOOK_EACH = 8  # steps
PINNED = 1e18  # 1/s, at which bit lines stay where they are


@dataclass(frozen=True)
class DynamicLevel:
    """A level that is sampled from a transient.

    Attributes
    ----------
    model : PreparedLevel
        With `center` where the nominal column is sampled.
    line : BitLine
    steps : ndarray, shape (steps,)
        s, to the sample.
    start : ndarray, shape (2,)
        Nominal bit lines when the word line is up, V.
    capacitance : ndarray, shape (2, POINTS)
        Of BL and BLB over :func:`~sram_spice.table_model.line_charge.line_axis`, F.
    change_alone : ndarray, shape (groups, 2, POINTS)
        What each cell of a group that is solved from its transistors adds to it, F.
    taken : ndarray, shape (features, 2)
        Charge that has left BL and BLB by then, of each feature, C.
    correction : ndarray, shape (2,)
        Nominal bit lines of the simulator less those of the tables, V.
    nominal_kept : bool
        Whether the nominal column keeps its data.
    """

    model: PreparedLevel
    line: BitLine
    steps: FloatArray
    start: FloatArray
    capacitance: FloatArray
    change_alone: FloatArray
    taken: FloatArray
    correction: FloatArray
    nominal_kept: bool = True


def dynamic_level(model: PreparedLevel, nominal: NominalLevel, line: BitLine) -> DynamicLevel:
    """Prepare a level.

    Where the nominal column loses data there is nothing to correct mismatched ones by.

    Parameters
    ----------
    model : PreparedLevel
        With a center: that of a neighbour where the nominal column loses data.
    nominal : NominalLevel
    line : BitLine
    """
    model = replace(model, pre_charged=True)
    capacitance = line.capacitance_of(model.groups)
    level = DynamicLevel(
        model,
        line,
        _lengths(line.duration),
        line.start_at(nominal.n_plus, nominal.n_minus),
        capacitance,
        line.change_alone(model.groups),
        _taken_before(model, line, capacitance),
        np.zeros(2),
    )
    if nominal.status is not Status.OK:
        return replace(level, nominal_kept=False)
    end = _nominal_end(level)
    if end is None:
        return level
    return replace(level, correction=np.array([nominal.v_bl, nominal.v_blb]) - end)


def _lengths(duration: float) -> FloatArray:
    """Return the steps to the sample, s."""
    number = int(np.clip(duration / MEAN, *STEPS))
    weights = SPREAD ** np.linspace(0.0, 1.0, number)
    return np.asarray(duration * weights / weights.sum())


def _nominal_end(level: DynamicLevel) -> FloatArray | None:
    """Return where the tables' nominal column is sampled, V; None: it has no solution."""
    perfect = Silicon(np.zeros((1, _devices(level.model))), np.zeros((1, 2)))
    v, code = solve_dynamic(level, _nominal_sums(level.model), perfect)
    return v[0] if code[0] == CODE[Status.OK] else None


def solve_dynamic(
    level: DynamicLevel, sums: FloatArray, silicon: Silicon
) -> tuple[FloatArray, NDArray[np.uint8]]:
    """Solve columns of a level.

    Parameters
    ----------
    level : DynamicLevel
    sums : ndarray, shape (n, features)
    silicon : Silicon
        The n columns.

    Returns
    -------
    v : ndarray, shape (n, 2)
        V_BL and V_BLB, V.
    code : ndarray of uint8, shape (n,)
        Flipped where a cell is out of its state when the word line has fallen.
    """
    v, code = np.empty((len(sums), 2)), np.empty(len(sums), dtype=np.uint8)
    for start in range(0, len(sums), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        some = Silicon(silicon.cells[part], silicon.loads[part])
        v[part], code[part] = _integrate(level, sums[part], some)
    return v + level.correction, code


def _integrate(
    level: DynamicLevel, sums: FloatArray, silicon: Silicon
) -> tuple[FloatArray, NDArray[np.uint8]]:
    model, n = level.model, len(sums)
    end = np.tile(model.center, (n, 1))
    known = Status.OK if level.nominal_kept else Status.FLIPPED
    near, shifts = near_their_trip(model, silicon, end, np.full(n, CODE[known]))
    apart = set_apart(model, sums, near, shifts, model.beside)
    lines = np.tile(level.start, (n, 1))
    alone = np.stack([part.sum(axis=1) for part in near], axis=1)
    capacitance = level.capacitance + np.tensordot(alone, level.change_alone, 1)
    line = line_charge(capacitance, model.vdd)
    charge = _at_start(level, sums, apart, lines, line)
    solved, found = np.ones(n, dtype=bool), np.zeros(n, dtype=np.int64)
    gone = np.zeros(n, dtype=bool)
    earlier, before = None, Instant(charge, apart.nodes.copy())
    sampled = lines
    for number, moment in enumerate(_moments(level)):
        if number == level.steps.size:
            sampled = lines.copy()
        step = time_step(moment, before, earlier, line, level.line.node_capacitances)
        # A column that is gone stays where it was; nobody looks at it any more.
        charge = before.charge.copy()
        found = apart.solve(lines, charge, step, gone)
        if number % LOOK_EACH == 0:
            gone |= apart.margin() < -TURNED * model.vdd
        solved &= found != UNSOLVED
        earlier, before = before, instant_after(charge, apart.nodes.copy(), step, moment)
    kept = solved & (found == SOLVED)
    return sampled, np.where(kept, CODE[Status.OK], CODE[Status.FLIPPED]).astype(np.uint8)


def _moments(level: DynamicLevel) -> Iterator[Moment]:
    """Yield the steps to the sample, then those in which the word line falls and cells decide."""
    for length in level.steps.tolist():
        yield Moment(length, np.ones(3), np.zeros(2), np.zeros(2), length <= RINGING)
    fall, model = level.line.fall, level.model
    taken = level.line.taken_by_fall(model.groups, model.center)
    for length, access, lines, nodes in zip(
        fall.lengths.tolist(), fall.access, taken, fall.nodes, strict=True
    ):
        yield Moment(length, access, lines / length, nodes / length, False)


def _at_start(
    level: DynamicLevel,
    sums: FloatArray,
    apart: Apart,
    lines: FloatArray,
    line: LineCharge,
) -> FloatArray:
    """Return the charge on the bit lines when the word line is up, C, and set nodes, too.

    What the edge couples in is common to all columns, and so is where it takes a nominal one; the
    currents of mismatched cells have moved more or less charge by then.
    """
    charge = np.empty_like(lines)
    charges_at(line.capacitance, line.charge, line.grid, level.start, charge)
    charge -= (sums - _nominal_sums(level.model)) @ level.taken
    apart.nodes[:] = (level.model.vdd, 0.0)
    nodes = np.zeros_like(apart.nodes)
    none = np.zeros((len(nodes), 4))
    still = TimeStep(PINNED * charge, nodes, none, line, PINNED)
    apart.solve(lines, charge, still)
    apart.nodes[:] += level.line.lifted
    return charge


def _taken_before(model: PreparedLevel, line: BitLine, capacitance: FloatArray) -> FloatArray:
    """Return the charge that has left BL and BLB when the word line is up, of each feature, C."""
    parts = [line.taken_by_edge(group) for group in model.groups]
    at_supply = np.array([np.interp(model.vdd, line_axis(model.vdd), one) for one in capacitance])
    loads = [-line.released[:, None] * at_supply * own for own in np.eye(2)]
    return np.concatenate([*parts, *loads])


def _devices(model: PreparedLevel) -> int:
    return sum(group.devices.size for group in model.groups)


def _nominal_sums(model: PreparedLevel) -> FloatArray:
    parts = [np.eye(1, len(group.features))[0] * group.rows for group in model.groups]
    return np.concatenate([*parts, np.eye(1, 7)[0], np.eye(1, 7)[0]])[None]
