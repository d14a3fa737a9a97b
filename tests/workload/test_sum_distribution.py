"""The distribution of levels and sums."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from sram_spice.errors import InputError
from sram_spice.workload import from_histogram, independent

probability = st.floats(0.0, 1.0)


@settings(deadline=None)
@given(st.integers(1, 80), st.booleans(), probability, probability)
def test_moments(rows, always_active, x, w):
    sums, p = independent(rows, always_active, x, w).marginal
    agree = x * w + (1 - x) * (1 - w)
    mean, square = (2 * agree - 1, 1.0) if always_active else (x * (2 * w - 1), x)
    # 1e-10: gammaln of 80 rows loses three digits of sixteen, sums go up to 80.
    assert p.sum() == pytest.approx(1.0, abs=1e-12)
    assert p @ sums == pytest.approx(rows * mean, abs=1e-10)
    assert p @ (sums - rows * mean) ** 2 == pytest.approx(rows * (square - mean**2), abs=1e-8)


def test_always_active_is_binomial_to_the_last_tail():
    distribution = independent(64, True, 0.7, 0.4)
    expected = binom.pmf(distribution.n_plus, 64, 0.7 * 0.4 + 0.3 * 0.6)
    np.testing.assert_allclose(distribution.probability, expected, rtol=1e-11)
    np.testing.assert_array_equal(distribution.n_active, 64)
    np.testing.assert_array_equal(distribution.sum, np.arange(-64, 65, 2))


def test_inactive_rows_against_every_column_of_three_rows():
    x, w = 0.3, 0.6
    expected = {}
    for column in product((1, -1, 0), repeat=3):
        level = (column.count(1), column.count(-1))
        chance = np.prod([{1: x * w, -1: x * (1 - w), 0: 1 - x}[row] for row in column])
        expected[level] = expected.get(level, 0.0) + chance
    d = independent(3, False, x, w)
    found = dict(zip(zip(d.n_plus, d.n_minus, strict=True), d.probability, strict=True))
    assert found == pytest.approx(expected, rel=1e-12)


def test_levels_are_ordered_and_complete():
    d = independent(64, False)
    assert d.n_plus.size == 2145
    assert d.rows == 64
    order = np.lexsort((d.n_plus, d.n_active))
    np.testing.assert_array_equal(order, np.arange(2145))
    np.testing.assert_array_equal(d.marginal[0], np.arange(-64, 65))


def test_conditional_is_binomial_in_the_weights():
    sums, p = independent(20, False, 0.2, 0.7).conditional(7)
    np.testing.assert_array_equal(sums, np.arange(-7, 8, 2))
    np.testing.assert_allclose(p, binom.pmf(np.arange(8), 7, 0.7), rtol=1e-11)


def test_conditional_of_what_never_occurs():
    with pytest.raises(InputError) as caught:
        independent(8, True).conditional(7)
    assert (caught.value.key, caught.value.value) == ("n_active", 7)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ((0, True), "column.rows"),
        ((4, True, 1.1), "mlsa.input_probability"),
        ((4, False, 0.5, -0.1), "mlsa.weight_probability"),
        ((4, False, float("nan")), "mlsa.input_probability"),
    ],
)
def test_wrong_arguments(arguments, key):
    with pytest.raises(InputError) as caught:
        independent(*arguments)
    assert caught.value.key == key


def test_histogram_decides_alone_where_all_rows_are_active(tmp_path):
    path = tmp_path / "sums.csv"
    path.write_text("sum,count\n4,1\n-2,3\n")
    # Weights that never give +1 with inputs that are always +1: the file wins all the same.
    sums, p = from_histogram(path, 4, True, 1.0, 0.0).marginal
    np.testing.assert_array_equal(sums, [-4, -2, 0, 2, 4])
    np.testing.assert_allclose(p, [0, 0.75, 0, 0, 0.25], rtol=1e-15)


def test_histogram_reweights_the_sums_and_keeps_the_active_rows(tmp_path):
    prior = independent(6, False, 0.3, 0.6)
    counts = np.arange(13) % 5
    path = tmp_path / "sums.csv"
    path.write_text(
        "sum,count\n" + "".join(f"{s},{c}\n" for s, c in zip(range(-6, 7), counts, strict=True))
    )
    d = from_histogram(path, 6, False, 0.3, 0.6)
    np.testing.assert_allclose(d.marginal[1], counts / counts.sum(), atol=1e-15)
    at_two, prior_at_two = (x.probability[x.sum == 2] for x in (d, prior))
    np.testing.assert_allclose(at_two / at_two.sum(), prior_at_two / prior_at_two.sum(), rtol=1e-12)


def test_histogram_of_a_sum_whose_prior_underflows(tmp_path):
    path = tmp_path / "sums.csv"
    path.write_text("sum,count\n200,1\n")
    # (0.01 * 0.5)^200 is far below the smallest double, its conditional is not.
    d = from_histogram(path, 200, False, 0.01, 0.5)
    assert d.probability[(d.n_plus == 200) & (d.n_minus == 0)] == pytest.approx(1.0)


def test_histogram_of_a_sum_that_the_prior_excludes(tmp_path):
    path = tmp_path / "sums.csv"
    path.write_text("sum,count\n-2,1\n1,5\n")
    with pytest.raises(InputError, match="never reach") as caught:
        from_histogram(path, 4, False, 0.5, 1.0)
    assert (caught.value.file, caught.value.value) == (str(path), -2)
