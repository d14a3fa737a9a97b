"""Rows that are seen as the tabulated cell in the same way, by product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sram_spice.design import Design
from sram_spice.generators.cell import cell_of
from sram_spice.generators.rows import RowGroup
from sram_spice.table_model.features import FeatureSet
from sram_spice.table_model.kernels import IntArray
from sram_spice.table_model.row_orientation import row_orientation
from sram_spice.table_model.tables import cell_features


@dataclass(frozen=True)
class OrientedRows:
    """The rows of one orientation when all rows have one product.

    Attributes
    ----------
    product : int
    active, mirrored : bool
    features : FeatureSet
    devices : ndarray, shape (rows, transistors)
        Transistor by row and place in the tabulated cell; -1 in rows of another orientation.
    """

    product: int
    active: bool
    mirrored: bool
    features: FeatureSet
    devices: IntArray

    def rows_at(self, n_plus: int, n_minus: int) -> tuple[int, int]:
        """Return the first row that has the product at a level, and the one after the last."""
        active = n_plus + n_minus
        ends = {1: (0, n_plus), -1: (n_plus, active), 0: (active, len(self.devices))}
        return ends[self.product]


def oriented_rows(design: Design) -> tuple[OrientedRows, ...]:
    """Return the rows of a design's column, by product and orientation.

    Raises
    ------
    InputError
        The cell is not mirror-symmetric.
    """
    cell, rows = cell_of(design), design.column.rows
    per_cell = len(cell.transistors())
    found: list[OrientedRows] = []
    for product in (1, -1) if cell.always_active else (1, -1, 0):
        seen = [row_orientation(cell, RowGroup(*cell.row(product, r))) for r in range(rows)]
        for key in sorted({(one.active, one.mirrored) for one in seen}):
            devices = np.full((rows, per_cell), -1, dtype=np.int64)
            for r, one in enumerate(seen):
                if (one.active, one.mirrored) == key:
                    devices[r] = r * per_cell + np.array(one.order)
            features = cell_features(cell, key[0])
            found.append(OrientedRows(product, *key, features, devices))
    return tuple(found)
