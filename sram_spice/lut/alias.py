"""Alias tables in whole numbers: one gather and one comparison turn 32 random bits into a code.

A. J. Walker, "An efficient method for generating discrete random variables with general
distributions", ACM Trans. Math. Software 3(3), 1977; built as by M. D. Vose, IEEE Trans. Software
Eng. 17(9), 1991. Probabilities are kept in units of 2^-32; nothing else is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BITS = 32
_ONE = 1 << BITS
NO_CODE = -1  # outcome of an access without a valid solution


@dataclass(frozen=True, eq=False)
class AliasTables:
    """One alias table per level, each with ``2 ** column_bits`` columns.

    The lowest bits of a random number choose a column, the others are compared with its cut.

    Attributes
    ----------
    column_bits : int
    cut : ndarray of uint32, shape (levels * columns,)
        Below it a column stands for `below`, from it on for `above`.
    below, above : ndarray of int16, shape (levels * columns,)
        Codes; `NO_CODE` where there is none.
    """

    column_bits: int
    cut: NDArray[np.uint32]
    below: NDArray[np.int16]
    above: NDArray[np.int16]


def alias_tables(probability: NDArray[np.float64], no_code: NDArray[np.float64]) -> AliasTables:
    """Build the alias tables of all levels.

    Parameters
    ----------
    probability : ndarray of float, shape (levels, codes)
        P(code | level).
    no_code : ndarray of float, shape (levels,)
        P(no valid solution | level); the rows of both add up to 1.

    Returns
    -------
    AliasTables
    """
    weights = whole_probabilities(probability, no_code)
    codes = [*range(probability.shape[1]), NO_CODE]
    bits = max(1, (len(codes) - 1).bit_length())
    columns = 1 << bits
    cut = np.zeros((len(weights), columns), dtype=np.uint32)
    below = np.zeros((len(weights), columns), dtype=np.int16)
    above = np.zeros((len(weights), columns), dtype=np.int16)
    names = np.array(codes + [codes[-1]] * (columns - len(codes)), dtype=np.int16)
    for level, row in enumerate(weights):
        own, other = _vose([*row.tolist(), *([0] * (columns - len(row)))], _ONE >> bits)
        cut[level], below[level], above[level] = own, names, names[other]
    return AliasTables(bits, cut.ravel(), below.ravel(), above.ravel())


def whole_probabilities(
    probability: NDArray[np.float64], no_code: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return probabilities in units of 2^-32 that add up to exactly 1: largest remainders go up.

    Parameters
    ----------
    probability : ndarray of float, shape (levels, codes)
    no_code : ndarray of float, shape (levels,)

    Returns
    -------
    ndarray of int, shape (levels, codes + 1)
        The last is that of no code.
    """
    outcomes = np.concatenate([probability, no_code[:, None]], axis=1)
    exact = outcomes / outcomes.sum(axis=1, keepdims=True) * _ONE
    whole = np.floor(exact).astype(np.int64)
    missing = _ONE - whole.sum(axis=1)
    order = np.argsort(whole - exact, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(order.shape[1])[None, :], axis=1)
    return np.asarray(whole + (rank < missing[:, None]), dtype=np.int64)


def _vose(weights: list[int], room: int) -> tuple[list[int], list[int]]:
    """Fill columns of `room` each with at most two outcomes: the cut, and the other outcome."""
    left = list(weights)
    cut, other = [room] * len(left), list(range(len(left)))
    small = [k for k, weight in enumerate(left) if weight < room]
    large = [k for k, weight in enumerate(left) if weight >= room]
    while small:
        poor, rich = small.pop(), large[-1]
        cut[poor], other[poor] = left[poor], rich
        left[rich] -= room - left[poor]
        if left[rich] < room:
            small.append(large.pop())
    return cut, other
