"""How often each level (n_plus, n_minus) occurs, and with it each sum."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp, xlogy

from sram_spice.errors import InputError
from sram_spice.workload.histogram import read_histogram


@dataclass(frozen=True, eq=False)
class SumDistribution:
    """Joint probability of the levels (n_plus, n_minus) of a column.

    Attributes
    ----------
    n_plus, n_minus : ndarray of int, shape (levels,)
        Active rows with product +1 and -1, every level that the column can reach once,
        sorted by n_active, then n_plus.
    probability : ndarray of float, shape (levels,)
        Probability of each level, >= 0, sums to 1; zero is allowed.
    """

    n_plus: NDArray[np.int64]
    n_minus: NDArray[np.int64]
    probability: NDArray[np.float64]

    @property
    def n_active(self) -> NDArray[np.int64]:
        """Active rows of each level, shape (levels,)."""
        return self.n_plus + self.n_minus

    @property
    def sum(self) -> NDArray[np.int64]:
        """Sum of each level, n_plus - n_minus, shape (levels,)."""
        return self.n_plus - self.n_minus

    @property
    def levels(self) -> list[tuple[int, int]]:
        """Every level (n_plus, n_minus), in order."""
        return list(zip(self.n_plus.tolist(), self.n_minus.tolist(), strict=True))

    @property
    def rows(self) -> int:
        """Rows of the column."""
        return int(self.n_active.max())

    @property
    def marginal(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Sums that the column can reach, ascending, and their probabilities, each (sums,)."""
        sums, index = np.unique(self.sum, return_inverse=True)
        return sums, np.bincount(index, weights=self.probability).astype(np.float64)

    def conditional(self, n_active: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Give sums and their probabilities when `n_active` rows are active.

        Parameters
        ----------
        n_active : int
            Number of active rows.

        Returns
        -------
        sums, probability : ndarray, shape (n_active + 1,)
            The sums -n_active .. n_active in steps of 2, and P(sum | n_active).

        Raises
        ------
        InputError
            If this number of active rows never occurs.
        """
        chosen = self.n_active == n_active
        total = self.probability[chosen].sum()
        if not total > 0.0:
            raise InputError(
                "this number of active rows never occurs", key="n_active", value=n_active
            )
        return self.sum[chosen], self.probability[chosen] / total


def independent(
    rows: int,
    always_active: bool,
    input_probability: float = 0.5,
    weight_probability: float = 0.5,
) -> SumDistribution:
    """Distribution of the sum of independent rows: binomial (8T XNOR) or trinomial (6T HBNN).

    Parameters
    ----------
    rows : int
        Rows of the column, >= 1.
    always_active : bool
        True: inputs are -1/+1 and every product is -1 or +1. False: inputs are 0/1 and a row
        with input 0 contributes nothing.
    input_probability : float
        Probability of input +1 (or 1), 0 .. 1.
    weight_probability : float
        Probability of weight +1, 0 .. 1.

    Returns
    -------
    SumDistribution
        rows + 1 levels if always active, (rows + 1)(rows + 2)/2 otherwise.

    Raises
    ------
    InputError
        If `rows` or a probability is out of range.
    """
    n_plus, n_minus, log_probability = _independent_log(
        rows, always_active, input_probability, weight_probability
    )
    return _normalized(n_plus, n_minus, np.exp(log_probability))


def from_histogram(
    path: str | Path,
    rows: int,
    always_active: bool,
    input_probability: float = 0.5,
    weight_probability: float = 0.5,
) -> SumDistribution:
    """Distribution with the sums of a measured histogram.

    P(sum) comes from the file, P(n_active | sum) from independent rows. A sum with count 0 keeps
    its levels, with probability 0.

    Parameters
    ----------
    path : str or Path
        CSV file ``sum,count``, see `read_histogram`.
    rows, always_active, input_probability, weight_probability
        As in `independent`; where rows are always active the file alone decides.

    Returns
    -------
    SumDistribution
        The same levels as `independent` gives.

    Raises
    ------
    InputError
        If the file is wrong, or lists a sum that independent rows with these probabilities never
        reach (so that its number of active rows is unknown).
    """
    # One-to-one from sum to level: the prior then has no say, whatever its probabilities.
    prior = (0.5, 0.5) if always_active else (input_probability, weight_probability)
    n_plus, n_minus, log_prior = _independent_log(rows, always_active, *prior)
    sums, index = np.unique(n_plus - n_minus, return_inverse=True)
    counts = read_histogram(path, sums)
    probability = np.zeros(n_plus.size)
    for position in np.flatnonzero(counts):
        levels = index == position
        # In logarithms, because the prior of a rare sum underflows where its conditional does not.
        log_total = logsumexp(log_prior[levels])
        if log_total == -np.inf:
            raise InputError(
                "independent rows never reach this sum, its active rows are unknown",
                file=str(path),
                key="column sum",
                value=int(sums[position]),
                allowed="input and weight probabilities with which it can occur",
            )
        probability[levels] = counts[position] * np.exp(log_prior[levels] - log_total)
    return _normalized(n_plus, n_minus, probability)


def _independent_log(
    rows: int, always_active: bool, x: float, w: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Levels sorted by (n_active, n_plus), and the logarithm of their probabilities."""
    if rows < 1:
        raise InputError("a column needs rows", key="column.rows", value=rows, allowed=">= 1")
    for key, value in (("mlsa.input_probability", x), ("mlsa.weight_probability", w)):
        if not 0.0 <= value <= 1.0:
            raise InputError("not a probability", key=key, value=value, allowed="0 .. 1")
    if always_active:
        n_plus = np.arange(rows + 1, dtype=np.int64)
        n_active = np.full_like(n_plus, rows)
        plus, minus, none = x * w + (1 - x) * (1 - w), x * (1 - w) + (1 - x) * w, 0.0
    else:
        n_active, n_plus = (a.astype(np.int64) for a in np.tril_indices(rows + 1))
        plus, minus, none = x * w, x * (1 - w), 1 - x
    n_minus, n_none = n_active - n_plus, rows - n_active
    orders = gammaln(rows + 1) - (gammaln(n_plus + 1) + gammaln(n_minus + 1)) - gammaln(n_none + 1)
    log = orders + (xlogy(n_plus, plus) + xlogy(n_minus, minus)) + xlogy(n_none, none)
    return n_plus, n_minus, np.asarray(log, dtype=np.float64)


def _normalized(
    n_plus: NDArray[np.int64], n_minus: NDArray[np.int64], weight: NDArray[np.float64]
) -> SumDistribution:
    return SumDistribution(n_plus, n_minus, weight / weight.sum())
