"""The kinds of row that columns with distributed wires have, and which row of a sample is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.design import Design
from sram_spice.generators.cell import cell_of
from sram_spice.generators.placement import drawn_order
from sram_spice.generators.rows import RowGroup
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.features import SCALE, FeatureSet
from sram_spice.table_model.kernels import IntArray
from sram_spice.table_model.rail_factors import gate_signs
from sram_spice.table_model.row_orientation import RowOrientation, row_orientation
from sram_spice.table_model.tables import cell_features, cell_sigma


@dataclass(frozen=True)
class RowKind:
    """Rows with one weight and one input neuron.

    Attributes
    ----------
    product : int
    seen : RowOrientation
        As the tabulated cell.
    features : FeatureSet
    at_ground, at_supply : ndarray, shape (roles,)
        A volt of local ground, and of supply that is missing, as a shift of each transistor's
        threshold, z / SCALE; to be corrected by :func:`~sram_spice.table_model.rail_factors`.
    """

    product: int
    seen: RowOrientation
    features: FeatureSet
    at_ground: FloatArray
    at_supply: FloatArray


@dataclass(frozen=True)
class RowKinds:
    """All kinds of row of a design.

    Attributes
    ----------
    kinds : tuple of RowKind
    first, pairs : dict of int to int
        By product: number of the first of its kinds, how many these are. They take turns.
    """

    kinds: tuple[RowKind, ...]
    first: dict[int, int]
    pairs: dict[int, int]

    def of_samples(self, orders: IntArray, n_plus: int, n_minus: int) -> IntArray:
        """Return the kind of every row, shape (n, rows), from orders of that shape.

        As :func:`sram_spice.generators.placement.placed_rows` has them.
        """
        n, rows = orders.shape
        active = n_plus + n_minus
        product = np.zeros((n, rows), dtype=np.int64)
        np.put_along_axis(product, orders[:, :n_plus], 1, axis=1)
        np.put_along_axis(product, orders[:, n_plus:active], -1, axis=1)
        found = np.zeros((n, rows), dtype=np.int64)
        idle = product == 0
        turn = np.where(idle, active + np.cumsum(idle, axis=1) - 1, np.arange(rows))
        for one, first in self.first.items():
            found = np.where(product == one, first + turn % self.pairs[one], found)
        return np.ascontiguousarray(found)


def row_kinds(design: Design, setup: CellSetup) -> RowKinds:
    """Return the kinds of row of a design, `setup` being its active cell.

    Raises
    ------
    InputError
        The cell is not mirror-symmetric.
    """
    cell = cell_of(design)
    sigma = cell_sigma(design, cell)
    ground, supply = gate_signs(setup)
    kinds: list[RowKind] = []
    first, pairs = {}, {}
    for product in (1, -1) if cell.always_active else (1, -1, 0):
        turns = _turns([cell.row(product, position) for position in range(len(cell.inputs) * 2)])
        first[product], pairs[product] = len(kinds), len(turns)
        for pair in turns:
            seen = row_orientation(cell, RowGroup(*pair))
            per_volt = 1 / (sigma[list(seen.order)] * SCALE)
            features = cell_features(cell, seen.active)
            kinds.append(RowKind(product, seen, features, ground * per_volt, supply * per_volt))
    return RowKinds(tuple(kinds), first, pairs)


def _turns(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs until the first comes again."""
    again = next((i for i in range(1, len(pairs)) if pairs[i] == pairs[0]), len(pairs))
    return list(pairs[:again])


def drawn_orders(design: Design, seed: int, indices: Sequence[int]) -> NDArray[np.int64]:
    """Return the orders of rows of some samples, shape (n, rows)."""
    return np.array([drawn_order(design.column.rows, seed, i) for i in indices], dtype=np.int64)
