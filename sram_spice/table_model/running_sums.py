"""Sums of features over the rows of many levels at once.

The same silicon stands at every level: row r has product +1 in all levels with n_plus > r. Sums
over the first 0, 1, ... rows, made once for each product, give those of every level as differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_groups import CellGroup
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.kernels import running_sums
from sram_spice.table_model.oriented_rows import OrientedRows
from sram_spice.table_model.silicon import Silicon
from sram_spice.table_model.solve import load_features


@dataclass(frozen=True)
class RunningSums:
    """Running sums of the features of some columns, by role.

    Attributes
    ----------
    rows_seen : tuple of OrientedRows
    sums : tuple of ndarray, shape (rows + 1, n, features)
        Of each of `rows_seen`.
    loads : ndarray, shape (n, features)
    """

    rows_seen: tuple[OrientedRows, ...]
    sums: tuple[FloatArray, ...]
    loads: FloatArray

    def of_level(self, groups: Sequence[CellGroup], n_plus: int, n_minus: int) -> FloatArray:
        """Return the sums of a level's features, shape (n, features)."""
        by_orientation = {
            (rows.active, rows.mirrored): (rows, sums)
            for rows, sums in zip(self.rows_seen, self.sums, strict=True)
        }
        parts = []
        for group in groups:
            rows, sums = by_orientation[group.active, group.mirrored]
            begin, end = rows.rows_at(n_plus, n_minus)
            parts.append(sums[end] - sums[begin])
        return np.concatenate([*parts, self.loads], axis=1)


def sum_rows(rows_seen: Sequence[OrientedRows], silicon: Silicon) -> RunningSums:
    """Add up the features of columns row by row, for every role."""
    sums = []
    for rows in rows_seen:
        out = np.empty((len(rows.devices) + 1, len(silicon), len(rows.features)))
        features = rows.features
        running_sums(silicon.cells, rows.devices, SCALE, features.degrees, features.terms, out)
        sums.append(out)
    loads = np.concatenate(load_features(silicon.loads), axis=1)
    return RunningSums(tuple(rows_seen), tuple(sums), loads)
