"""Which cells a level is made of, each seen as the tabulated cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sram_spice.column.levels import NominalLevel, mismatch_sigma
from sram_spice.design import Design
from sram_spice.generators.cell import Cell, cell_of
from sram_spice.generators.column import column_of
from sram_spice.generators.rows import level_rows, merge
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_table import CellTable
from sram_spice.table_model.features import FeatureSet
from sram_spice.table_model.kernels import IntArray
from sram_spice.table_model.oriented_rows import OrientedRows, oriented_rows
from sram_spice.table_model.tables import ColumnTables


@dataclass(frozen=True)
class CellGroup:
    """Rows of one product and orientation.

    Attributes
    ----------
    table : CellTable
    features : FeatureSet
    active : bool
        Their word line is on.
    mirrored : bool
        The table's BL is the column's BLB.
    devices : ndarray, shape (roles, rows)
        Number of the transistor among the column's devices, by role and row.
    storage : (float, float) or None
        V(q), V(qb) of the nominal cell, q being high, V; None where the nominal column lost data.
    """

    table: CellTable
    features: FeatureSet
    active: bool
    mirrored: bool
    devices: IntArray
    storage: tuple[float, float] | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.devices.shape[1])

    @cached_property
    def terms(self) -> IntArray:
        """The features as the kernels take them, shape (features, 4)."""
        return self.features.terms


def level_groups(
    tables: ColumnTables,
    design: Design,
    nominal: NominalLevel,
    rows_seen: Sequence[OrientedRows] | None = None,
) -> tuple[CellGroup, ...]:
    """Return the groups of a level, in a fixed order.

    Parameters
    ----------
    tables : ColumnTables
    design : Design
    nominal : NominalLevel
    rows_seen : sequence of OrientedRows, optional
        Those of the design, where they are known already.
    """
    start = _storage(cell_of(design), design.column.rows, nominal)
    groups = []
    for rows in sorted(
        rows_seen or oriented_rows(design), key=lambda one: (one.active, one.mirrored)
    ):
        begin, end = rows.rows_at(nominal.n_plus, nominal.n_minus)
        own = rows.devices[begin:end]
        own = own[own[:, 0] >= 0]
        if not len(own):
            continue
        table = tables.active if rows.active else tables.inactive
        assert table is not None
        storage = start.get((rows.product, rows.mirrored))
        groups.append(
            CellGroup(table, rows.features, rows.active, rows.mirrored, own.T.copy(), storage)
        )
    return tuple(groups)


def _storage(
    cell: Cell, rows: int, nominal: NominalLevel
) -> dict[tuple[int, bool], tuple[float, float]]:
    """Return V(q), V(qb) of the nominal cells, q being high, by product and whether mirrored."""
    if nominal.guess is None:
        return {}
    kinds = merge(level_rows(cell, rows, nominal.n_plus, nominal.n_minus))
    found = {}
    for kind, (q, qb) in zip(kinds, nominal.guess.cells, strict=True):
        product = cell.product(kind.weight, kind.neuron)
        mirrored = (product or kind.weight) < 0
        found[product, mirrored] = (max(q, qb), min(q, qb))
    return found


def level_sigma(design: Design, n_plus: int, n_minus: int) -> FloatArray:
    """Return sigma(VT) of every transistor of a level's column, V, in the order of its devices."""
    return mismatch_sigma(design, column_of(design, n_plus, n_minus))
