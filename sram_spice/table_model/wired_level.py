"""A level with distributed wires, ready to be solved row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.column.levels import NominalLevel
from sram_spice.design import Design, Place
from sram_spice.errors import InputError
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_groups import CellGroup
from sram_spice.table_model.expansion import Box, Expansion, expand, first_half_widths, level_box
from sram_spice.table_model.features import SCALE, Z_LIMIT
from sram_spice.table_model.kernels import IntArray, cell_trips
from sram_spice.table_model.ladder_kernel import SOLVED, solve_ladders
from sram_spice.table_model.prepared_level import TRIP_MARGIN, Trip, is_endangered, trip_of
from sram_spice.table_model.silicon import Silicon
from sram_spice.table_model.solve import load_features
from sram_spice.table_model.status import CODE
from sram_spice.table_model.table_points import interpolation_matrix
from sram_spice.table_model.tables import ColumnTables
from sram_spice.table_model.wired_rows import RowKind, RowKinds

SHORT = 1e-4  # ohm, a piece of bit line that has no resistance: 64 of them cost 3 uV


@dataclass(frozen=True)
class Ladder:
    """The wires of a column as the kernel takes them; nodes: near end, rows, far end.

    Attributes
    ----------
    conductance : ndarray, shape (3,)
        Of a cell of bit line, of ground rail, of supply rail, S; 0: an ideal rail.
    feeds : ndarray, shape (2,)
    load, amplifier : int
        Nodes.
    """

    conductance: FloatArray
    feeds: IntArray
    load: int
    amplifier: int


@dataclass(frozen=True)
class WiredLevel:
    """A level, ready to be solved.

    Attributes
    ----------
    n_plus, n_minus : int
    kinds : RowKinds
    ladder : Ladder
    box : Box
        Of the polynomials, seen from the local ground.
    start : ndarray, shape (2,)
        Bit lines of the nominal column, V.
    order, degree, terms, weight, at_ground, at_supply : ndarray
        The kinds as the kernel takes them.
    loads : ndarray, shape (2, 7, m)
        Polynomials of each load's features.
    watched : tuple of (int, Trip)
        Kinds of row of which some cell within reach of the mismatch comes near its trip.
    reach : float
        How far above its trip a cell has to be, V; what the local ground may rise included.
    """

    n_plus: int
    n_minus: int
    kinds: RowKinds
    ladder: Ladder
    box: Box
    start: FloatArray
    order: IntArray
    degree: IntArray
    terms: IntArray
    weight: FloatArray
    at_ground: FloatArray
    at_supply: FloatArray
    loads: FloatArray
    watched: tuple[tuple[int, Trip], ...]
    reach: float

    def solve(self, silicon: Silicon, orders: IntArray) -> tuple[FloatArray, NDArray[np.uint8]]:
        """Return V_BL and V_BLB at the amplifier, (n, 2), V, and codes of the status, (n,).

        Columns in which a cell is near its trip are not solved: there no polynomial follows it.
        """
        kind = self.kinds.of_samples(orders, self.n_plus, self.n_minus)
        n, rows = kind.shape
        features = load_features(silicon.loads)
        loads = np.stack([features[line] @ self.loads[line] for line in range(2)], axis=1)
        lines = np.tile(self.start, (n, rows + 2, 1))
        found = np.empty(n, dtype=np.int64)
        solve_ladders(
            silicon.cells,
            loads,
            kind,
            self.order,
            self.degree,
            self.terms,
            self.weight,
            SCALE,
            self.at_ground,
            self.at_supply,
            self.box.center,
            self.box.half,
            self.ladder.conductance,
            self.ladder.feeds,
            self.ladder.load,
            lines,
            found,
        )
        ok = (found == SOLVED) & (silicon.largest <= Z_LIMIT)
        ok &= ~self._near_a_trip(silicon, kind, lines[:, 1:-1])
        code = np.where(ok, CODE[Status.OK], CODE[Status.NONCONVERGED]).astype(np.uint8)
        v = lines[:, self.ladder.amplifier].copy()
        v[~ok] = np.nan
        return v, code

    def _near_a_trip(
        self, silicon: Silicon, kind: IntArray, lines: FloatArray
    ) -> NDArray[np.bool_]:
        """Tell in which columns a cell is near its trip; bit lines at every row, (n, rows, 2)."""
        n, rows = kind.shape
        roles = self.order.shape[1]
        found = np.zeros(n, dtype=bool)
        for number, trip in self.watched:
            one = self.kinds.kinds[number]
            own, other = (1, 0) if one.seen.mirrored else (0, 1)
            devices = np.arange(rows) * roles + self.order[number][:, None]
            voltage = np.empty((n, rows))
            cell_trips(
                silicon.of_group(devices), SCALE, one.features.terms, trip.coefficients, voltage
            )
            voltage += trip.slope * (lines[..., other] - trip.other)
            near = voltage > lines[..., own] - self.reach
            found |= (near & (kind == number)).any(axis=1)
        return found


def ladder_of(design: Design) -> Ladder:
    """Return the ladder of a design."""
    wires, rows = design.wires, design.column.rows

    def node(place: Place) -> int:
        return {"near": 0, "far": rows + 1}[place] if isinstance(place, str) else place + 1

    rails = (wires.ground_resistance_per_cell, wires.supply_resistance_per_cell)
    conductance = [1 / max(wires.bit_line_resistance_per_cell, SHORT)]
    conductance += [1 / r if r else 0.0 for r in rails]
    feeds = [wires.rails_at in (end, "both") for end in ("near", "far")]
    return Ladder(
        np.array(conductance),
        np.array(feeds, dtype=np.int64),
        node(wires.load_at),
        node(wires.amplifier_at),
    )


def wired_level(
    design: Design,
    tables: ColumnTables,
    nominal: NominalLevel,
    kinds: RowKinds,
    factors: Mapping[bool, FloatArray],
) -> WiredLevel:
    """Prepare a level.

    Parameters
    ----------
    design : Design
    tables : ColumnTables
    nominal : NominalLevel
    kinds : RowKinds
    factors : mapping of bool to ndarray, shape (2,)
        Rail factors of an active cell as it is tabulated (False) and mirrored (True).

    Raises
    ------
    InputError
        Cells come near their trip, not only by rare mismatch: polynomials do not follow them there.
    """
    start = np.array([nominal.line_bl, nominal.line_blb])
    groups = _groups(design, tables, nominal, kinds)
    half = None
    if nominal.status is Status.OK:
        half = first_half_widths(list(groups.values()), tables.load, start)
    lost = _lost(design, tables, start)
    box = None if half is None else _box(tables, list(groups.values()), start, half, lost)
    if box is None or _typically_near(design, list(groups.values()), box, start - lost.sum(axis=0)):
        raise InputError(
            f"cells come near the loss of their data at n_plus={nominal.n_plus}, "
            f"n_minus={nominal.n_minus}: engine table then needs lumped wires",
            key="wires.model",
            value=design.wires.model,
            allowed="lumped, or monte_carlo.engine spice",
        )
    expansion = expand(list(groups.values()), tables.load, box)
    return WiredLevel(
        nominal.n_plus,
        nominal.n_minus,
        kinds,
        ladder_of(design),
        box,
        start,
        *_kernel_arrays(kinds.kinds, groups, expansion, factors),
        _load_polynomials(tables, expansion),
        _watched(design, kinds.kinds, groups, box),
        TRIP_MARGIN * design.conditions.vdd + float(lost[1, 0]),
    )


def _groups(
    design: Design, tables: ColumnTables, nominal: NominalLevel, kinds: RowKinds
) -> Mapping[tuple[bool, bool], CellGroup]:
    """Return a group for every orientation that rows of the level may have."""
    counts = {1: nominal.n_plus, -1: nominal.n_minus}
    counts[0] = design.column.rows - nominal.n_plus - nominal.n_minus
    found = {}
    for kind in kinds.kinds:
        count = counts[kind.product]
        table = tables.active if kind.seen.active else tables.inactive
        if count and table is not None:
            roles = len(kind.seen.order)
            share = -(-count // (1 if kind.product else kinds.pairs[0]))
            devices = np.zeros((roles, share), dtype=np.int64)
            key = (kind.seen.active, kind.seen.mirrored)
            found[key] = CellGroup(table, kind.features, *key, devices)
    return found


def _lost(design: Design, tables: ColumnTables, start: FloatArray) -> FloatArray:
    """Return what wires lose at most, V: (along the bit lines, ground rail) x (BL, BLB).

    All of a line's current from its far end; all of both lines' into the middle of the rail.
    """
    wires, rows = design.wires, design.column.rows
    current = tables.load.current[0] @ interpolation_matrix(tables.load.axis, start).T
    fed_twice = 0.25 if wires.rails_at == "both" else 1.0
    ground = fed_twice * current.sum() * rows * wires.ground_resistance_per_cell
    return np.stack([current * rows * wires.bit_line_resistance_per_cell, np.full(2, ground)])


def _box(
    tables: ColumnTables,
    groups: Sequence[CellGroup],
    start: FloatArray,
    half: FloatArray,
    lost: FloatArray,
) -> Box | None:
    """Return a box that holds all rows: what the wires may lose is added to the mismatch."""
    whole = lost.sum(axis=0)
    box = level_box(groups, tables.load, start - whole / 2, half + whole / 2)
    return None if box is None or (box.low <= box.valid).any() else box


def _typically_near(
    design: Design, groups: Sequence[CellGroup], box: Box, lowest: FloatArray
) -> bool:
    """Tell whether a nominal cell is near its trip where its bit line is lowest, V."""
    for group in groups:
        trip = trip_of(group, box.center).coefficients[0]
        if trip + TRIP_MARGIN * design.conditions.vdd > lowest[int(group.mirrored)]:
            return True
    return False


def _watched(
    design: Design,
    kinds: Sequence[RowKind],
    groups: Mapping[tuple[bool, bool], CellGroup],
    box: Box,
) -> tuple[tuple[int, Trip], ...]:
    found = []
    for number, kind in enumerate(kinds):
        group = groups.get((kind.seen.active, kind.seen.mirrored))
        if group is not None:
            trip, low = trip_of(group, box.center), float(box.low[int(group.mirrored)])
            if is_endangered(group.features, trip.coefficients, low, design.conditions.vdd):
                found.append((number, trip))
    return tuple(found)


def _kernel_arrays(
    kinds: Sequence[RowKind],
    groups: Mapping[tuple[bool, bool], CellGroup],
    expansion: Expansion,
    factors: Mapping[bool, FloatArray],
) -> tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray, FloatArray]:
    starts, start = {}, 0
    for key, group in groups.items():
        starts[key] = start
        start += len(group.features)
    features = max(len(kind.features) for kind in kinds)
    size = expansion.polynomials[0].size
    terms = np.zeros((len(kinds), features, 4), dtype=np.int64)
    weight = np.zeros((len(kinds), features, size))
    for number, kind in enumerate(kinds):
        key, count = (kind.seen.active, kind.seen.mirrored), len(kind.features)
        if key in starts:
            terms[number, :count] = kind.features.terms
            own = expansion.polynomials[starts[key] : starts[key] + count]
            weight[number, :count] = own.reshape(count, size)
    return (
        np.array([kind.seen.order for kind in kinds], dtype=np.int64),
        np.stack([kind.features.degrees for kind in kinds]),
        terms,
        weight,
        np.stack([kind.at_ground * factors[kind.seen.mirrored][0] for kind in kinds]),
        np.stack([kind.at_supply * factors[kind.seen.mirrored][1] for kind in kinds]),
    )


def _load_polynomials(tables: ColumnTables, expansion: Expansion) -> FloatArray:
    """Return the features of both loads, which depend on their own line only, (2, 7, m)."""
    count = tables.load.current.shape[0]
    both = expansion.polynomials[-2 * count :]
    return np.stack([both[:count, 0, :, 0], both[count:, 1, 0, :]])
