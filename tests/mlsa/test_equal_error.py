"""Equal-error points, against the definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from sram_spice.mlsa.equal_error import Mixture, gaussian_equal_error, mixture_equal_error

mean = st.floats(-1.0, 1.0)
std = st.floats(1e-3, 0.1)


def pair(*values):
    """Equal-error point of one pair, as two floats."""
    voltage, error = gaussian_equal_error(*(np.array([v]) for v in values))
    return voltage[0], error[0]


@settings(deadline=None)
@given(mean, std, mean, std)
def test_both_errors_are_equal(mean_low, std_low, mean_high, std_high):
    voltage, error = pair(mean_low, std_low, mean_high, std_high)
    # A rounding of 1e-16 V is 1e-13 sigma, times the slope of the log tail (up to 1e3).
    assert error == pytest.approx(norm.sf(voltage, mean_low, std_low), rel=1e-8, abs=1e-300)
    assert error == pytest.approx(norm.cdf(voltage, mean_high, std_high), rel=1e-8, abs=1e-300)


def test_by_hand():
    assert pair(0.4, 0.01, 0.6, 0.03) == pytest.approx((0.45, norm.sf(5)), rel=1e-12, abs=0)
    assert pair(0.6, 0.01, 0.4, 0.01) == pytest.approx((0.5, norm.sf(-10)), rel=1e-12, abs=0)
    assert pair(0.4, 0.0, 0.6, 0.02) == pytest.approx((0.4, norm.sf(10)), rel=1e-12, abs=0)


def test_without_spread_it_is_midway():
    assert pair(0.4, 0.0, 0.6, 0.0) == pytest.approx((0.5, 0.0), abs=1e-16)
    assert pair(0.5, 0.0, 0.5, 0.0) == (0.5, 0.5)
    assert pair(0.6, 0.0, 0.4, 0.0) == pytest.approx((0.5, 1.0))


@settings(deadline=None)
@given(mean, st.floats(0.0, 0.2), std, std)
def test_mixtures_of_one_are_gaussians(mean_low, gap, std_low, std_high):
    # A gap of up to 200 sigma: far beyond where the tails underflow.
    low, high = (
        Mixture(np.ones(1), np.array([m]), np.array([s]))
        for m, s in ((mean_low, std_low), (mean_low + gap, std_high))
    )
    voltage, error = mixture_equal_error(low, high)
    expected = pair(mean_low, std_low, mean_low + gap, std_high)
    assert voltage == pytest.approx(expected[0], abs=3e-12)
    # 1 pV is 1e-9 sigma, times the slope of the log tail (up to 100 at 100 sigma).
    assert error == pytest.approx(expected[1], rel=1e-6, abs=1e-300)


components = st.lists(st.tuples(st.floats(0.01, 1.0), mean, std), min_size=1, max_size=5)


@settings(deadline=None)
@given(components, components)
def test_mixture_errors_are_equal(low, high):
    mixtures = []
    for parts in (low, high):
        weight, means, stds = np.array(parts).T
        mixtures.append(Mixture(weight / weight.sum(), means, stds))
    voltage, error = mixture_equal_error(*mixtures)
    above = mixtures[0].weight @ norm.sf(voltage, mixtures[0].mean, mixtures[0].std)
    below = mixtures[1].weight @ norm.cdf(voltage, mixtures[1].mean, mixtures[1].std)
    # 1 pV times a density of at most 0.4 / 1 mV.
    assert above == pytest.approx(below, abs=2e-9)
    assert error == pytest.approx(below, abs=1e-12)


def test_mixtures_without_spread():
    low = Mixture(np.array([0.25, 0.75]), np.array([0.3, 0.4]), np.zeros(2))
    high = Mixture(np.array([0.5, 0.5]), np.array([0.5, 0.9]), np.zeros(2))
    voltage, error = mixture_equal_error(low, high)
    # The inner components alone decide; 1 nV of stand-in spread shifts the middle by less.
    assert voltage == pytest.approx(0.45, abs=1e-9)
    assert error == 0.0
    voltage, error = mixture_equal_error(high, low)
    assert 0.3 < voltage < 0.9
    assert error > 0.5
