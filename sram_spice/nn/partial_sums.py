"""A matrix product in sub-arrays, each partial sum through the table."""

from __future__ import annotations

import torch
from torch import Tensor

from sram_spice.errors import InputError
from sram_spice.nn.table import SumTable


def through_table(table: SumTable, x: Tensor, weight: Tensor, columns: Tensor) -> Tensor:
    """Return the sums of products as the circuit reads them.

    Parameters
    ----------
    table : SumTable
    x : Tensor, shape (..., inputs)
        +1 and -1 where all rows are always active, else 1 and 0.
    weight : Tensor, shape (outputs, inputs)
        +1 and -1.
    columns : Tensor of int64, shape (sub-arrays, outputs)
        Which of the table's columns each is (mismatch "column"); else not looked at.

    Returns
    -------
    Tensor, shape (..., outputs)
        Sums of the reconstructed partial sums, added up in float32 at least, of the type of `x`.

    Raises
    ------
    InputError
        Numbers as short as bfloat16 under autocast, which do not hold the sums of so many rows.
    """
    exact = torch.promote_types(x.dtype, torch.float32)
    given, x, weight = x.dtype, x.to(exact), weight.to(exact)
    out = x.new_zeros(*x.shape[:-1], weight.shape[0])
    for block, start in enumerate(range(0, x.shape[-1], table.rows)):
        part = x[..., start : start + table.rows]
        product = part @ weight[:, start : start + table.rows].T
        _check_range(product.dtype, table.rows)
        sums = product.round().long()
        if table.always_active:
            odd = (table.rows - part.shape[-1]) % 2  # of the rows left over; pairs of them cancel
            out += table(sums + odd, None, columns[block]) - odd
        else:
            active = part.sum(dim=-1, keepdim=True).round().long()
            out += table(sums, active, columns[block])
    return out.to(given)


def _check_range(dtype: torch.dtype, rows: int) -> None:
    """Raise an InputError where a number of this type cannot be every sum of a column."""
    largest = round(2 / torch.finfo(dtype).eps)  # up to it, every whole number is one
    if rows > largest:
        raise InputError(
            "partial sums do not fit into these numbers",
            key="torch.autocast",
            value=str(dtype).removeprefix("torch."),
            allowed=f"at most {largest} rows, or no autocast around this layer",
        )


def check_inputs(x: Tensor, always_active: bool) -> None:
    """Raise an InputError for inputs that the word lines of the cell cannot have."""
    right = possible_inputs(x, always_active)
    if not bool(right.all()):
        raise InputError(
            "inputs that the word lines of this cell cannot have",
            key="x",
            value=float(x[~right].flatten()[0]),
            allowed="-1, +1 (8T, XNOR)" if always_active else "0, 1 (6T, HBNN)",
        )


def possible_inputs(x: Tensor, always_active: bool) -> Tensor:
    """Return which inputs the word lines of the cell can have, in the shape of x."""
    return (x.abs() == 1) if always_active else (x == 0) | (x == 1)
