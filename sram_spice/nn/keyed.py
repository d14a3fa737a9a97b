"""Random numbers that are a function of what they are for: (seed, image, access).

So an image's codes do not depend on the batch it is in, nor on how many threads compute it.
SplitMix64 (G. L. Steele et al., OOPSLA 2014): each image has a stream that starts at a hash of
(seed, image); each of its numbers serves two accesses, 32 bits each.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sram_spice.nn.kernels import FIRST, GOLDEN, SECOND, stream_starts

_ALL = (1 << 64) - 1


def starts(seed: int, first: int, images: int) -> NDArray[np.uint64]:
    """Return where the streams of some images start.

    Parameters
    ----------
    seed : int
        Of the layer.
    first, images : int
        The first image's number, and how many there are.

    Returns
    -------
    ndarray of uint64, shape (images,)
    """
    return np.asarray(stream_starts(np.uint64(seed & _ALL), np.uint64(first), images))


def pairs(
    start: NDArray[np.uint64], positions: int, outputs: int, blocks: int, pair: int, device: str
) -> Tensor:
    """Return the numbers of sub-arrays 2 pair and 2 pair + 1 at all accesses of some images.

    Parameters
    ----------
    start : ndarray of uint64, shape (images,)
        As of :func:`starts`.
    positions, outputs, blocks : int
        Patches of an image; columns of a sub-array; sub-arrays.
    pair : int
    device : str

    Returns
    -------
    Tensor of int64, shape (images, positions, outputs)
        The low 32 bits are for sub-array 2 pair, the high ones for the next.
    """
    half = (blocks + 1) // 2
    stream = torch.from_numpy(start.view(np.int64)).to(device)
    place = torch.arange(positions, device=device)[:, None] * outputs
    number = (place + torch.arange(outputs, device=device)) * half + (pair + 1)
    return _mixed(stream[:, None, None] + number * _signed(int(GOLDEN)))


def half_of(numbers: Tensor, block: int) -> Tensor:
    """Return the 32 bits of one of the two sub-arrays that a number of `pairs` is for."""
    return (numbers >> (32 * (block % 2))) & 0xFFFFFFFF


def _mixed(z: Tensor) -> Tensor:
    z = (z ^ _shifted(z, 30)) * _signed(int(FIRST))
    z = (z ^ _shifted(z, 27)) * _signed(int(SECOND))
    return z ^ _shifted(z, 31)


def _shifted(z: Tensor, bits: int) -> Tensor:
    """Shift int64 to the right as if it had no sign."""
    return (z >> bits) & ((1 << (64 - bits)) - 1)


def _signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word
