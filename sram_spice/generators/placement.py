"""Which row of a column has which product at a level: where rows sit matters once wires resist."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sram_spice.generators.cell import Cell
from sram_spice.generators.rows import RowGroup, level_rows

KEY = 41  # of the random numbers of a placement; those of the shifts have no key beside the sample


def block_order(rows: int) -> tuple[int, ...]:
    """Return rows in the order 0, 1, ...: the first n_plus have product +1, the next n_minus -1."""
    return tuple(range(rows))


def drawn_order(rows: int, seed: int, index: int) -> tuple[int, ...]:
    """Draw the order of rows of one fabricated column.

    It depends on `seed` and `index` alone, as threshold shifts do. At any level the first n_plus of
    it have product +1, the next n_minus -1, so that neighbouring levels differ in few rows.
    """
    return _drawn(rows, seed, index)


@lru_cache(maxsize=4096)
def _drawn(rows: int, seed: int, index: int) -> tuple[int, ...]:
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index, KEY)))
    return tuple(generator.permutation(rows).tolist())


def even_order(rows: int, n_plus: int, n_minus: int) -> tuple[int, ...]:
    """Return the order in which the products of a level are spread evenly over the column.

    Row k of n with one product lies at the part (k + 1/2) / n of the column; where two coincide,
    +1 comes before -1 before 0.
    """
    counts = (n_plus, n_minus, rows - n_plus - n_minus)
    marks = [
        ((2 * k + 1) / (2 * count), kind, k)
        for kind, count in enumerate(counts)
        for k in range(count)
    ]
    # From the near end on; then by product, as every order has them.
    placed = [(kind, k, row) for row, (_, kind, k) in enumerate(sorted(marks))]
    return tuple(row for *_, row in sorted(placed))


def placed_rows(
    cell: Cell, rows: int, n_plus: int, n_minus: int, order: tuple[int, ...]
) -> tuple[RowGroup, ...]:
    """Return the rows of a column at a level from the near end on, one group of one row each.

    Parameters
    ----------
    cell : Cell
    rows : int
        Rows of the column.
    n_plus, n_minus : int
    order : tuple of int
        All rows: the first n_plus have product +1, the next n_minus -1, the others are inactive.

    Raises
    ------
    InputError
        The level does not exist in this column.
    """
    level_rows(cell, rows, n_plus, n_minus)  # raises
    if sorted(order) != list(range(rows)):
        raise ValueError(f"an order of {rows} rows names each of them once")
    groups: list[RowGroup] = [RowGroup(0, 0)] * rows
    active = n_plus + n_minus
    for place, row in enumerate(order[:active]):
        # A row that changes its product keeps its pairs, whatever the others do.
        groups[row] = RowGroup(*cell.row(1 if place < n_plus else -1, row))
    for place, row in enumerate(sorted(order[active:]), active):
        groups[row] = RowGroup(*cell.row(0, place))  # alternately, as those of a lumped column
    return tuple(groups)
