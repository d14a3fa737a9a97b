"""Samples in blocks, on all cores."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sram_spice.simulation.job import FloatArray

AT_ONCE = 2**20  # columns of a block, over all levels: some 100 MB a thread
SWITCH = 2e-4  # s; with the usual 5e-3 two threads are hardly faster than one
BLOCK = (64, 1024)  # samples of a block, least and most


@dataclass(frozen=True)
class Block:
    """Some samples at all levels.

    Attributes
    ----------
    first : int
        Number of the first sample.
    v : ndarray, shape (levels, n, 2)
        V_BL and V_BLB, V; NaN unless the column is ok.
    code : ndarray of uint8, shape (levels, n)
        Position of the status in STATUSES; UNASKED where a level has lost data often enough.
    undecided : bool
        Only a transient decides some columns, and none was at hand: the block is to be solved
        again.
    """

    first: int
    v: FloatArray
    code: NDArray[np.uint8]
    undecided: bool = False


def solved_blocks(
    solve: Callable[[Sequence[int], int], Block],
    levels: int,
    samples: range,
    seed: int,
    threads: int = 1,
    largest: int = BLOCK[1],
) -> Iterator[Block]:
    """Draw and solve samples, in order.

    Parameters
    ----------
    solve : callable
        Solves some samples of a seed at all levels.
    levels : int
    samples : range
        Columns of each level; sample i is the same silicon at every level, and that of
        `engine = "spice"`.
    seed : int
    threads : int
        The results are the same for any number.
    largest : int
        Samples of a block, at most.
    """
    size = min(int(np.clip(2 ** int(np.log2(AT_ONCE / levels)), *BLOCK)), largest)
    starts = samples[::size]
    ends = [min(start + size, samples.stop) for start in starts]
    one_thread = threadpool_limits(limits=1, user_api="blas")
    with one_thread, _frequent_switches(), ThreadPoolExecutor(threads) as executor:
        waiting = [
            executor.submit(solve, range(start, end), seed)
            for start, end in list(zip(starts, ends, strict=True))[: threads + 1]
        ]
        rest = iter(list(zip(starts, ends, strict=True))[threads + 1 :])
        while waiting:  # a few ahead, not all: what is not taken yet takes memory
            yield waiting.pop(0).result()
            following = next(rest, None)
            if following is not None:
                waiting.append(executor.submit(solve, range(*following), seed))


@contextmanager
def _frequent_switches() -> Iterator[None]:
    """Let threads hand over the interpreter more often: they compute in pieces of 0.1 ms."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
