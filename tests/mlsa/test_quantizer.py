"""Thresholds and centroids."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sram_spice.errors import InputError
from sram_spice.mlsa import linear, lloyd_max
from sram_spice.workload import SumDistribution, independent

MAKERS = pytest.mark.parametrize("make", [linear, lloyd_max])


def mean_square_error(quantizer, distribution):
    sums, p = distribution.marginal
    return p @ (quantizer.decode(quantizer.quantize(sums)) - sums) ** 2


def always_active(weights):
    """Distribution of a column whose rows are always active, from weights of its sums."""
    n_plus = np.arange(len(weights))
    p = np.array(weights, dtype=float)
    return SumDistribution(n_plus, n_plus[::-1].copy(), p / p.sum())


@MAKERS
@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("rows", [1, 5, 8])
def test_every_number_of_codes(make, always, rows):
    distribution = independent(rows, always)
    sums, p = distribution.marginal
    for levels in range(2, sums.size + 1):
        quantizer = make(distribution, levels)
        codes = quantizer.quantize(sums)
        assert quantizer.codes == levels
        assert np.all(np.diff(codes) >= 0)
        np.testing.assert_array_equal(np.unique(codes), np.arange(levels))
        # Midway between neighbours: no sum is nearer than half a step of 1 or 2.
        distance = np.abs(sums[:, None] - quantizer.thresholds).min(axis=0)
        np.testing.assert_array_equal(distance, (sums[1] - sums[0]) / 2)
        means = [np.average(sums[codes == c], weights=p[codes == c]) for c in range(levels)]
        np.testing.assert_allclose(quantizer.centroids, means, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("rows", [1, 7, 12])
def test_linear_code_counts_the_ideal_thresholds_not_above_the_sum(rows, always):
    distribution = independent(rows, always)
    sums, _ = distribution.marginal
    for levels in range(2, sums.size + 1):
        ideal = [Fraction(2 * rows * i, levels) - rows for i in range(1, levels)]
        expected = [sum(t <= int(s) for t in ideal) for s in sums]
        np.testing.assert_array_equal(linear(distribution, levels).quantize(sums), expected)


def test_linear_of_64_rows_by_hand():
    thresholds = linear(independent(64, True), 8).thresholds
    np.testing.assert_array_equal(thresholds, [-49, -33, -17, -1, 15, 31, 47])
    thresholds = linear(independent(64, False), 4).thresholds
    np.testing.assert_array_equal(thresholds, [-32.5, -0.5, 31.5])


@MAKERS
@pytest.mark.parametrize("always", [True, False])
def test_sum_zero_goes_to_the_upper_code(make, always):
    for rows in (2, 16, 64):
        distribution = independent(rows, always)
        for levels in range(2, distribution.marginal[0].size + 1, 2):
            assert make(distribution, levels).quantize(0) == levels // 2


# Max 1960, table I: distortion and outermost centroid for a Gaussian of unit variance.
@pytest.mark.parametrize(
    ("levels", "distortion", "outermost"),
    [(2, 1 - 2 / np.pi, np.sqrt(2 / np.pi)), (4, 0.11748, 1.510), (8, 0.03454, 2.152)],
)
def test_lloyd_max_of_many_rows_is_that_of_a_gaussian(levels, distortion, outermost):
    rows = 1023
    distribution = independent(rows, True)
    quantizer = lloyd_max(distribution, levels)
    # Sums step by 0.063 sigma: a sum stands for a strip of the Gaussian whose own variance,
    # step^2 / 12, it lacks. What is left is the rounding of thresholds to half a step.
    error = mean_square_error(quantizer, distribution) / rows + 4 / rows / 12
    assert error == pytest.approx(distortion, abs=1e-4)
    assert quantizer.centroids[-1] / np.sqrt(rows) == pytest.approx(outermost, abs=0.03)
    if levels == 2:
        # The threshold is exactly 0 here, so only the binomial's 1/(4 rows) is left.
        assert quantizer.centroids[-1] / np.sqrt(rows) == pytest.approx(outermost, rel=0.5 / rows)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=40).filter(any), st.data())
def test_lloyd_conditions(weights, data):
    distribution = always_active(weights)
    sums, p = distribution.marginal
    occurring = max(2, int((p > 0).sum()))
    quantizer = lloyd_max(distribution, data.draw(st.integers(2, occurring)))
    codes = quantizer.quantize(sums)
    # Nearest neighbour, also for the sums that never occur; the centroid condition is part of
    # test_every_number_of_codes. 1e-9: sums of 40 rounded to double.
    distance = np.abs(sums[:, None] - quantizer.centroids)
    assert np.all(distance[np.arange(sums.size), codes] <= distance.min(axis=1) + 1e-9)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=3, max_size=40).filter(any), st.data())
def test_lloyd_max_is_no_worse_than_linear_or_than_fewer_codes(weights, data):
    distribution = always_active(weights)
    levels = data.draw(st.integers(3, len(weights)))
    best = mean_square_error(lloyd_max(distribution, levels), distribution)
    for other in (linear(distribution, levels), lloyd_max(distribution, levels - 1)):
        assert best <= mean_square_error(other, distribution) + 1e-9


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=40).filter(any), st.data())
def test_mirrored_sums_give_a_quantizer_of_the_same_error(weights, data):
    levels = data.draw(st.integers(2, len(weights)))
    pair = [always_active(weights), always_active(weights[::-1])]
    one, other = (mean_square_error(lloyd_max(d, levels), d) for d in pair)
    assert one == pytest.approx(other, abs=1e-9)


def test_codes_left_over_divide_the_sums_that_do_not_occur():
    quantizer = lloyd_max(always_active([0, 0, 1, 0, 0]), 3)
    np.testing.assert_array_equal(quantizer.thresholds, [-1, 1])
    np.testing.assert_array_equal(quantizer.centroids, [-3, 0, 3])


def test_linear_centroid_of_an_empty_code_is_its_middle():
    quantizer = linear(always_active([0, 0, 0, 1, 3, 0]), 2)
    np.testing.assert_array_equal(quantizer.thresholds, [0])
    np.testing.assert_allclose(quantizer.centroids, [-3, 2.5], rtol=1e-15)


def test_shapes_are_kept():
    quantizer = linear(independent(8, True), 3)
    codes = quantizer.quantize(np.zeros((2, 3), dtype=int))
    assert codes.shape == (2, 3)
    assert quantizer.decode(codes).shape == (2, 3)


@MAKERS
@pytest.mark.parametrize("levels", [-1, 0, 1, 10])
def test_wrong_number_of_codes(make, levels):
    with pytest.raises(InputError) as caught:
        make(independent(8, True), levels)
    assert (caught.value.key, caught.value.value) == ("mlsa.levels", levels)
    assert str(caught.value.allowed).startswith("2 .. 9")
