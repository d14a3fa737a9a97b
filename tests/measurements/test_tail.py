"""Importance sampling against exact tails; no simulator."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.stats import norm

from sram_spice.measurements.tail import (
    Proposal,
    SamplingPlan,
    effective_number,
    importance_sampling,
    log_interval,
    plain_monte_carlo,
    spread_interval,
)
from sram_spice.measurements.tail_design_point import find_design_points


def estimate(g, dimension, seed=1, plan=None, starts=3):
    generator = np.random.default_rng(seed)
    points = find_design_points(g, dimension, generator, starts)
    return importance_sampling(g, np.array([p.u for p in points]), generator, plan)


FINE = SamplingPlan(variation=0.03, largest=20_000)


def linear(dimension, beta):
    unit = np.linspace(1, 2, dimension)
    unit /= np.linalg.norm(unit)
    return lambda u: 0.03 * (beta - u @ unit)


@pytest.mark.parametrize("dimension", [2, 7, 9])
@pytest.mark.parametrize("beta", [1.0, 3.0, 5.0, 9.0])
def test_linear_limit_state_has_a_normal_tail(dimension, beta):
    found = estimate(linear(dimension, beta), dimension, plan=FINE)
    # Three standard errors of 3 %.
    assert found.probability == pytest.approx(norm.sf(beta), rel=0.09)
    assert found.target_met
    assert found.variation <= 0.03
    assert found.low < found.probability < found.high


@pytest.mark.parametrize("beta", [3.0, 6.0])
def test_interval_covers_as_often_as_it_says(beta):
    """200 intervals of 95 %: with 180 or fewer of them right, chance is below 0.3 %."""
    g, exact = linear(7, beta), norm.sf(beta)
    found = [estimate(g, 7, seed) for seed in range(200)]
    covered = sum(f.low <= exact <= f.high for f in found)
    assert 181 <= covered <= 199


def test_curved_limit_state_is_not_the_first_order_answer():
    """g = 4 + 0.1 sum(y^2) - x: its tail is a mean of normal tails over chi-square numbers."""
    radius = np.linspace(0, 12, 200_001)
    density = radius**3 * np.exp(-(radius**2) / 2) / 2  # chi with 4 degrees of freedom
    exact = trapezoid(density * norm.sf(4 + 0.1 * radius**2), radius)
    found = estimate(
        lambda u: 4 + 0.1 * (u[:, 1:] ** 2).sum(axis=1) - u[:, 0],
        5,
        plan=FINE,
    )
    assert found.probability == pytest.approx(exact, rel=0.09)
    assert norm.sf(4.0) > 3 * exact  # so that the check above means something


def test_two_regions_count_both():
    found = estimate(lambda u: 4 - np.abs(u[:, 0]), 7, plan=FINE, starts=4)
    assert found.probability == pytest.approx(2 * norm.sf(4.0), rel=0.09)


def test_weights_are_a_ratio_of_densities():
    """Their mean over the proposal is 1, and the nominal part bounds them by 10."""
    proposal = Proposal(np.array([[4.0, 0.0, 0.0], [0.0, -3.0, 0.0]]))
    points, nominal = proposal.draw(np.random.default_rng(1), 100_000)
    weights = proposal.weights(points)
    assert weights.max() <= 10.0
    assert weights.mean() == pytest.approx(1.0, abs=4 * weights.std() / np.sqrt(weights.size))
    assert nominal == pytest.approx(10_000, abs=400)  # four binomial sigmas of 95


def test_same_seed_same_answer():
    g = linear(7, 4.0)
    assert estimate(g, 7, seed=5) == estimate(g, 7, seed=5)
    assert estimate(g, 7, seed=5) != estimate(g, 7, seed=6)


def test_nothing_found_claims_no_more_than_was_sampled():
    """The search went the wrong way: the nominal samples alone bound the probability."""
    plan = SamplingPlan(batch=1000, largest=4000)
    centres = np.array([[0.0, -20.0]])
    found = importance_sampling(lambda u: 8 - u[:, 0], centres, np.random.default_rng(1), plan)
    assert found.probability == 0.0
    assert found.failing == 0
    assert not found.target_met
    assert found.samples == 4000
    # Some 400 nominal samples: 3 / 400.
    assert found.high == pytest.approx(3.0 / 400, rel=0.15)


def test_cap_on_samples_is_said():
    found = estimate(linear(7, 5.0), 7, plan=SamplingPlan(batch=100, variation=0.01, largest=300))
    assert (found.samples, found.target_met) == (300, False)


def test_undecided_samples_widen_the_upper_end_only():
    g = linear(7, 3.0)

    def holes(u):
        return np.where(u[:, 0] > 1.5, np.nan, g(u))

    generator = np.random.default_rng(3)
    points = find_design_points(g, 7, generator)
    centres = np.array([p.u for p in points])
    plan = SamplingPlan(variation=0.05)
    found = importance_sampling(holes, centres, np.random.default_rng(4), plan)
    assert found.failed > 0
    assert found.probability < norm.sf(3.0) < found.high


def test_plain_monte_carlo_counts():
    found = plain_monte_carlo(linear(3, 2.0), 3, np.random.default_rng(1), 20_000)
    assert found.probability == found.failing / 20_000
    # Four binomial sigmas of 0.0011.
    assert found.probability == pytest.approx(norm.sf(2.0), abs=4.2e-3)
    assert found.variation == pytest.approx(1 / np.sqrt(found.failing), rel=0.02)
    assert found.low < found.probability < found.high


def test_plain_and_importance_sampling_agree_where_both_can_count():
    g = linear(7, 3.1)
    plain = plain_monte_carlo(g, 7, np.random.default_rng(2), 50_000)
    found = estimate(g, 7)
    assert plain.low < found.high
    assert found.low < plain.high


def test_interval_of_a_small_variation_is_the_normal_one():
    low, high = log_interval(1e-9, 0.01)
    assert low == pytest.approx(1e-9 * (1 - 0.0196), rel=1e-3)
    assert high == pytest.approx(1e-9 * (1 + 0.0196), rel=1e-3)


def test_interval_of_a_tiny_probability_that_is_hardly_known():
    """A spread of 40 in the logarithm is 34 decades on either side, not all up to 1."""
    low, high = spread_interval(1e-89, 40.0)
    half = 1.959964 * 40.0 / np.log(10)  # decades
    assert np.log10(low) == pytest.approx(-89 - half, abs=1e-3)
    assert np.log10(high) == pytest.approx(-89 + half, abs=1e-3)
    assert spread_interval(1e-3, 40.0)[1] == 1.0  # no probability is more
    assert spread_interval(0.0, 40.0) == (0.0, 0.0)


def test_effective_samples_of_tiny_weights():
    """Six hundred orders of magnitude: the ratio stays what it is, 0 where nothing is left."""
    weights = np.array([1.0, 1.0, 2.0])
    # (1 + 1 + 2)^2 / (1 + 1 + 4)
    assert effective_number(weights) == pytest.approx(16 / 6)
    assert effective_number(weights * 1e-250) == pytest.approx(16 / 6)
    assert effective_number(np.zeros(3)) == 0.0
    assert effective_number(np.zeros(0)) == 0.0
