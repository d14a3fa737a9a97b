"""Interpolation over the plane of levels."""

import numpy as np

from sram_spice.workload.level_interpolation import interpolate_levels


def plane(points):
    """Two linear functions of (n_plus, n_minus)."""
    return np.stack([1 + 2 * points[:, 0] - 3 * points[:, 1], points @ [0.5, 0.25]], axis=1)


def test_linear_between_levels_and_nearest_outside():
    known = np.array([(p, n - p) for n in (8, 16) for p in range(n + 1)])
    inside = np.array([(6, 4), (3, 9), (11, 4)])
    found = interpolate_levels(known, plane(known), inside)
    np.testing.assert_allclose(found, plane(inside), rtol=1e-12)
    found = interpolate_levels(known, plane(known), np.array([(2, 5), (17, 1)]))
    np.testing.assert_array_equal(found[1], plane(np.array([(16, 0)]))[0])
    assert found[0] in plane(np.array([(2, 6), (3, 5)]))


def test_along_a_line():
    known = np.array([(8, 0), (2, 6), (4, 4)])
    wanted = np.array([(3, 5), (7, 1), (4, 4), (0, 8)])
    found = interpolate_levels(known, plane(known), wanted)
    expected = plane(np.array([(3, 5), (7, 1), (4, 4), (2, 6)]))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_single_level():
    found = interpolate_levels(np.array([(1, 1)]), np.array([[5.0, 6.0]]), np.array([(0, 1)]))
    np.testing.assert_array_equal(found, [[5.0, 6.0]])
