"""Compiled loops: patches packed into words, products counted, and looked up.

A sub-array of 64 rows is one word: XOR (8T) or AND (6T), popcount, look-up, add. Loops over
positions are the innermost and without branches, so that they become vector instructions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from sram_spice.results.compiled import compiled

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # of SplitMix64, as the two factors
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
SET = np.uint8(255)  # a bit that is 1, before it has its place
WORD = 64  # bits

_POW = np.array([1, 2, 4, 8, 16, 32, 64, 128], dtype=np.uint8)


def _counted(context: Any, word: Any) -> Any:  # numba takes it by this signature
    def generate(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.ctpop(given[0])

    return types.uint64(types.uint64), generate


_popcount: Any = intrinsic(_counted)


@compiled
def mixed(z: Any) -> Any:
    """Return the output of SplitMix64 for a state."""
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))


@compiled
def stream_starts(seed: Any, first: Any, images: int) -> Any:
    """Return where the stream of each image starts."""
    found = np.empty(images, np.uint64)
    own = mixed(seed + GOLDEN)
    for i in range(images):
        found[i] = mixed(own + GOLDEN * (first + np.uint64(i + 1)))
    return found


@compiled
def fill_bits(x: Any, up: int, left: int, always: bool, bits: Any) -> bool:
    """Put images into a padded array; return whether all inputs are possible.

    Parameters
    ----------
    x : ndarray of float, shape (images, channels, height, width)
    up, left : int
        Where they begin in the padded array.
    always : bool
        +1 and -1 are possible; else 1 and 0.
    bits : ndarray of uint8, shape (channels, height', width', images)
        255 for an input > 0, else 0.
    """
    images, channels, height, width = x.shape
    wrong = 0
    for i in range(images):
        for c in range(channels):
            for y in range(height):
                row, target = x[i, c, y], bits[c, up + y, left : left + width, i]
                if always:
                    for k in range(width):
                        wrong += abs(row[k]) != 1
                        target[k] = SET if row[k] > 0 else np.uint8(0)
                else:
                    for k in range(width):
                        wrong += (row[k] != 0) & (row[k] != 1)
                        target[k] = SET if row[k] > 0 else np.uint8(0)
    return wrong == 0


@compiled
def pack_patches(
    phases: Any, kernel: Any, dilation: Any, rows: int, height: int, width: int, words: Any
) -> None:
    """Pack the patches of some images into words.

    Parameters
    ----------
    phases : ndarray of uint8, shape (channels, stride, stride', height', width', images)
        As of :func:`fill_bits`; of pixel (y, x) the axes are y % stride, x % stride', y // stride
        and x // stride', so that neighbours in a plane are one stride apart.
    kernel, dilation : (int, int)
    rows : int
        Of a sub-array.
    height, width : int
        Positions.
    words : ndarray of uint64, shape (sub-arrays, words, height * width * images)
        Zeros; input i of a patch, channel by channel and line by line in it, becomes bit
        ``i % rows`` of sub-array ``i // rows``.
    """
    channels, vertical, horizontal, lines, columns, images = phases.shape
    planes = phases.reshape(channels, vertical, horizontal, lines * columns * images)
    pitch, line = columns * images, width * images
    run = (height - 1) * pitch + line  # from the first position to the last, in a plane
    byte = np.zeros(run, np.uint8)
    total = channels * kernel[0] * kernel[1]
    i = 0
    for c in range(channels):
        for ky in range(kernel[0]):
            for kx in range(kernel[1]):
                y, x = ky * dilation[0], kx * dilation[1]
                at = y // vertical * pitch + x // horizontal * images
                source = planes[c, y % vertical, x % horizontal, at : at + run]
                row = i % rows
                own = _POW[row % 8]
                for k in range(run):
                    byte[k] |= source[k] & own
                i += 1
                if row % 8 == 7 or row == rows - 1 or i == total:
                    word, up = words[(i - 1) // rows, row // WORD], np.uint64(row % WORD // 8 * 8)
                    for top in range(height):
                        target = word[top * line : (top + 1) * line]
                        new = byte[top * pitch : top * pitch + line]
                        for k in range(line):
                            target[k] |= np.uint64(new[k]) << up
                    byte[:] = 0


@compiled
def active_rows(words: Any, offsets: Any) -> None:
    """Write where the levels of each position's number of active rows begin: n (n + 1) / 2."""
    blocks, parts, count = words.shape
    for b in range(blocks):
        for p in range(count):
            active = np.uint64(0)
            for part in range(parts):
                active += _popcount(words[b, part, p])
            offsets[b, p] = np.uint32(active * (active + np.uint64(1)) >> np.uint64(1))


@compiled
def _indices(words: Any, cells: Any, offsets: Any, always: bool, index: Any) -> None:
    """Write the index of each position's level: products -1 (8T), or offset + products +1 (6T)."""
    count = index.size
    first, cell = words[0], cells[0]
    if always:
        for p in range(count):
            index[p] = np.uint32(_popcount(first[p] ^ cell))
    else:
        for p in range(count):
            index[p] = np.uint32(offsets[p] + np.uint32(_popcount(first[p] & cell)))
    for part in range(1, words.shape[0]):
        more, cell = words[part], cells[part]
        if always:
            for p in range(count):
                index[p] = np.uint32(index[p] + np.uint32(_popcount(more[p] ^ cell)))
        else:
            for p in range(count):
                index[p] = np.uint32(index[p] + np.uint32(_popcount(more[p] & cell)))


@compiled
def _spread(total: Any, out: Any) -> None:
    """Write sums of (positions, images) to an output's (images, positions)."""
    images, positions = out.shape
    for i in range(images):
        for p in range(positions):
            out[i, p] = total[p * images + i]


@compiled
def add_fixed(
    words: Any, offsets: Any, always: bool, cells: Any, kinds: Any, tables: Any, out: Any
) -> None:
    """Add up what a table has for each level.

    Parameters
    ----------
    words : ndarray of uint64, shape (sub-arrays, words, positions * images)
    offsets : ndarray of uint32, shape (sub-arrays, positions * images)
        As of :func:`active_rows`; not looked at where all rows are always active.
    always : bool
    cells : ndarray of uint64, shape (outputs, sub-arrays, words)
    kinds : ndarray of int64, shape (sub-arrays,)
        Which table each has.
    tables : ndarray of float32, shape (kinds, levels)
    out : ndarray of float, shape (images, outputs, positions)
    """
    count = words.shape[2]
    index, total = np.empty(count, np.uint32), np.empty(count, out.dtype)
    for o in range(cells.shape[0]):
        total[:] = 0
        for b in range(words.shape[0]):
            table = tables[kinds[b]]
            if always and words.shape[1] == 1:  # the usual sub-array, in one loop
                word, cell = words[b, 0], cells[o, b, 0]
                for p in range(count):
                    total[p] += table[_popcount(word[p] ^ cell)]
            else:
                _indices(words[b], cells[o, b], offsets[b], always, index)
                for p in range(count):
                    total[p] += table[index[p]]
        _spread(total, out[:, o])


@compiled
def add_columns(
    words: Any,
    offsets: Any,
    always: bool,
    cells: Any,
    kinds: Any,
    levels: Any,
    minus: Any,
    values: Any,
    columns: Any,
    out: Any,
) -> None:
    """Add up what each column of its own reads.

    Parameters
    ----------
    words, offsets, always, cells, kinds, out
        As of :func:`add_fixed`.
    levels : ndarray of int64, shape (kinds, indices)
    minus : ndarray of float32, shape (kinds,)
    values : ndarray of float32, shape (levels, samples)
    columns : ndarray of int64, shape (sub-arrays, outputs)
    """
    count = words.shape[2]
    index, total = np.empty(count, np.uint32), np.empty(count, out.dtype)
    size = levels.shape[1]
    own = np.empty(size, np.float32)
    for o in range(cells.shape[0]):
        total[:] = 0
        for b in range(words.shape[0]):
            _indices(words[b], cells[o, b], offsets[b], always, index)
            level, column, less = levels[kinds[b]], columns[b, o], minus[kinds[b]]
            if size <= count:  # the column's own table first: it stays in the cache
                for k in range(size):
                    own[k] = values[level[k], column] - less
                for p in range(count):
                    total[p] += own[index[p]]
            else:
                for p in range(count):
                    total[p] += np.float32(values[level[index[p]], column] - less)
        _spread(total, out[:, o])


@compiled
def add_drawn(
    words: Any,
    offsets: Any,
    always: bool,
    cells: Any,
    kinds: Any,
    cuts: Any,
    values: Any,
    bits: int,
    streams: Any,
    first: int,
    outputs: int,
    out: Any,
) -> None:
    """Add up codes that are drawn at each access.

    Parameters
    ----------
    words, offsets, always, cells, kinds, out
        As of :func:`add_fixed`.
    cuts : ndarray of uint32, shape (kinds, indices << bits)
    values : ndarray of float32, shape (kinds, indices << bits + 1)
        What is below and what is above each cut.
    bits : int
        Of the columns of an alias table.
    streams : ndarray of uint64, shape (positions * images,)
        Where the numbers of each position start.
    first, outputs : int
        The number of the first output here, and of all of them in the layer.
    """
    blocks, _, count = words.shape
    index, total = np.empty(count, np.uint32), np.empty(count, out.dtype)
    random = np.empty((2, count), np.uint32)
    half = (blocks + 1) // 2
    mask, up = np.uint32((1 << bits) - 1), np.uint32(bits)
    for o in range(cells.shape[0]):
        total[:] = 0
        for b in range(blocks):
            if b % 2 == 0:
                step = GOLDEN * np.uint64((first + o) * half + b // 2 + 1)
                low, high = random[0], random[1]
                for p in range(count):
                    number = mixed(streams[p] + step)
                    low[p] = np.uint32(number)
                    high[p] = np.uint32(number >> np.uint64(32))
            word = random[b % 2]
            _indices(words[b], cells[o, b], offsets[b], always, index)
            cut, value = cuts[kinds[b]], values[kinds[b]]
            for p in range(count):
                place = np.uint32(np.uint32(index[p] << up) + np.uint32(word[p] & mask))
                missed = np.uint32(np.uint32(word[p] >> up) >= cut[place])
                total[p] += value[np.uint32(np.uint32(place << np.uint32(1)) + missed)]
        _spread(total, out[:, o])


@compiled
def position_streams(starts: Any, positions: int, step: int) -> Any:
    """Return where the numbers of each (position, image) start; `step` numbers for a position."""
    images = starts.size
    found = np.empty(positions * images, np.uint64)
    for p in range(positions):
        for i in range(images):
            found[p * images + i] = starts[i] + GOLDEN * np.uint64(p * step)
    return found
