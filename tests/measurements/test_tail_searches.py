"""Independent searches and bounds, on boundaries whose probability is known; no simulator."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, norm

from sram_spice.measurements.tail import SamplingPlan
from sram_spice.measurements.tail_design_point import find_design_point
from sram_spice.measurements.tail_searches import (
    EFFECTIVE_AT_LEAST,
    SEARCHES,
    ball_bound,
    nearest_failure,
    searched_tail,
)

DIMENSION = 8  # seven transistors and the bit line


def plane(beta):
    unit = np.linspace(1, 2, DIMENSION)
    unit /= np.linalg.norm(unit)
    return lambda u: beta - u @ unit


def curved(beta, bend):
    """Bent away from the origin where `bend` is above 0, around it where it is below."""
    return lambda u: beta + bend * (u[:, 1:] ** 2).sum(axis=1) - u[:, 0]


def exact(beta, bend):
    """The mean of normal tails over the chi-square sum of the other coordinates."""
    square = np.linspace(0, 400, 400_001)[1:]
    terms = chi2.pdf(square, DIMENSION - 1) * norm.sf(beta + bend * square)
    return float(np.trapezoid(terms, square))


def searched(g, seed, plan=None, gradient=True):
    searching, sampling = np.random.SeedSequence(seed).spawn(2)
    streams = [np.random.default_rng(one) for one in searching.spawn(SEARCHES)]
    own = [nearest_failure(g, DIMENSION, one) for one in streams]
    nearest = min(float(np.linalg.norm(u)) for u in own if u is not None)
    bound = ball_bound(nearest, DIMENSION)
    point = find_design_point(g, np.zeros(DIMENSION))
    known = np.array([point.u]) if gradient else np.zeros((0, DIMENSION))
    return searched_tail(g, known, own, sampling, bound, plan)


@pytest.mark.slow
@pytest.mark.parametrize("beta", [2.3, 4.0, 6.0, 7.6])  # 1e-2, 3e-5, 1e-9, 1.5e-14
@pytest.mark.parametrize("bend", [0.0, 0.08, -0.02])
def test_interval_covers_in_nine_of_ten_seeds(beta, bend):
    g = curved(beta, bend) if bend else plane(beta)
    truth = exact(beta, bend) if bend else float(norm.sf(beta))
    found = [searched(g, seed) for seed in range(40)]
    assert sum(one.low <= truth <= one.high for one in found) >= 36
    assert not any(one.bound for one in found)
    # An interval that is everything covers, too: these are within a factor of three.
    assert np.median([one.high / one.low for one in found]) < 3


def test_searches_alone_find_what_the_gradient_finds():
    g, truth = curved(5.0, 0.05), exact(5.0, 0.05)
    found = [searched(g, seed, gradient=False) for seed in range(20)]
    assert sum(one.low <= truth <= one.high for one in found) >= 17
    assert np.median([one.high / one.low for one in found]) < 3


def test_one_effective_sample_is_no_estimate():
    """Centres six sigma aside of where failures are most probable: weights of a few rule."""
    g = plane(6.0)
    point = find_design_point(g, np.zeros(DIMENSION))
    aside = np.linalg.svd(point.u[None])[2][1]  # a unit vector along the boundary
    own = [point.u + 6.0 * aside] * SEARCHES
    for seed in range(10):
        plan = SamplingPlan(largest=1000)
        none = np.zeros((0, DIMENSION))
        found = searched_tail(g, none, own, np.random.SeedSequence(seed), 1e-4, plan)
        assert found.effective_samples < EFFECTIVE_AT_LEAST
        assert found.bound
        assert found.low == 0.0
        assert found.probability == found.high >= 1e-4 > norm.sf(6.0)


def test_searches_that_disagree_are_all_in_the_interval():
    """Each knows one of two regions and sees the other one hardly ever."""
    centres = [np.eye(DIMENSION)[0] * s for s in (6.0, -6.0, 6.0, -6.0)]
    none = np.zeros((0, DIMENSION))

    def g(u):
        return np.where(u[:, 0] > 0, 5.5 - u[:, 0], 6.0 + u[:, 0])

    found = searched_tail(g, none, centres, np.random.SeedSequence(1), 1e-3)
    assert found.low < norm.sf(6.0) * 1.2
    assert found.high > norm.sf(5.5) + norm.sf(6.0)


@pytest.mark.parametrize(
    ("g", "nearest"),
    [(plane(3.0), 3.0), (plane(13.0), 13.0), (curved(7.6, 0.08), 7.6), (curved(9.0, 0.3), 9.0)],
)
def test_nearest_failure_is_found_by_decisions_alone(g, nearest):
    """To the 0.3 sigma that the bound takes off; of four searches, as there are at each level."""
    for seed in range(5):
        streams = np.random.default_rng(seed).spawn(SEARCHES)
        found = [nearest_failure(lambda u: np.sign(g(u)), DIMENSION, one) for one in streams]
        found = [u for u in found if u is not None]
        if found:
            assert nearest <= min(np.linalg.norm(u) for u in found) < nearest + 0.3
        else:
            assert nearest >= 9.0  # a narrow region far out: nobody sees it, none is claimed


def test_points_without_a_decision_are_no_evidence_of_safety():
    found = nearest_failure(lambda u: np.full(len(u), np.nan), DIMENSION, np.random.default_rng(1))
    assert found is not None
    assert ball_bound(float(np.linalg.norm(found)), DIMENSION) > 0.9


def test_ball_bound_is_the_mass_outside():
    """Counted, at a distance where some are; it bounds any boundary that is no nearer."""
    points = np.random.default_rng(1).standard_normal((100_000, DIMENSION))
    outside = (np.linalg.norm(points, axis=1) > 3.7).mean()
    # Five binomial sigmas.
    assert ball_bound(4.0, DIMENSION) == pytest.approx(outside, abs=5 * np.sqrt(outside / 1e5))
    for beta, bend in ((4.0, -0.03), (4.0, 0.0), (7.6, -0.03)):
        assert exact(beta, bend) < ball_bound(beta, DIMENSION)
