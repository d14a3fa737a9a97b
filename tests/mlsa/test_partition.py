"""The exact division into cells, against trying every division."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sram_spice.mlsa.partition import optimal_partition
from sram_spice.workload import independent


def errors(points, weights, starts):
    """Weighted error, and error of the points of weight 0, straight from the definition."""
    weighted = unseen = 0.0
    for cell in np.split(np.arange(points.size), starts):
        x, w = points[cell], weights[cell]
        centre = (w @ x) / w.sum() if w.sum() > 0 else x.mean()
        weighted += w @ (x - centre) ** 2
        unseen += ((x - centre) ** 2)[w == 0].sum()
    return weighted, unseen


@st.composite
def problems(draw):
    weights = draw(st.lists(st.integers(0, 4), min_size=1, max_size=9).filter(any))
    cells = draw(st.integers(1, len(weights)))
    step = draw(st.sampled_from([1.0, 2.0]))
    return np.arange(len(weights)) * step - len(weights), np.array(weights, dtype=float), cells


@settings(deadline=None)
@given(problems())
def test_no_division_is_better(problem):
    points, weights, cells = problem
    starts = optimal_partition(points, weights, cells)
    assert starts.size == cells - 1
    assert np.all(np.diff(starts, prepend=0, append=points.size) > 0)
    divisions = combinations(range(1, points.size), cells - 1)
    found = {s: errors(points, weights, np.array(s, dtype=int)) for s in divisions}
    # 1e-9: a few dozen additions of numbers up to 1e3, equal errors must count as equal.
    least = min(error for error, _ in found.values())
    ties = {s: unseen for s, (error, unseen) in found.items() if error <= least + 1e-9}
    best = min(ties.values())
    ties = [s for s, unseen in ties.items() if unseen <= best + 1e-9]
    # Of equal divisions, the one that begins its cells lower, from the last cell down.
    assert tuple(starts) == min(ties, key=lambda s: s[::-1])


def test_tails_keep_their_digits():
    # 63 cells for 65 sums: the two pairs to be merged are the outermost, with weights of 1e-20
    # that are lost wherever a cumulative sum up to 1 is subtracted.
    sums, p = independent(64, True).marginal
    starts = optimal_partition(sums.astype(float), p, 63)
    np.testing.assert_array_equal(starts, np.arange(2, 64))


def test_a_tie_between_mirror_images_goes_to_the_lower_thresholds():
    sums, p = independent(64, True).marginal
    starts = optimal_partition(sums.astype(float), p, 64)
    np.testing.assert_array_equal(starts, np.arange(1, 64))


def test_scale_and_offset_do_not_matter():
    sums, p = independent(40, True, 0.5, 0.3).marginal
    expected = optimal_partition(sums.astype(float), p, 7)
    for scale, offset, weight in ((0.25, 3.0, 1.0), (8.0, 0.0, 1e-30), (1.0, -9.0, 1e30)):
        found = optimal_partition(sums * scale + offset, p * weight, 7)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("cells", [1, 5])
def test_extremes(cells):
    starts = optimal_partition(np.arange(5.0), np.ones(5), cells)
    np.testing.assert_array_equal(starts, np.arange(1, cells))
