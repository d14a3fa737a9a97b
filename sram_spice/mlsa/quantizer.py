"""Which code a sum should get, and which sum a code stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError
from sram_spice.mlsa.partition import optimal_partition
from sram_spice.workload.sum_distribution import SumDistribution


@dataclass(frozen=True, eq=False)
class Quantizer:
    """Thresholds on the sum, and the value that each code stands for.

    Attributes
    ----------
    thresholds : ndarray of float, shape (codes - 1,)
        Strictly ascending, each midway between two adjacent reachable sums, so that no sum ever
        equals a threshold.
    centroids : ndarray of float, shape (codes,)
        Mean of the sums of each code; for a code whose sums have probability 0, their middle.
    """

    thresholds: NDArray[np.float64]
    centroids: NDArray[np.float64]

    @property
    def codes(self) -> int:
        """Number of codes."""
        return int(self.centroids.size)

    def quantize(self, sums: ArrayLike) -> NDArray[np.int64]:
        """Code of each sum, 0 .. codes - 1: the number of thresholds below it, same shape."""
        return np.searchsorted(self.thresholds, sums, side="left").astype(np.int64)

    def decode(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Centroid of each code, same shape."""
        return self.centroids[np.asarray(codes, dtype=np.int64)]


def linear(distribution: SumDistribution, codes: int) -> Quantizer:
    """Quantizer with equal steps over -rows .. rows.

    The ideal thresholds are -rows + 2 rows i / codes. A sum that equals one gets the upper code,
    as sign(0) = +1 in binary networks; each is then moved to midway below the next sum.

    Parameters
    ----------
    distribution : SumDistribution
        Gives the reachable sums, and the centroids.
    codes : int
        Number of codes, 2 .. number of reachable sums.

    Returns
    -------
    Quantizer
        Its thresholds do not depend on the probabilities.

    Raises
    ------
    InputError
        If `codes` is out of range.
    """
    sums, probability = distribution.marginal
    _check_codes(codes, sums.size)
    # Multiplied by `codes`, so that the comparison is between integers and exact.
    ideal = (2 * np.arange(1, codes) - codes) * distribution.rows
    return _quantizer(sums, probability, np.searchsorted(sums * codes, ideal, side="left"))


def lloyd_max(distribution: SumDistribution, codes: int) -> Quantizer:
    """Quantizer with the least mean-square error for this distribution of sums.

    The global optimum, by dynamic programming; Lloyd's iteration stops in local optima. Ties go to
    the lower thresholds: with symmetric sums and an even number of codes sum 0 gets the upper one.
    A sum of probability 0 goes to the nearer centroid; if fewer sums than codes occur, the codes
    left over divide the sums that do not occur.

    Parameters
    ----------
    distribution : SumDistribution
        Gives the reachable sums and their probabilities.
    codes : int
        Number of codes, 2 .. number of reachable sums.

    Returns
    -------
    Quantizer
        Deterministic for given arguments.

    Raises
    ------
    InputError
        If `codes` is out of range.

    References
    ----------
    J. Max, "Quantizing for minimum distortion", IRE Trans. Inf. Theory 6(1), 1960.
    S. P. Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28(2), 1982.
    """
    sums, probability = distribution.marginal
    _check_codes(codes, sums.size)
    starts = optimal_partition(sums.astype(np.float64), probability, codes)
    return _quantizer(sums, probability, starts)


def _check_codes(codes: int, sums: int) -> None:
    if not 2 <= codes <= sums:
        raise InputError(
            "wrong number of codes",
            key="mlsa.levels",
            value=codes,
            allowed=f"2 .. {sums} (the sums that this column can reach)",
        )


def _quantizer(
    sums: NDArray[np.int64], probability: NDArray[np.float64], starts: NDArray[np.intp]
) -> Quantizer:
    first = np.concatenate(([0], starts))
    last = np.append(starts, sums.size) - 1
    mass = np.add.reduceat(probability, first)
    middle = (sums[first] + sums[last]) / 2
    centroids = np.divide(
        np.add.reduceat(probability * sums, first), mass, out=middle, where=mass > 0
    )
    return Quantizer((sums[starts - 1] + sums[starts]) / 2, centroids)
