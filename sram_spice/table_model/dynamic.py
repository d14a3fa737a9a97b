"""Levels that are a transient: bit lines in time, by Kirchhoff's law.

dQ/dt = -(sum of the cells' currents), second-order backward differences, from the end of the word
line's edge to the sample. The charge on a bit line and where it starts come from nominal accesses
of the simulator (`bit_line`); the charge is scaled, by some per cent, so that the nominal column
ends where the simulator says. What is computed here is what mismatch moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sram_spice.measurements.levels import NominalLevel
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.bit_line import BitLine
from sram_spice.table_model.cell_kernel import SOLVED, UNSOLVED
from sram_spice.table_model.endangered import Apart, TimeStep, near_their_trip, set_apart
from sram_spice.table_model.level_model import LevelModel
from sram_spice.table_model.line_charge import POWERS
from sram_spice.table_model.silicon import Silicon
from sram_spice.table_model.status import CODE

STEPS = 80  # of time; each a constant factor longer than the one before
GROWTH = 1.045
AT_ONCE = 256  # columns
LAST = 12  # steps after the sample, in which a cell that is about to flip does so or does not
DECIDED = 2.0  # edges of the word line that they last
OFF = 0.5  # part of its fall after which an access transistor is off
ROUNDS = 2  # of Newton's method for the scale of the charge
NUDGE = 0.02  # part of the charge by which its effect is measured
PINNED = 1e18  # 1/s, at which bit lines stay where they are
STILL = 0.02  # part of VDD per unit of charge: a line that moves less does not feel its capacitance
MOST = 0.2  # part of the charge that the scale may add or take


@dataclass(frozen=True)
class DynamicLevel:
    """A level that is sampled from a transient.

    Attributes
    ----------
    model : LevelModel
        With `center` where the nominal column is sampled.
    line : BitLine
    steps : ndarray, shape (STEPS,)
        s, to the sample.
    start : ndarray, shape (2,)
        Nominal bit lines when the word line is up, V.
    charge : ndarray, shape (2, POWERS)
        Coefficients of V, V^2, ... of the charge on BL and BLB, C.
    taken : ndarray, shape (features, 2)
        Charge that has left BL and BLB by then, of each feature, C.
    correction : ndarray, shape (2,)
        Nominal bit lines of the simulator less those of the tables, V: what is left.
    nominal_kept : bool
        Whether the nominal column keeps its data.
    """

    model: LevelModel
    line: BitLine
    steps: FloatArray
    start: FloatArray
    charge: FloatArray
    taken: FloatArray
    correction: FloatArray
    nominal_kept: bool = True


def dynamic_level(model: LevelModel, nominal: NominalLevel, line: BitLine) -> DynamicLevel:
    """Prepare a level.

    Where the nominal column loses data, mismatched ones are followed with the charge as it is.

    Parameters
    ----------
    model : LevelModel
        With a center: that of a neighbour where the nominal column loses data.
    nominal : NominalLevel
    line : BitLine
    """
    weights = GROWTH ** np.arange(STEPS)
    model = replace(model, pre_charged=True)
    charge = line.charge_of(model.groups, model.endangered)
    level = DynamicLevel(
        model,
        line,
        line.duration * weights / weights.sum(),
        line.start_at(nominal.n_plus, nominal.n_minus),
        charge,
        _taken_before(model, line, charge),
        np.zeros(2),
    )
    if nominal.status is not Status.OK:
        return replace(level, nominal_kept=False)
    return _calibrated(level, np.array([nominal.v_bl, nominal.v_blb]))


def _calibrated(level: DynamicLevel, wanted: FloatArray) -> DynamicLevel:
    """Scale the charge so that the nominal column ends where the simulator says, V.

    A bit line at rest does not feel its capacitance; what is left is added in the end.
    """
    scale = np.ones(2)
    for _ in range(ROUNDS):
        ends = [_nominal_end(_scaled(level, scale * part)) for part in (1.0, 1 + NUDGE)]
        if ends[0] is None or ends[1] is None:
            return level
        felt = (ends[1] - ends[0]) / NUDGE
        moving = np.abs(felt) > STILL * level.model.vdd
        change = np.where(moving, (wanted - ends[0]) / np.where(moving, felt, 1.0), 0.0)
        scale = np.clip(scale * (1 + change), 1 - MOST, 1 + MOST)
    level = _scaled(level, scale)
    end = _nominal_end(level)
    return level if end is None else replace(level, correction=wanted - end)


def _scaled(level: DynamicLevel, scale: FloatArray) -> DynamicLevel:
    return replace(level, charge=level.charge * scale[:, None])


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
    charge = _at_start(level, sums, apart, lines)
    solved, found = np.ones(n, dtype=bool), np.zeros(n, dtype=np.int64)
    earlier, before = None, (charge, apart.nodes.copy(), 0.0)
    sampled = lines
    for number, (length, access) in enumerate(_instants(level)):
        if number == STEPS:
            sampled = lines.copy()
        step = replace(_time_step(level, length, before, earlier), access=access)
        charge = np.empty((n, 2))
        found = apart.solve(lines, charge, step)
        solved &= found != UNSOLVED
        earlier, before = before, (charge, apart.nodes.copy(), length)
    kept = solved & (found == SOLVED)
    return sampled, np.where(kept, CODE[Status.OK], CODE[Status.FLIPPED]).astype(np.uint8)


def _instants(level: DynamicLevel) -> Iterator[tuple[float, float]]:
    """Yield each step, s, and the part of its current that an access transistor carries in it.

    STEPS of them lead to the sample; in LAST more the word line falls, and cells are decided.
    """
    for length in level.steps.tolist():
        yield length, 1.0
    for number in range(1, LAST + 1):
        fallen = DECIDED * number / LAST
        yield DECIDED / LAST * level.line.fall, max(0.0, 1 - fallen / OFF) ** 2


def _at_start(level: DynamicLevel, sums: FloatArray, apart: Apart, lines: FloatArray) -> FloatArray:
    """Return the charge on the bit lines when the word line is up, C, and set nodes to rest there.

    What the edge couples in is common to all columns, and so is where it takes a nominal one; the
    currents of mismatched cells have moved more or less charge by then.
    """
    on_line = (level.charge * level.start[:, None] ** np.arange(1, POWERS + 1)).sum(axis=1)
    charge = np.asarray(on_line - (sums - _nominal_sums(level.model)) @ level.taken)
    apart.nodes[:] = (level.model.vdd, 0.0)
    still = TimeStep(PINNED * charge, np.zeros_like(apart.nodes), PINNED, level.charge)
    apart.solve(lines, charge, still)
    return charge


Instant: TypeAlias = tuple[FloatArray, FloatArray, float]  # as by _time_step


def _time_step(
    level: DynamicLevel, length: float, before: Instant, earlier: Instant | None
) -> TimeStep:
    """Return the second-order backward differences for steps of unequal length; the first is Euler.

    An instant is the charge of the bit lines, the storage nodes, and the length of the step to it.
    """
    ratio = 0.0 if earlier is None else length / before[2]
    rate = (1 + 2 * ratio) / (1 + ratio) / length
    first, second = (1 + ratio) / length, ratio**2 / (1 + ratio) / length
    last = before if earlier is None else earlier
    history = first * before[0] - second * last[0]
    nodes = first * before[1] - second * last[1]
    return TimeStep(history, nodes, rate, level.charge, level.line.node_capacitances)


def _taken_before(model: LevelModel, line: BitLine, charge: FloatArray) -> FloatArray:
    """Return the charge that has left BL and BLB when the word line is up, of each feature, C."""
    parts = [g.table.edge[:, ::-1] if g.mirrored else g.table.edge for g in model.groups]
    order = np.arange(POWERS)
    capacitance = (charge * (order + 1)) @ model.vdd**order
    loads = [-line.released[:, None] * capacitance * own for own in np.eye(2)]
    return np.concatenate([*parts, *loads])


def _devices(model: LevelModel) -> int:
    return sum(group.devices.size for group in model.groups)


def _nominal_sums(model: LevelModel) -> FloatArray:
    parts = [np.eye(1, len(group.features))[0] * group.rows for group in model.groups]
    return np.concatenate([*parts, np.eye(1, 7)[0], np.eye(1, 7)[0]])[None]
