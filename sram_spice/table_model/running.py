"""Sums of features over the rows of many levels at once.

The same silicon stands at every level: row r has product +1 in all levels with n_plus > r. Sums
over the first 0, 1, ... rows, made once for each product, give those of every level as differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.kernels import running_sums
from sram_spice.table_model.level import CellGroup
from sram_spice.table_model.play import Play
from sram_spice.table_model.silicon import Silicon
from sram_spice.table_model.solve import load_features


@dataclass(frozen=True)
class RunningSums:
    """Running sums of the features of some columns, by role.

    Attributes
    ----------
    cast : tuple of Play
    sums : tuple of ndarray, shape (rows + 1, n, features)
        Of each of the cast.
    loads : ndarray, shape (n, features)
    """

    cast: tuple[Play, ...]
    sums: tuple[FloatArray, ...]
    loads: FloatArray

    def of_level(self, groups: Sequence[CellGroup], n_plus: int, n_minus: int) -> FloatArray:
        """Return the sums of a level's features, shape (n, features)."""
        by_role = {
            (play.active, play.mirrored): (play, sums)
            for play, sums in zip(self.cast, self.sums, strict=True)
        }
        parts = []
        for group in groups:
            play, sums = by_role[group.active, group.mirrored]
            begin, end = play.rows_at(n_plus, n_minus)
            parts.append(sums[end] - sums[begin])
        return np.concatenate([*parts, self.loads], axis=1)


def run_sums(cast: Sequence[Play], silicon: Silicon) -> RunningSums:
    """Add up the features of columns row by row, for every role."""
    sums = []
    for play in cast:
        out = np.empty((len(play.devices) + 1, len(silicon), len(play.features)))
        features = play.features
        running_sums(silicon.cells, play.devices, SCALE, features.degrees, features.terms, out)
        sums.append(out)
    loads = np.concatenate(load_features(silicon.loads), axis=1)
    return RunningSums(tuple(cast), tuple(sums), loads)
