"""Columns of one level, solved from the sums of their cells' features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.column.levels import NominalLevel
from sram_spice.design import Design
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_groups import level_sigma
from sram_spice.table_model.endangered import solve_endangered
from sram_spice.table_model.expansion import Expansion
from sram_spice.table_model.features import SCALE, Z_LIMIT
from sram_spice.table_model.kernels import INSIDE, OUTSIDE, power_sums, solve_polynomials
from sram_spice.table_model.prepared_level import PreparedLevel, prepare_level
from sram_spice.table_model.silicon import Silicon, silicon_of
from sram_spice.table_model.status import CODE, STATUSES
from sram_spice.table_model.tables import ColumnTables

OK, FLIPPED, NONCONVERGED = (CODE[status] for status in STATUSES)


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
    margin : ndarray, shape (n,)
        Smallest V(q) - V(qb) of the cells that are near their trip, V; infinite where none is.
    """

    v_bl: FloatArray
    v_blb: FloatArray
    code: NDArray[np.uint8]
    margin: FloatArray

    @property
    def status(self) -> list[Status]:
        """Status of each column."""
        return [STATUSES[code] for code in self.code.tolist()]

    def count(self, status: Status) -> int:
        """Return how many columns have a status."""
        return int((self.code == STATUSES.index(status)).sum())


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
    model = prepare_level(tables, design, nominal)
    silicon = silicon_of(shifts / level_sigma(design, nominal.n_plus, nominal.n_minus))
    return solve_sums(model, level_sums(model, silicon), silicon)


def level_sums(model: PreparedLevel, silicon: Silicon) -> FloatArray:
    """Add up the features of a level's cells and loads, shape (n, features)."""
    parts = []
    for group in model.groups:
        own = silicon.of_group(group.devices)
        sums, unused = np.empty((len(silicon), len(group.features))), np.zeros(len(silicon))
        every = np.arange(len(group.features))
        power_sums(own, SCALE, group.features.degrees, group.terms, every, sums, unused)
        parts.append(sums)
    return np.concatenate([*parts, *load_features(silicon.loads)], axis=1)


def load_features(z: FloatArray) -> list[FloatArray]:
    """Return the features of both loads from their shifts in sigmas, shape (n, 2)."""
    return [np.vander(z[:, line] / SCALE, 7, increasing=True) for line in range(2)]


def solve_sums(model: PreparedLevel, sums: FloatArray, silicon: Silicon) -> LevelSamples:
    """Solve columns from the sums of their features, and from single cells near their trip.

    Parameters
    ----------
    model : PreparedLevel
    sums : ndarray, shape (n, features)
    silicon : Silicon
        The n columns.
    """
    if model.near is None:
        v = np.full((len(sums), 2), np.nan)
        code = np.full(len(sums), FLIPPED, dtype=np.uint8)
    else:
        v, code = _in_box(model.near, sums)
        outside = np.flatnonzero(code != OK)
        if outside.size:
            v[outside], code[outside] = _in_box(model.wide, sums[outside])
    margin = np.full(len(sums), np.inf)
    if any(model.endangered):
        margin = solve_endangered(model, sums, silicon, v, code)
    code[silicon.largest > Z_LIMIT] = NONCONVERGED
    v[code != OK] = np.nan
    return LevelSamples(v[:, 0].copy(), v[:, 1].copy(), code, margin)


def _in_box(expansion: Expansion, sums: FloatArray) -> tuple[FloatArray, NDArray[np.uint8]]:
    solution, found = np.empty((len(sums), 2)), np.empty(len(sums), dtype=np.int64)
    poly = sums @ expansion.polynomials.reshape(sums.shape[1], -1)
    solve_polynomials(poly, solution, found)
    box = expansion.box
    v = box.center + solution * box.half
    code = np.full(len(sums), NONCONVERGED, dtype=np.uint8)
    code[found == INSIDE] = OK
    # The box ends where stored data does: there is no solution in which all cells keep it.
    lost = (found == OUTSIDE) & ((v < box.valid) & (box.low <= box.valid)).any(axis=1)
    code[lost] = FLIPPED
    return v, code
