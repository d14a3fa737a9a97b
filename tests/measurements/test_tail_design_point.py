"""The most probable point of failure, on limit states whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.measurements.tail_design_point import find_design_point, find_design_points


def linear(direction, beta, scale=1.0):
    unit = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    return (lambda u: scale * (beta - u @ unit)), unit


@pytest.mark.parametrize("scale", [1e-3, 0.03, 50.0])
def test_linear_limit_state_is_found_exactly(scale):
    """Whatever the unit of g."""
    g, unit = linear([1, -2, 3, 0, 0.5, 1, 1], 4.5, scale)
    point = find_design_point(g, np.zeros(7))
    np.testing.assert_allclose(point.u, 4.5 * unit, atol=1e-9)
    assert point.converged
    assert point.beta == pytest.approx(4.5, abs=1e-9)
    assert point.steepness == pytest.approx(scale, rel=1e-9)


def test_curved_limit_state():
    """Nearest point of x = 3 + 0.2 (y - 1)^2 to the origin, from its one-dimensional minimum."""
    y = np.linspace(-1, 3, 400_001)
    square = (3 + 0.2 * (y - 1) ** 2) ** 2 + y**2
    point = find_design_point(lambda u: 3 + 0.2 * (u[:, 1] - 1) ** 2 - u[:, 0], np.zeros(2))
    assert point.converged
    # The search stops at steps below 0.05 sigma, which near a minimum is 0.001 of its distance.
    assert point.beta == pytest.approx(np.sqrt(square.min()), abs=2e-3)
    assert point.u[1] == pytest.approx(y[square.argmin()], abs=0.1)


def test_origin_that_fails_has_a_negative_beta():
    g, _ = linear([1, 1], -1.5)
    assert find_design_point(g, np.zeros(2)).beta == pytest.approx(-1.5, abs=1e-9)


def test_flat_limit_state_is_not_a_solution():
    point = find_design_point(lambda u: np.ones(len(u)), np.zeros(3))
    assert not point.converged


def test_undecided_points_are_survived():
    g, unit = linear([1, 0, 0], 3.0)

    def holes(u):
        return np.where(np.abs(u[:, 1] - DIFFERENCE_STEP) < 1e-12, np.nan, g(u))

    point = find_design_point(holes, np.zeros(3))
    np.testing.assert_allclose(point.u, 3.0 * unit, atol=1e-9)


DIFFERENCE_STEP = 0.2


@pytest.mark.parametrize("seed", range(5))
def test_both_of_two_regions_are_found(seed):
    """The gradient at the origin is zero, and each region hides the other."""
    points = find_design_points(lambda u: 4 - np.abs(u[:, 0]), 6, np.random.default_rng(seed), 4)
    assert sorted(round(point.u[0], 6) for point in points) == [-4.0, 4.0]


def test_one_region_is_one_point():
    g, _ = linear(np.ones(7), 3.0)
    assert len(find_design_points(g, 7, np.random.default_rng(1))) == 1
