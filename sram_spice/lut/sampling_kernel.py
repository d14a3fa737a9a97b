"""The inner loop of sampling, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sram_spice.results.compiled import compiled


@compiled
def draw(
    values: NDArray[np.integer[Any]],
    offset: int,
    levels: NDArray[np.int32],
    words: NDArray[np.uint32],
    column_bits: int,
    cut: NDArray[np.uint32],
    below: NDArray[np.int16],
    above: NDArray[np.int16],
    codes: NDArray[np.int16],
) -> int:
    """Do what :func:`sram_spice.lut.sampling.by_numpy` does."""
    mask = np.uint32((1 << column_bits) - 1)
    for i in range(values.size):
        index = np.int64(values[i]) + offset
        if index < 0 or index >= levels.size or levels[index] < 0:
            return i
        place = (levels[index] << column_bits) + np.int32(words[i] & mask)
        if (words[i] >> np.uint32(column_bits)) < cut[place]:
            codes[i] = below[place]
        else:
            codes[i] = above[place]
    return -1
