"""Which rows play which role at which level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sram_spice.design import Design
from sram_spice.generators.cell import cell_of
from sram_spice.generators.rows import RowGroup
from sram_spice.table_model.features import FeatureSet
from sram_spice.table_model.kernels import IntArray
from sram_spice.table_model.roles import row_role
from sram_spice.table_model.tables import cell_features


@dataclass(frozen=True)
class Play:
    """The rows that play one role when all rows have one product.

    Attributes
    ----------
    product : int
    active, mirrored : bool
    features : FeatureSet
    devices : ndarray, shape (rows, roles)
        Transistor by row and role; -1 in rows that play another role.
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


def plays(design: Design) -> tuple[Play, ...]:
    """Return who plays what in a design's column.

    Raises
    ------
    InputError
        The cell is not mirror-symmetric.
    """
    cell, rows = cell_of(design), design.column.rows
    per_cell = len(cell.transistors())
    found: list[Play] = []
    for product in (1, -1) if cell.always_active else (1, -1, 0):
        roles = [row_role(cell, RowGroup(*cell.row(product, r))) for r in range(rows)]
        for key in sorted({(role.active, role.mirrored) for role in roles}):
            devices = np.full((rows, per_cell), -1, dtype=np.int64)
            for r, role in enumerate(roles):
                if (role.active, role.mirrored) == key:
                    devices[r] = r * per_cell + np.array(role.order)
            features = cell_features(cell, key[0])
            found.append(Play(product, *key, features, devices))
    return tuple(found)
