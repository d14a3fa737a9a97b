"""Levels that are a transient: bit lines from the pre-charge level on, by Kirchhoff's law in time.

dQ/dt = -(sum of the cells' currents), second-order backward differences. The bit-line
capacitance comes from a transient of the simulator; the nominal column's own level, from the
simulator, too, takes out what both have in common: coupling of the word line, its edges, the
change of the capacitance with the voltage. What is left is what mismatch moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sram_spice.measurements.levels import NominalLevel
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.bit_line import BitLine
from sram_spice.table_model.cell_kernel import SOLVED, UNSOLVED
from sram_spice.table_model.endangered import TimeStep, near_their_trip, set_apart
from sram_spice.table_model.expansion import expand_to
from sram_spice.table_model.level_model import LevelModel
from sram_spice.table_model.silicon import Silicon
from sram_spice.table_model.status import CODE

STEPS = 48  # of time; each a constant factor longer than the one before
GROWTH = 1.09
AT_ONCE = 256  # columns


@dataclass(frozen=True)
class DynamicLevel:
    """A level that is sampled from a transient.

    Attributes
    ----------
    model : LevelModel
        With `center` where the nominal column is sampled.
    line : BitLine
    polynomials : ndarray, shape (features, 4, m, m)
        Currents (A) and charges (C) of each feature in the model's wide box.
    steps : ndarray, shape (STEPS,)
        s, to the sample.
    coupled : ndarray, shape (2,)
        Charge that edges of gates couple into BL and BLB before the cells conduct, C.
    correction : ndarray, shape (2,)
        Nominal bit lines of the simulator less those of the tables, V: what is left.
    """

    model: LevelModel
    line: BitLine
    polynomials: FloatArray
    steps: FloatArray
    coupled: FloatArray
    correction: FloatArray


def dynamic_level(model: LevelModel, nominal: NominalLevel, line: BitLine) -> DynamicLevel:
    """Prepare a level; its nominal column has to have kept its data."""
    weights = GROWTH ** np.arange(STEPS)
    steps = line.duration * weights / weights.sum()
    model = replace(model, pre_charged=True)
    nothing = np.zeros(2)
    level = DynamicLevel(model, line, _with_charges(model, line), steps, nothing, nothing)
    off = _off_nominal(level, nominal)
    if off is None:
        return level
    # A line that still moves is off in part because it began higher; one at rest forgets that.
    capacitance = float(line.charge @ (np.arange(1, 4) * model.vdd ** np.arange(3)))
    coupled = replace(level, coupled=capacitance * off)
    left = _off_nominal(coupled, nominal)
    if left is None:
        return replace(level, correction=off)
    return replace(coupled, correction=left)


def _off_nominal(level: DynamicLevel, nominal: NominalLevel) -> FloatArray | None:
    """Return how far the simulator's nominal column is from the tables', V; None: no solution."""
    perfect = Silicon(np.zeros((1, _devices(level.model))), np.zeros((1, 2)))
    v, code = solve_dynamic(level, _nominal_sums(level.model), perfect)
    if code[0] != CODE[Status.OK]:
        return None
    return np.asarray(np.array([nominal.v_bl, nominal.v_blb]) - v[0])


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
        Flipped where at some instant a cell has no state to rest in.
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
    near, shifts = near_their_trip(model, silicon, end, np.zeros(n, dtype=np.uint8))
    apart = set_apart(model, sums, near, shifts, level.polynomials)
    lines = np.full((n, 2), model.vdd)
    apart.nodes[:] = (model.vdd, 0.0)
    powers = model.vdd ** np.arange(1, 4)
    charge = level.line.charge @ powers + level.coupled - _taken_while_rising(level, sums)
    earlier, before = None, (charge, apart.nodes.copy(), 0.0)
    solved, found = np.ones(n, dtype=bool), np.zeros(n, dtype=np.int64)
    for length in level.steps.tolist():
        step = _time_step(level.line, length, before, earlier)
        charge = np.empty((n, 2))
        found = apart.solve(lines, charge, step)
        solved &= found != UNSOLVED
        earlier, before = before, (charge, apart.nodes.copy(), length)
    kept = solved & (found == SOLVED)
    return lines, np.where(kept, CODE[Status.OK], CODE[Status.FLIPPED]).astype(np.uint8)


Instant: TypeAlias = tuple[FloatArray, FloatArray, float]  # as by _time_step


def _time_step(line: BitLine, length: float, before: Instant, earlier: Instant | None) -> TimeStep:
    """Return the second-order backward differences for steps of unequal length; the first is Euler.

    An instant is the charge of the bit lines, the storage nodes, and the length of the step to it.
    """
    ratio = 0.0 if earlier is None else length / before[2]
    rate = (1 + 2 * ratio) / (1 + ratio) / length
    first, second = (1 + ratio) / length, ratio**2 / (1 + ratio) / length
    last = before if earlier is None else earlier
    history = first * before[0] - second * last[0]
    nodes = first * before[1] - second * last[1]
    return TimeStep(history, nodes, rate, line.charge, line.node_capacitance)


def _with_charges(model: LevelModel, line: BitLine) -> FloatArray:
    """Return the polynomials of currents and, beside them, of the charge in the storage nodes."""
    wide = model.beside
    load = model.tables.load
    still = replace(load, current=np.zeros_like(load.current))
    groups = tuple(
        replace(g, table=replace(g.table, current=g.table.droop * line.node_capacitance))
        for g in model.groups
    )
    charges = expand_to(groups, still, wide.box, wide.polynomials.shape[-1] - 1)
    return np.concatenate([wide.polynomials, charges], axis=1)


def _taken_while_rising(level: DynamicLevel, sums: FloatArray) -> FloatArray:
    """Return the charge that has left BL and BLB when the word line is up, C, shape (n, 2)."""
    total, start = np.zeros((len(sums), 2)), 0
    for group in level.model.groups:
        part = sums[:, start : start + len(group.features)] @ group.table.ramp
        total += part[:, ::-1] if group.mirrored else part
        start += len(group.features)
    return total / level.line.slope


def _devices(model: LevelModel) -> int:
    return sum(group.devices.size for group in model.groups)


def _nominal_sums(model: LevelModel) -> FloatArray:
    parts = [np.eye(1, len(group.features))[0] * group.rows for group in model.groups]
    return np.concatenate([*parts, np.eye(1, 7)[0], np.eye(1, 7)[0]])[None]
