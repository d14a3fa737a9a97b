"""A matrix product in sub-arrays, each partial sum through the table."""

from __future__ import annotations

import torch
from torch import Tensor

from sram_spice.errors import InputError
from sram_spice.nn.keyed import half_of, pairs, starts
from sram_spice.nn.recorded import is_recorded
from sram_spice.nn.table import SumTable


def through_table(
    table: SumTable,
    x: Tensor,
    weight: Tensor,
    columns: Tensor,
    groups: int = 1,
    seed: int | None = None,
    image: int = 0,
) -> Tensor:
    """Return the sums of products as the circuit reads them, by operations of PyTorch alone.

    Parameters
    ----------
    table : SumTable
    x : Tensor, shape (..., groups * inputs); with a seed (images, patches, groups * inputs)
        +1 and -1 where all rows are always active, else 1 and 0.
    weight : Tensor, shape (outputs, inputs)
        +1 and -1.
    columns : Tensor of int64, shape (sub-arrays, outputs)
        Which of the table's columns each is (mismatch "column"); else not looked at.
    groups : int
        Each sees inputs of its own.
    seed, image : int
        What random numbers depend on: the layer's seed, and the number of the first image. Without
        a seed they are those of PyTorch's generator.

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
    inputs, outputs = weight.shape[1], weight.shape[0] // groups
    blocks = range(0, inputs, table.rows)
    random = _words(table, x, weight.shape[0], len(blocks), seed, image)
    found = []
    for group in range(groups):
        some = slice(group * outputs, (group + 1) * outputs)
        own, cells = x[..., group * inputs : (group + 1) * inputs], weight[some]
        out = x.new_zeros(*x.shape[:-1], outputs)
        for block, start in enumerate(blocks):
            part = own[..., start : start + table.rows]
            product = part @ cells[:, start : start + table.rows].T
            check_range(product.dtype, table.rows)
            sums, column = product.round().long(), columns[block, some]
            word = None if random is None else half_of(random[block // 2][..., some], block)
            if table.always_active:
                odd = (table.rows - part.shape[-1]) % 2  # of rows left over; pairs of them cancel
                out += table(sums + odd, None, column, word) - odd
            else:
                active = part.sum(dim=-1, keepdim=True).round().long()
                out += table(sums, active, column, word)
        found.append(out)
    return torch.cat(found, dim=-1).to(given) if groups > 1 else found[0].to(given)


def _words(
    table: SumTable, x: Tensor, outputs: int, blocks: int, seed: int | None, image: int
) -> list[Tensor] | None:
    """Return the random numbers of each two sub-arrays; None: no need, no seed, or a graph."""
    if table.mismatch != "access" or seed is None or is_recorded():
        return None
    start = starts(seed, image, len(x))
    halves = range((blocks + 1) // 2)
    return [pairs(start, x.shape[1], outputs, blocks, pair, str(x.device)) for pair in halves]


def check_range(dtype: torch.dtype, rows: int) -> None:
    """Raise an InputError where a number of this type cannot be every sum of so many rows."""
    largest = round(2 / torch.finfo(dtype).eps)  # up to it, every whole number is one
    if rows > largest:
        raise InputError(
            "partial sums do not fit into these numbers",
            key="dtype",
            value=str(dtype).removeprefix("torch."),
            allowed=f"at most {largest} rows (here {rows}); float32, without autocast around it",
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
