"""Columns of one level, solved from the sums of their cells' features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sram_spice.design import Design
from sram_spice.measurements.levels import NominalLevel
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_table import NEVER
from sram_spice.table_model.expansion import (
    WIDEST,
    Box,
    Expansion,
    expand,
    first_half_widths,
    level_box,
)
from sram_spice.table_model.features import SCALE, Z_LIMIT, FeatureSet
from sram_spice.table_model.kernels import (
    INSIDE,
    OUTSIDE,
    power_sums,
    solve_polynomials,
    worst_trip,
)
from sram_spice.table_model.level import CellGroup, level_groups, level_sigma
from sram_spice.table_model.load_table import LoadTable
from sram_spice.table_model.tables import ColumnTables

STATUSES = (Status.OK, Status.FLIPPED, Status.NONCONVERGED)
OK, FLIPPED, NONCONVERGED = range(3)


@dataclass(frozen=True)
class LevelSamples:
    """Mismatched columns of a level.

    Attributes
    ----------
    v_bl, v_blb : ndarray, shape (n,)
        V; NaN unless the column is ok: where it ends after a flip the tables do not know.
    code : ndarray of uint8, shape (n,)
        Position of each column's status in STATUSES: flipped where a cell loses its data or the
        solution leaves the valid range of the tables, nonconverged where Newton fails or a shift
        is beyond what was tabulated.
    """

    v_bl: FloatArray
    v_blb: FloatArray
    code: NDArray[np.uint8]

    @property
    def status(self) -> list[Status]:
        """Status of each column."""
        return [STATUSES[code] for code in self.code.tolist()]

    def count(self, status: Status) -> int:
        """Return how many columns have a status."""
        return int((self.code == STATUSES.index(status)).sum())


@dataclass(frozen=True)
class LevelModel:
    """A level, ready to be solved.

    Attributes
    ----------
    groups : tuple of CellGroup
    load : LoadTable
    near : Expansion or None
        Where nearly all columns are solved; None when the nominal column is not valid itself.
    rest : Box or None
        Where the others are.
    trips : tuple of (ndarray, float, float)
        Of each group: coefficients of the trip voltage at the nominal bit lines (V), its slope
        against the other bit line, that bit line's nominal voltage (V).
    endangered : tuple of bool
        Of each group: a cell can lose its data within reach of the mismatch.
    """

    groups: tuple[CellGroup, ...]
    load: LoadTable
    near: Expansion | None
    rest: Box | None
    trips: tuple[tuple[FloatArray, float, float], ...]
    endangered: tuple[bool, ...]

    @cached_property
    def wide(self) -> Expansion:
        """Polynomials in the box of the rest, made when a column needs them."""
        assert self.rest is not None
        return expand(self.groups, self.load, self.rest)


def level_model(tables: ColumnTables, design: Design, nominal: NominalLevel) -> LevelModel:
    """Prepare a level."""
    groups = level_groups(tables, design, nominal.n_plus, nominal.n_minus)
    center = np.array([nominal.v_bl, nominal.v_blb])
    half = None
    if nominal.status is Status.OK:
        half = first_half_widths(groups, tables.load, center)
    if half is None:
        return LevelModel(groups, tables.load, None, None, (), ())
    near = level_box(groups, tables.load, center, half)
    rest = level_box(groups, tables.load, center, np.full(2, WIDEST))
    if near is None or rest is None:
        return LevelModel(groups, tables.load, None, None, (), ())
    trips = tuple(_trip(group, center) for group in groups)
    endangered = tuple(
        _highest(group.features, trip[0]) > near.low[1 if group.mirrored else 0]
        for group, trip in zip(groups, trips, strict=True)
    )
    near_expansion = expand(groups, tables.load, near)
    return LevelModel(groups, tables.load, near_expansion, rest, trips, endangered)


def solve_level(
    tables: ColumnTables, design: Design, nominal: NominalLevel, shifts: FloatArray
) -> LevelSamples:
    """Solve columns whose threshold shifts are given.

    Parameters
    ----------
    tables : ColumnTables
    design : Design
    nominal : NominalLevel
    shifts : ndarray, shape (n, devices)
        V, in the order of the devices of the level's column.
    """
    model = level_model(tables, design, nominal)
    z = shifts / level_sigma(design, nominal.n_plus, nominal.n_minus)
    largest = np.abs(z[:, -2:]).max(axis=1)
    parts, trips = [], []
    for i, group in enumerate(model.groups):
        own = np.ascontiguousarray(z[:, group.devices])
        sums = np.empty((len(z), len(group.features)))
        every = np.arange(len(group.features))
        power_sums(own, SCALE, group.features.degrees, group.terms, every, sums, largest)
        parts.append(sums)
        trips.append(group_trips(model, i, own))
    return solve_sums(model, np.concatenate([*parts, *load_features(z[:, -2:])], axis=1), trips,
                      largest)  # fmt: skip


def load_features(z: FloatArray) -> list[FloatArray]:
    """Return the features of both loads from their shifts in sigmas, shape (n, 2)."""
    return [np.vander(z[:, line] / SCALE, 7, increasing=True) for line in range(2)]


def group_trips(model: LevelModel, number: int, z: FloatArray) -> FloatArray:
    """Return the highest trip voltage among the cells of a group, V, shape (n,)."""
    out = np.full(len(z), NEVER)
    if model.endangered and model.endangered[number]:
        group = model.groups[number]
        worst_trip(z, SCALE, group.terms, model.trips[number][0], out)
    return out


def solve_sums(
    model: LevelModel, sums: FloatArray, trips: list[FloatArray], largest: FloatArray
) -> LevelSamples:
    """Solve columns from the sums of their features.

    Parameters
    ----------
    model : LevelModel
    sums : ndarray, shape (n, features)
    trips : list of ndarray, shape (n,)
        Highest trip voltage in each group, V.
    largest : ndarray, shape (n,)
        Largest shift of any transistor in each column, sigmas.
    """
    if model.near is None:
        nothing = np.full(len(sums), np.nan)
        return LevelSamples(nothing, nothing, np.full(len(sums), FLIPPED, dtype=np.uint8))
    v, code = _in_box(model.near, sums)
    outside = np.flatnonzero(code != OK)
    if outside.size:
        v[outside], code[outside] = _in_box(model.wide, sums[outside])
    for group, trip, (_, slope, reference) in zip(model.groups, trips, model.trips, strict=True):
        own, other = (1, 0) if group.mirrored else (0, 1)
        code[v[:, own] < trip + slope * (v[:, other] - reference)] = FLIPPED
    code[largest > Z_LIMIT] = NONCONVERGED
    v[code != OK] = np.nan
    return LevelSamples(v[:, 0].copy(), v[:, 1].copy(), code)


def _in_box(expansion: Expansion, sums: FloatArray) -> tuple[FloatArray, NDArray[np.uint8]]:
    solution, found = np.empty((len(sums), 2)), np.empty(len(sums), dtype=np.int64)
    solve_polynomials(np.ascontiguousarray(sums), expansion.polynomials, solution, found)
    box = expansion.box
    v = box.center + solution * box.half
    code = np.full(len(sums), NONCONVERGED, dtype=np.uint8)
    code[found == INSIDE] = OK
    # The box ends where stored data does: there is no solution in which all cells keep it.
    lost = (found == OUTSIDE) & ((v < box.valid) & (box.low <= box.valid)).any(axis=1)
    code[lost] = FLIPPED
    return v, code


def _trip(group: CellGroup, center: FloatArray) -> tuple[FloatArray, float, float]:
    """Return a group's trip coefficients at the nominal column, and their slope."""
    table = group.table
    other = float(center[0 if group.mirrored else 1])
    never = np.zeros(len(group.features))
    never[0] = NEVER
    if other < table.trip_blb[0]:
        return never, 0.0, other
    upper = int(np.clip(np.searchsorted(table.trip_blb, other), 1, table.trip_blb.size - 1))
    low, high = table.trip[upper - 1], table.trip[upper]
    if low[0] == NEVER or high[0] == NEVER:
        return (high if high[0] != NEVER else never), 0.0, other
    slope = (high - low) / (table.trip_blb[upper] - table.trip_blb[upper - 1])
    return low + slope * (other - table.trip_blb[upper - 1]), float(slope[0]), other


def _highest(features: FeatureSet, coefficients: FloatArray) -> float:
    """Return the trip voltage of the worst cell within the tabulated mismatch, V."""
    if coefficients[0] == NEVER:
        return NEVER
    limit = Z_LIMIT / SCALE
    power = np.add(features.first_power, features.second_power)
    linear = limit * np.linalg.norm(coefficients[power == 1])
    # The worst cell lies along the gradient; the curvature is summed as if it lay everywhere.
    return float(coefficients[0] + linear + limit**2 * np.abs(coefficients[power == 2]).max())
