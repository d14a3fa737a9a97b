"""Which rows a column has at a level, in full or with identical rows merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sram_spice.errors import InputError
from sram_spice.generators.cell import Cell


@dataclass(frozen=True)
class RowGroup:
    """Identical rows: same weight, same input neuron.

    Attributes
    ----------
    weight : int
        +1 (Q = 1) or -1 (Q = 0).
    neuron : int
        Value of the input neuron.
    count : int
        Rows in the group, 1 or more; 0 leaves the place of a row empty.
    """

    weight: int
    neuron: int
    count: int = 1


def levels_of(cell: Cell, rows: int) -> list[tuple[int, int]]:
    """Return all levels (n_plus, n_minus) of a column, sorted by n_active, then n_plus.

    Parameters
    ----------
    cell : Cell
    rows : int
        Rows of the column.

    Returns
    -------
    list of (int, int)
        rows + 1 levels when all rows are always active, (rows + 1)(rows + 2)/2 otherwise.
    """
    actives = [rows] if cell.always_active else range(rows + 1)
    return [(n_plus, active - n_plus) for active in actives for n_plus in range(active + 1)]


def level_rows(cell: Cell, rows: int, n_plus: int, n_minus: int) -> tuple[RowGroup, ...]:
    """Return the rows of a column at a level, one group of one row each.

    The first n_plus rows contribute +1, the next n_minus -1, the rest is inactive.

    Raises
    ------
    InputError
        The level does not exist in this column.
    """
    inactive = rows - n_plus - n_minus
    if n_plus < 0 or n_minus < 0 or inactive < 0 or (cell.always_active and inactive):
        needed = f"n_plus + n_minus = {rows}" if cell.always_active else f"at most {rows} together"
        raise InputError(
            "no such level", key="n_plus, n_minus", value=(n_plus, n_minus), allowed=needed
        )
    products = [1] * n_plus + [-1] * n_minus + [0] * inactive
    return tuple(RowGroup(*cell.row(p, position)) for position, p in enumerate(products))


def merge(rows: Sequence[RowGroup]) -> tuple[RowGroup, ...]:
    """Merge identical rows into groups, in the order in which they first occur."""
    counts: dict[tuple[int, int], int] = {}
    for row in rows:
        key = (row.weight, row.neuron)
        counts[key] = counts.get(key, 0) + row.count
    return tuple(RowGroup(*key, count) for key, count in counts.items())
