"""A level, prepared: its groups of cells, polynomials about its middle, trips of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sram_spice.column.levels import NominalLevel
from sram_spice.design import Design
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_groups import CellGroup, level_groups
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
from sram_spice.table_model.oriented_rows import OrientedRows
from sram_spice.table_model.tables import ColumnTables

FELT = 4.0  # sigmas: one cell in 10,000 is further out, and does not move a column
BELOW_END = 0.15  # part of VDD below a nominal transient's end that a mismatched one may reach
BEYOND_SUPPLY = 1.12  # of VDD: gates couple into a line that nothing holds
CLOSE = 0.05  # V by which the box of endangered columns is wider than that of nearly all others
TRIP_MARGIN = 0.15  # part of VDD above its trip, below which a cell is solved from its transistors


@dataclass(frozen=True)
class Trip:
    """Where the cells of a group lose their data, near the middle of a level.

    Attributes
    ----------
    coefficients : ndarray, shape (features,)
        Of the trip voltage on the cell's own bit line, V.
    slope : float
        Its derivative with respect to the other bit line.
    other : float
        Voltage of the other bit line for which the coefficients are, V.
    """

    coefficients: FloatArray
    slope: float
    other: float


@dataclass(frozen=True)
class PreparedLevel:
    """A level, ready to be solved.

    Attributes
    ----------
    groups : tuple of CellGroup
    tables : ColumnTables
    center : ndarray, shape (2,)
        Bit lines about which it is solved, V: those of the nominal column.
    near : Expansion or None
        Where nearly all columns are solved; None when the nominal column is not valid itself.
    rest : Box or None
        Where the others are.
    trips : tuple of Trip
        Of each group.
    endangered : tuple of bool
        Of each group: within reach of the mismatch a cell comes near to its trip.
    vdd : float
        V.
    pre_charged : bool
        The bit lines come from VDD: columns are followed from there on, not solved at rest.
    """

    groups: tuple[CellGroup, ...]
    tables: ColumnTables
    center: FloatArray
    near: Expansion | None
    rest: Box | None
    trips: tuple[Trip, ...]
    endangered: tuple[bool, ...]
    vdd: float
    pre_charged: bool = False

    @cached_property
    def wide(self) -> Expansion:
        """Polynomials in the box of the rest, made when a column needs them."""
        assert self.rest is not None
        return expand(self.groups, self.tables.load, self.rest)

    @cached_property
    def close(self) -> Expansion | None:
        """Polynomials for nearly all columns at rest whose endangered cells are solved apart.

        In the wide box of `beside` a current falls by orders of magnitude: where it is small, and a
        bit line that next to nothing drives, no degree follows it. None as `near`.
        """
        if self.near is None:
            return None
        half = np.minimum(self.near.box.half + CLOSE, WIDEST)
        box = level_box(self.groups, self.tables.load, self.center, half, whole=True)
        return None if box is None else expand(self.groups, self.tables.load, box)

    @cached_property
    def beside(self) -> Expansion:
        """Polynomials for columns whose endangered cells are solved apart, in a wide box.

        Below a table's valid range no cell is left to it, so that the range does not bound the box.
        """
        load = self.tables.load
        reach = np.full(2, WIDEST)
        middle = self.center
        if self.pre_charged:
            low = self.center - BELOW_END * self.vdd
            middle, reach = (
                (low + self.vdd * BEYOND_SUPPLY) / 2,
                (self.vdd * BEYOND_SUPPLY - low) / 2,
            )
        box = level_box(self.groups, load, middle, reach, whole=True)
        assert box is not None
        return expand(self.groups, load, box)


def prepare_level(
    tables: ColumnTables,
    design: Design,
    nominal: NominalLevel,
    center: FloatArray | None = None,
    rows_seen: Sequence[OrientedRows] | None = None,
) -> PreparedLevel:
    """Prepare a level.

    Parameters
    ----------
    tables : ColumnTables
    design : Design
    nominal : NominalLevel
    center : ndarray, shape (2,), optional
        Bit lines of a neighbouring level, V, from which columns are solved when the nominal column
        of this one loses data: mismatch may save it. Without it all columns lose theirs.
    rows_seen : sequence of OrientedRows, optional
        Of the design, where it is known already.
    """
    groups = level_groups(tables, design, nominal, rows_seen)
    vdd = design.conditions.vdd
    if nominal.status is Status.OK:
        return _model(groups, tables, np.array([nominal.v_bl, nominal.v_blb]), vdd)
    if center is None:
        nowhere = np.full(2, np.nan)
        return PreparedLevel(groups, tables, nowhere, None, None, (), (), vdd)
    trips = tuple(trip_of(group, center) for group in groups)
    endangered = tuple(bool(trip.coefficients[0] != NEVER) for trip in trips)
    return PreparedLevel(groups, tables, center, None, None, trips, endangered, vdd)


def _model(
    groups: tuple[CellGroup, ...], tables: ColumnTables, center: FloatArray, vdd: float
) -> PreparedLevel:
    half = first_half_widths(groups, tables.load, center)
    near = None if half is None else level_box(groups, tables.load, center, half)
    rest = level_box(groups, tables.load, center, np.full(2, WIDEST))
    trips = tuple(trip_of(group, center) for group in groups)
    if near is None or rest is None:
        endangered = tuple(bool(trip.coefficients[0] != NEVER) for trip in trips)
        return PreparedLevel(groups, tables, center, None, None, trips, endangered, vdd)
    endangered = tuple(
        is_endangered(group.features, trip.coefficients, near.low[int(group.mirrored)], vdd)
        for group, trip in zip(groups, trips, strict=True)
    )
    expansion = expand(groups, tables.load, near)
    return PreparedLevel(groups, tables, center, expansion, rest, trips, endangered, vdd)


def trip_of(group: CellGroup, center: FloatArray) -> Trip:
    """Return where the cells of a group lose their data with the other bit line as it is."""
    table = group.table
    other = float(center[0 if group.mirrored else 1])
    never = np.zeros(len(group.features))
    never[0] = NEVER
    upper = int(np.clip(np.searchsorted(table.blb, other), 1, table.blb.size - 1))
    low, high = table.trip[upper - 1], table.trip[upper]
    if low[0] == NEVER or high[0] == NEVER:
        return Trip(high if high[0] != NEVER else never, 0.0, other)
    slope = (high - low) / (table.blb[upper] - table.blb[upper - 1])
    coefficients = low + slope * (other - table.blb[upper - 1])
    return Trip(coefficients, float(slope[0]), other)


def is_endangered(
    features: FeatureSet, coefficients: FloatArray, lowest: float, vdd: float
) -> bool:
    """Tell whether a cell may lose its data, or enough cells come near to it to be felt."""
    lost = _highest(features, coefficients, Z_LIMIT)
    felt = _highest(features, coefficients, FELT) + TRIP_MARGIN * vdd
    return max(lost, felt) > lowest


def _highest(features: FeatureSet, coefficients: FloatArray, sigmas: float) -> float:
    """Return the trip voltage of the worst cell within some sigmas, V."""
    if coefficients[0] == NEVER:
        return NEVER
    limit = sigmas / SCALE
    power = np.add(features.first_power, features.second_power)
    linear = limit * np.linalg.norm(coefficients[power == 1])
    # The worst cell lies along the gradient; the curvature is summed as if it lay everywhere.
    return float(coefficients[0] + linear + limit**2 * np.abs(coefficients[power == 2]).max())
