"""The sums of a layer on the CPU, from inputs and weights packed into 64-bit words."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sram_spice.nn import kernels
from sram_spice.nn.keyed import starts
from sram_spice.nn.table import SumTable

POSITIONS = 1024  # at a time: their words stay in the cache of a core
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Patches:
    """How patches are taken from images; a linear layer has 1 x 1 of them."""

    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1
    value: float = -1.0  # what padded pixels are

    @property
    def is_linear(self) -> bool:
        """Whether each patch is the channels of one position."""
        return self.kernel == self.stride == (1, 1) and not any(self.padding)

    def positions(self, height: int, width: int) -> tuple[int, int]:
        """Return how many patches an image has, vertically and horizontally."""
        sides = (height + 2 * self.padding[0], width + 2 * self.padding[1])
        found = (
            (side - d * (k - 1) - 1) // s + 1
            for side, k, s, d in zip(sides, self.kernel, self.stride, self.dilation, strict=True)
        )
        vertical, horizontal = found
        return vertical, horizontal


def packed_rows(bits: NDArray[np.bool_], rows: int) -> Words:
    """Pack rows of sub-arrays.

    Parameters
    ----------
    bits : ndarray of bool, shape (n, inputs)
    rows : int

    Returns
    -------
    ndarray of uint64, shape (n, sub-arrays, words)
        Input i is bit ``i % rows`` of sub-array ``i // rows``; 0 where there is none.
    """
    count, inputs = bits.shape
    blocks, parts = -(-inputs // rows), -(-rows // kernels.WORD)
    if inputs % rows:
        bits = np.pad(bits, ((0, 0), (0, blocks * rows - inputs)))
    bits = bits.reshape(count, blocks, rows)
    if rows % kernels.WORD:
        bits = np.pad(bits, ((0, 0), (0, 0), (0, parts * kernels.WORD - rows)))
    return np.packbits(bits, axis=-1, bitorder="little").view("<u8").astype(np.uint64, copy=False)


def packed_sums(
    table: SumTable,
    x: NDArray[Any],
    positive: NDArray[np.bool_],
    columns: NDArray[np.int64],
    patches: Patches,
    seed: int,
    image: int,
) -> NDArray[Any] | None:
    """Return the sums of all patches as the circuit reads them; None: there are other inputs.

    Parameters
    ----------
    table : SumTable
    x : ndarray of float, shape (images, channels, height, width)
    positive : ndarray of bool, shape (outputs, inputs)
        Which weights are +1.
    columns : ndarray of int64, shape (sub-arrays, outputs)
    patches : Patches
    seed, image : int
        What random numbers depend on: the layer's seed, and the number of the first image.

    Returns
    -------
    ndarray, shape (images, outputs, height', width')
        Added up in the type of `x`.
    """
    images, _, height, width = x.shape
    shape = patches.positions(height, width)
    positions, outputs = shape[0] * shape[1], len(positive)
    out = np.empty((images, outputs, positions), x.dtype)
    cells = packed_rows(positive, table.rows)
    add = _adder(table, positive.shape[1], columns)
    step = max(1, POSITIONS // max(1, positions))
    first = starts(seed, image, images)

    def part(start: int) -> bool:
        some = slice(start, start + step)
        return _part(table, x[some], cells, patches, shape, add, first[some], out[some])

    threads = min(torch.get_num_threads(), -(-images // step))
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            right = all(pool.map(part, range(0, images, step)))
    else:
        right = all(map(part, range(0, images, step)))
    return out.reshape(images, outputs, *shape) if right else None


Add = Callable[[Words, NDArray[np.uint32], Words, int, int, NDArray[np.uint64], NDArray[Any]], None]


def _part(
    table: SumTable,
    x: NDArray[Any],
    cells: Words,
    patches: Patches,
    shape: tuple[int, int],
    add: Add,
    first: NDArray[np.uint64],
    out: NDArray[Any],
) -> bool:
    """Write the sums of some images; return whether all inputs are possible."""
    images, channels, height, width = x.shape
    up, left = patches.padding
    padded = (channels, height + 2 * up, width + 2 * left, images)
    edge = kernels.SET if patches.value > 0 else 0
    bits = np.full(padded, edge, np.uint8) if up or left else np.empty(padded, np.uint8)
    right = kernels.fill_bits(np.ascontiguousarray(x), up, left, table.always_active, bits)
    phases = _phases(bits, patches.stride)
    own, outputs = channels // patches.groups, len(cells) // patches.groups
    for group in range(patches.groups):
        words = np.zeros((*cells.shape[1:], shape[0] * shape[1] * images), np.uint64)
        kernels.pack_patches(
            phases[group * own : (group + 1) * own],
            patches.kernel,
            patches.dilation,
            table.rows,
            *shape,
            words,
        )
        offsets = np.zeros((len(words), 0 if table.always_active else words.shape[2]), np.uint32)
        if not table.always_active:
            kernels.active_rows(words, offsets)
        some = slice(group * outputs, (group + 1) * outputs)
        add(words, offsets, cells[some], group * outputs, len(cells), first, out[:, some])
    return bool(right)


def _phases(bits: NDArray[np.uint8], stride: tuple[int, int]) -> NDArray[np.uint8]:
    """Return pixels sorted by where they stand between two patches, as `pack_patches` says."""
    channels, height, width, images = bits.shape
    vertical, horizontal = stride
    if stride == (1, 1):
        return bits[:, None, None]
    lines, columns = -(-height // vertical), -(-width // horizontal)
    found = np.zeros((channels, vertical, horizontal, lines, columns, images), np.uint8)
    for y in range(min(vertical, height)):
        for x in range(min(horizontal, width)):
            own = bits[:, y::vertical, x::horizontal]
            found[:, y, x, : own.shape[1], : own.shape[2]] = own
    return found


def _adder(table: SumTable, inputs: int, columns: NDArray[np.int64]) -> Add:
    """Return what looks up and adds: the table by index of level, for full and last sub-arrays."""
    always = table.always_active
    levels, odd, kinds = _levels(table, inputs)
    minus = odd.astype(np.float32)
    if table.mismatch in ("none", "ideal"):
        tables = table.values.numpy()[levels] - minus[:, None]

        def fixed(words: Words, offsets: Any, cells: Words, *rest: Any) -> None:
            kernels.add_fixed(words, offsets, always, cells, kinds, tables, rest[-1])

        return fixed
    if table.mismatch == "column":
        values = table.values.numpy().reshape(-1, table.samples)

        def fixed_columns(words: Words, offsets: Any, cells: Words, *rest: Any) -> None:
            first, _, _, out = rest
            own = np.ascontiguousarray(columns[:, first : first + len(cells)])
            kernels.add_columns(
                words, offsets, always, cells, kinds, levels, minus, values, own, out
            )

        return fixed_columns
    bits = table.column_bits
    places = (levels[..., None] << bits) + np.arange(1 << bits)
    cuts = table.cut.numpy()[places].astype(np.uint32).reshape(len(levels), -1)
    below, above = (each.numpy()[places] for each in (table.below, table.above))
    drawn = np.stack([below, above], axis=-1) - minus[:, None, None, None]
    drawn = drawn.reshape(len(levels), -1)

    def at_random(words: Words, offsets: Any, cells: Words, *rest: Any) -> None:
        first, outputs, starts, out = rest
        half = (len(words) + 1) // 2
        streams = kernels.position_streams(starts, out.shape[2], outputs * half)
        kernels.add_drawn(
            words, offsets, always, cells, kinds, cuts, drawn, bits, streams, first, outputs, out
        )

    return at_random


def _levels(
    table: SumTable, inputs: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the level of each index, for a full sub-array and the last; its odd row; which."""
    rows, level = table.rows, table.level.numpy()
    blocks, width = -(-inputs // rows), 2 * rows + 1
    if not table.always_active:
        active, plus = np.tril_indices(rows + 1)
        levels = level[active * width + 2 * plus - active + rows]
        return levels[None], np.zeros(1, np.int64), np.zeros(blocks, np.int64)
    last = inputs - (blocks - 1) * rows
    odd = np.array([0, (rows - last) % 2])
    minus = np.arange(rows + 1)
    sums = np.stack([rows - 2 * minus, last - 2 * np.minimum(minus, last) + odd[1]])
    kinds = np.zeros(blocks, np.int64)
    kinds[-1] = 1
    return level[rows * width + sums + rows], odd, kinds
