"""Statistics of Monte Carlo samples, each with its 95 % confidence interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

FloatArray: TypeAlias = NDArray[np.float64]

CONFIDENCE = 0.95
PROBABILITIES = (0.01, 0.05, 0.5, 0.95, 0.99)
TAIL_PROBABILITIES = (0.001, 0.999)  # only where the interval has both its ends among the samples


@dataclass(frozen=True)
class Estimate:
    """A statistic and its 95 % confidence interval, in the unit of the samples.

    Attributes
    ----------
    value, low, high : float
        NaN where the samples are too few to say.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Description:
    """What samples of one quantity say.

    Attributes
    ----------
    samples : int
        All, failed ones included.
    failed : int
        Those without a finite value; the statistics are over the others.
    failed_probability : Estimate
        Exact binomial interval (Clopper and Pearson).
    mean, sigma, skew : Estimate
        sigma with ddof = 1; skew is the third standardized moment g1.
    quantiles : tuple of (float, Estimate)
        By probability, 0 to 1.
    """

    samples: int
    failed: int
    failed_probability: Estimate
    mean: Estimate
    sigma: Estimate
    skew: Estimate
    quantiles: tuple[tuple[float, Estimate], ...]

    def columns(self) -> dict[str, float | int]:
        """Return it as columns of a table: each value, with ``_low`` and ``_high``."""
        estimates = {"mean": self.mean, "sigma": self.sigma, "skew": self.skew}
        estimates |= {f"q{probability:g}": quantile for probability, quantile in self.quantiles}
        estimates["failed_probability"] = self.failed_probability
        columns: dict[str, float | int] = {"samples": self.samples, "failed": self.failed}
        for name, estimate in estimates.items():
            columns[name] = estimate.value
            columns[f"{name}_low"] = estimate.low
            columns[f"{name}_high"] = estimate.high
        return columns


def describe(values: ArrayLike) -> Description:
    """Describe Monte Carlo samples of one quantity.

    Parameters
    ----------
    values : array_like, shape (n,)
        Samples in any unit; one that is not finite counts as failed.

    Returns
    -------
    Description

    Notes
    -----
    All intervals are closed formulas, so the same samples give the same digits and a table of many
    quantities costs nothing: mean by Student's t; sigma by Bonett's interval, since the
    chi-square one holds for normal samples only and margins are skewed; skew by the jackknife;
    quantiles by order statistics, which assume no distribution.
    """
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise ValueError(f"values has shape {array.shape}, expected (n,)")
    good = np.sort(array[np.isfinite(array)])
    failed = array.size - good.size
    wanted = sorted((*PROBABILITIES, *TAIL_PROBABILITIES))
    found = [(p, quantile(good, p)) for p in wanted]
    quantiles = tuple(
        (p, e) for p, e in found if p in PROBABILITIES or np.isfinite([e.low, e.high]).all()
    )
    return Description(
        int(array.size),
        int(failed),
        proportion(failed, array.size),
        mean(good),
        standard_deviation(good),
        skewness(good),
        quantiles,
    )


def mean(values: FloatArray) -> Estimate:
    """Return the mean, with Student's t interval."""
    n = values.size
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan)
    middle = float(values.mean())
    if n < 2:
        return Estimate(middle, np.nan, np.nan)
    half = _t(n - 1) * float(values.std(ddof=1)) / np.sqrt(n)
    return Estimate(middle, middle - half, middle + half)


def standard_deviation(values: FloatArray) -> Estimate:
    """Return sigma (ddof = 1), with an interval that holds for skewed samples, too.

    References
    ----------
    D. G. Bonett, "Approximate confidence interval for standard deviation of nonnormal
    distributions", Computational Statistics & Data Analysis 50(3), 775-782, 2006.
    """
    n = values.size
    sigma = float(values.std(ddof=1)) if n > 1 else np.nan
    if n < 5 or np.ptp(values) == 0:
        return Estimate(sigma, np.nan, np.nan)
    centre = stats.trim_mean(values, 1 / (2 * np.sqrt(n - 4)))
    deviations = values - values.mean()
    kurtosis = n * np.sum((values - centre) ** 4) / np.sum(deviations**2) ** 2
    z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    correction = n / (n - z)
    error = correction * np.sqrt(max(0.0, kurtosis - (n - 3) / n) / (n - 1))
    # Of ln(sigma^2), hence the halves.
    low, high = (np.exp((np.log(correction * sigma**2) + s * z * error) / 2) for s in (-1, 1))
    return Estimate(sigma, float(low), float(high))


def skewness(values: FloatArray) -> Estimate:
    """Return the skew g1 = m3 / m2^1.5, with its jackknife interval.

    References
    ----------
    B. Efron, R. J. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 11.
    """
    n = values.size
    if n < 3 or np.ptp(values) == 0:
        return Estimate(np.nan, np.nan, np.nan)
    scaled = (values - values.mean()) / values.std()
    value = float(np.mean(scaled**3))
    if n < 5:
        return Estimate(value, np.nan, np.nan)
    # Moments without one sample, from the sums over all.
    sums = [np.sum(scaled**power) - scaled**power for power in (1, 2, 3)]
    m1, m2, m3 = (total / (n - 1) for total in sums)
    variance = m2 - m1**2
    without = (m3 - 3 * m1 * m2 + 2 * m1**3) / variance**1.5
    error = np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2))
    half = _t(n - 1) * float(error)
    return Estimate(value, value - half, value + half)


def quantile(values: FloatArray, probability: float) -> Estimate:
    """Return a quantile (median-unbiased), with the interval of order statistics.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Sorted.
    probability : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        NaN where the samples do not reach it: 1 % of fewer than 67. An end of the interval is NaN
        when no sample is that far out.

    References
    ----------
    R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", American Statistician
    50(4), 361-365, 1996, definition 8. H. A. David, H. N. Nagaraja, "Order Statistics", 3rd ed.,
    2003, section 7.1.
    """
    n = values.size
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan)
    # Further out than the outermost sample nothing is known: it would be that sample.
    place = (n + 1 / 3) * probability + 1 / 3
    inside = 1 <= place <= n
    value = float(np.quantile(values, probability, method="median_unbiased")) if inside else np.nan
    # P(i-th smallest sample > quantile) = P(fewer than i samples below it).
    tail = (1 - CONFIDENCE) / 2
    below = int(stats.binom.ppf(tail, n, probability))  # i: P(B < i) <= tail
    above = int(stats.binom.ppf(1 - tail, n, probability)) + 1  # j: P(B >= j) <= tail
    low = float(values[below - 1]) if below >= 1 else np.nan
    high = float(values[above - 1]) if above <= n else np.nan
    return Estimate(value, low, high)


def proportion(count: int, total: int) -> Estimate:
    """Return count / total, with the exact binomial interval.

    References
    ----------
    C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits illustrated in the
    case of the binomial", Biometrika 26(4), 404-413, 1934.
    """
    if total == 0:
        return Estimate(np.nan, np.nan, np.nan)
    tail = (1 - CONFIDENCE) / 2
    low = stats.beta.ppf(tail, count, total - count + 1) if count else 0.0
    high = stats.beta.ppf(1 - tail, count + 1, total - count) if count < total else 1.0
    return Estimate(count / total, float(low), float(high))


def _t(degrees: int) -> float:
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, degrees))
