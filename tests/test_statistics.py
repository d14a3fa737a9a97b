"""The statistics against known distributions: values, and how often the intervals cover."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from scipy import stats

from sram_spice.statistics import Description, Estimate, describe, proportion, quantile

TRIALS = 2000
SAMPLES = 200
# Binomial sigma of a coverage of 0.95 over 2,000 trials is 0.5 %: four of them.
FOUR_SIGMA = 0.02
RULES = {
    "normal": stats.norm(0.3, 0.02),
    "skewed": stats.gamma(4.0, scale=0.01),  # skew 1, as leakage has
}


@lru_cache
def descriptions(name: str) -> list[Description]:
    """Descriptions of many sets of samples of one rule."""
    samples = RULES[name].rvs((TRIALS, SAMPLES), random_state=np.random.default_rng(7))
    return [describe(row) for row in samples]


def coverage(name: str, estimate: Callable[[Description], Estimate], truth: float) -> float:
    """Part of the trials whose interval holds the truth."""
    found = map(estimate, descriptions(name))
    return float(np.mean([e.low <= truth <= e.high for e in found]))


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_interval_of_mean_covers(name: str) -> None:
    rule = RULES[name]
    assert coverage(name, lambda d: d.mean, rule.mean()) == pytest.approx(0.95, abs=FOUR_SIGMA)


@pytest.mark.parametrize("name", RULES)
def test_interval_of_sigma_covers(name: str) -> None:
    """The chi-square interval covers 0.87 of the skewed ones: it would fail here."""
    rule = RULES[name]
    found = coverage(name, lambda d: d.sigma, rule.std())
    assert found == pytest.approx(0.95, abs=FOUR_SIGMA)


def test_chi_square_would_not_do() -> None:
    rule, n = RULES["skewed"], 200
    generator = np.random.default_rng(7)
    ends = stats.chi2.ppf([0.975, 0.025], n - 1)
    variances = rule.rvs((TRIALS, n), random_state=generator).var(axis=1, ddof=1)
    low, high = ((n - 1) * variances / end for end in ends)
    assert np.mean((low <= rule.var()) & (rule.var() <= high)) < 0.95 - FOUR_SIGMA


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("probability", [0.05, 0.5, 0.95])
def test_interval_of_quantile_covers(name: str, probability: float) -> None:
    """Order statistics are discrete, so they cover 0.95 or more."""
    rule = RULES[name]
    found = coverage(name, lambda d: dict(d.quantiles)[probability], rule.ppf(probability))
    assert 0.95 - FOUR_SIGMA / 2 < found < 0.99


def test_interval_of_skew_covers_for_normal_samples() -> None:
    found = coverage("normal", lambda d: d.skew, 0.0)
    assert found == pytest.approx(0.95, abs=1.5 * FOUR_SIGMA)


def test_interval_of_failures_covers() -> None:
    generator = np.random.default_rng(7)
    counts = generator.binomial(200, 0.03, TRIALS)
    found = [proportion(int(count), 200) for count in counts]
    inside = np.mean([e.low <= 0.03 <= e.high for e in found])
    assert 0.95 - FOUR_SIGMA < inside < 0.995


def test_values_are_those_of_numpy_and_scipy() -> None:
    values = np.random.default_rng(3).gamma(2.0, size=500)
    found = describe(values)
    assert found.mean.value == pytest.approx(values.mean(), rel=1e-12)
    assert found.sigma.value == pytest.approx(values.std(ddof=1), rel=1e-12)
    assert found.skew.value == pytest.approx(stats.skew(values), rel=1e-12)
    assert dict(found.quantiles)[0.5].value == pytest.approx(np.median(values), rel=1e-12)


def test_jackknife_of_skew_is_the_one_by_hand() -> None:
    values = np.random.default_rng(3).gamma(2.0, size=40)
    left_out = np.array([stats.skew(np.delete(values, i)) for i in range(40)])
    error = np.sqrt(39 / 40 * np.sum((left_out - left_out.mean()) ** 2))
    found = describe(values).skew
    half = float(stats.t.ppf(0.975, 39)) * error
    assert found.high - found.value == pytest.approx(half, rel=1e-9)


def test_failed_samples_are_counted_not_averaged() -> None:
    found = describe([0.1, np.nan, 0.3, np.inf])
    assert (found.samples, found.failed) == (4, 2)
    assert found.failed_probability.value == 0.5
    assert found.mean.value == pytest.approx(0.2)


def test_tail_quantiles_need_samples() -> None:
    generator = np.random.default_rng(1)
    few = dict(describe(generator.normal(size=1000)).quantiles)
    many = dict(describe(generator.normal(size=10_000)).quantiles)
    assert 0.001 not in few
    assert np.isfinite([many[0.001].low, many[0.999].high]).all()
    tiny = dict(describe(generator.normal(size=50)).quantiles)
    assert np.isnan(tiny[0.01].low)
    assert np.isfinite(tiny[0.01].high)


@pytest.mark.parametrize("values", [[], [0.2], [np.nan, np.nan], [0.2, 0.2, 0.2, 0.2, 0.2, 0.2]])
def test_degenerate_samples_are_described(values: list[float]) -> None:
    columns = describe(values).columns()
    assert columns["samples"] == len(values)
    assert columns["failed"] == sum(np.isnan(v) for v in values)


def test_same_samples_give_the_same_digits_in_any_order() -> None:
    values = np.random.default_rng(5).normal(size=300)
    assert describe(values) == describe(values[::-1])


def test_a_quantile_that_no_sample_reaches_is_unknown():
    """The rarest of 66 samples stands for more than 1 % of all; that of 67 does not."""
    assert np.isnan(quantile(np.arange(66.0), 0.01).value)
    assert quantile(np.arange(67.0), 0.01).value == pytest.approx(0.0, abs=0.01)
    assert np.isnan(quantile(np.arange(100.0), 0.999).value)
    assert quantile(np.arange(3.0), 0.5).value == 1.0
