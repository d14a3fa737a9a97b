"""Random codes for arrays of any size, as fast as drawing the random numbers allows.

The same generator state gives the same codes with and without numba, which only
does the same faster: benchmarks/bench_lut.py.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sram_spice.lut.alias import AliasTables

CHUNK = 1 << 15  # numbers at a time: they stay in the cache of a core
_PAIR = 2  # 32-bit numbers in one draw
KERNEL = "sram_spice.lut.sampling_kernel"
Integers = NDArray[np.integer[Any]]
Draw = Callable[
    [Integers, int, NDArray[np.int32], NDArray[np.uint32], AliasTables, NDArray[np.int16]], int
]


def sample_codes(
    values: Integers,
    offset: int,
    levels: NDArray[np.int32],
    tables: AliasTables,
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    """Draw one code for each value.

    Parameters
    ----------
    values : ndarray of int, shape (n,)
        Contiguous; ``levels[value + offset]`` is the level.
    offset : int
    levels : ndarray of int32, shape (m,)
        Indices of levels, -1 where a value has none.
    tables : AliasTables
    rng : numpy.random.Generator
        One 64-bit number is taken for each two codes.

    Returns
    -------
    ndarray of int16, shape (n,)
        Codes, `NO_CODE` where there is none.

    Raises
    ------
    LookupError
        A value has no level; its argument is the index of the first.
    """
    draw = _fastest()
    codes = np.empty(values.size, dtype=np.int16)
    for start in range(0, values.size, CHUNK):
        part = values[start : start + CHUNK]
        words = random_words(rng, part.size)
        bad = draw(part, offset, levels, words, tables, codes[start : start + CHUNK])
        if bad >= 0:
            raise LookupError(start + bad)
    return codes


def random_words(rng: np.random.Generator, count: int) -> NDArray[np.uint32]:
    """Return at least `count` random 32-bit numbers."""
    pairs = rng.integers(0, 2**64 - 1, size=-(-count // _PAIR), dtype=np.uint64, endpoint=True)
    return pairs.astype("<u8", copy=False).view("<u4")


def by_numpy(
    values: Integers,
    offset: int,
    levels: NDArray[np.int32],
    words: NDArray[np.uint32],
    tables: AliasTables,
    codes: NDArray[np.int16],
) -> int:
    """Turn random words into codes; return the index of the first value without level, or -1."""
    index = values.astype(np.int64) + offset
    inside = (index >= 0) & (index < levels.size)
    position = levels[np.where(inside, index, 0)]
    known = inside & (position >= 0)
    if not known.all():
        return int(known.argmin())
    words = words[: values.size]
    bits = tables.column_bits
    place = (position << bits) + (words & np.uint32((1 << bits) - 1)).astype(np.int32)
    hit = (words >> np.uint32(bits)) < tables.cut[place]
    codes[:] = np.where(hit, tables.below[place], tables.above[place])
    return -1


def _compiled(
    values: Integers,
    offset: int,
    levels: NDArray[np.int32],
    words: NDArray[np.uint32],
    tables: AliasTables,
    codes: NDArray[np.int16],
) -> int:
    kernel = cast("Callable[..., int]", import_module(KERNEL).draw)
    bits, cut = tables.column_bits, tables.cut
    return kernel(values, offset, levels, words, bits, cut, tables.below, tables.above, codes)


def _fastest() -> Draw:
    """Return the compiled loop, or NumPy's where numba is missing or cannot be imported."""
    try:
        import_module(KERNEL)
    except ImportError:
        return by_numpy
    return _compiled
