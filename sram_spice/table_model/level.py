"""Which cells a level is made of, each seen as the tabulated cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.generators.cell import cell_of
from sram_spice.generators.column import column_of
from sram_spice.generators.readout import readout_of
from sram_spice.generators.rows import RowGroup, level_rows
from sram_spice.measurements.levels import mismatch_sigma
from sram_spice.simulation import OperatingPoint
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_table import CellTable
from sram_spice.table_model.features import FeatureSet
from sram_spice.table_model.kernels import IntArray
from sram_spice.table_model.roles import RowRole, row_role
from sram_spice.table_model.tables import ColumnTables, cell_features


@dataclass(frozen=True)
class CellGroup:
    """Rows that play the same role.

    Attributes
    ----------
    table : CellTable
    features : FeatureSet
    mirrored : bool
        The table's BL is the column's BLB.
    devices : ndarray, shape (roles, rows)
        Number of the transistor among the column's devices, by role and row.
    """

    table: CellTable
    features: FeatureSet
    mirrored: bool
    devices: IntArray

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.devices.shape[1])

    @cached_property
    def terms(self) -> IntArray:
        """The features as the kernels take them, shape (features, 4)."""
        f = self.features
        return np.array([f.first, f.first_power, f.second, f.second_power], dtype=np.int64).T.copy()


def is_static(design: Design, n_plus: int, n_minus: int) -> bool:
    """Tell whether a level is an operating point, which the table model solves.

    A divider's bit line that no cell drives is taken from a transient: such levels are for SPICE.
    """
    analysis = readout_of(design).level_analysis(design, n_plus, n_minus)
    return isinstance(analysis, OperatingPoint)


def level_groups(
    tables: ColumnTables, design: Design, n_plus: int, n_minus: int
) -> tuple[CellGroup, ...]:
    """Return the groups of a level.

    Raises
    ------
    InputError
        The level is not an operating point.
    """
    if not is_static(design, n_plus, n_minus):
        raise InputError(
            "engine table does not solve levels without an operating point",
            key="n_plus, n_minus",
            value=(n_plus, n_minus),
            allowed="engine spice",
        )
    cell = cell_of(design)
    per_cell = len(cell.transistors())
    found: dict[tuple[bool, bool], list[list[int]]] = {}
    roles: dict[RowGroup, RowRole] = {}
    for i, row in enumerate(level_rows(cell, design.column.rows, n_plus, n_minus)):
        role = roles.setdefault(row, roles.get(row) or row_role(cell, row))
        devices = [i * per_cell + transistor for transistor in role.order]
        found.setdefault((role.active, role.mirrored), []).append(devices)
    groups = []
    for (active, mirrored), rows in sorted(found.items()):
        table = tables.active if active else tables.inactive
        assert table is not None
        by_role = np.array(rows, dtype=np.int64).T.copy()
        groups.append(CellGroup(table, cell_features(cell, active), mirrored, by_role))
    return tuple(groups)


def level_sigma(design: Design, n_plus: int, n_minus: int) -> FloatArray:
    """Return sigma(VT) of every transistor of a level's column, V, in the order of its devices."""
    return mismatch_sigma(design, column_of(design, n_plus, n_minus))
