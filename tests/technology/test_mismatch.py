"""Pelgrom's law, and draws that depend on seed and index alone."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.technology import draw_threshold_shifts, pelgrom_sigma

A_VT = 3e-9  # V m


def test_sigma_of_a_minimum_transistor():
    # 3 mV um / sqrt(0.12 um * 0.065 um) = 3 mV / sqrt(0.0078) = 33.97 mV
    assert pelgrom_sigma(A_VT, 120e-9, 65e-9) == pytest.approx(33.968e-3, abs=1e-6)


@pytest.mark.parametrize(("width", "length"), [(60e-9, 65e-9), (120e-9, 32.5e-9)])
def test_half_the_area_has_sqrt_2_of_the_sigma(width, length):
    ratio = pelgrom_sigma(A_VT, width, length) / pelgrom_sigma(A_VT, 120e-9, 65e-9)
    assert ratio == pytest.approx(np.sqrt(2), rel=1e-12)


def test_sigma_of_many_transistors():
    widths = np.array([90e-9, 120e-9, 200e-9])
    sigma = pelgrom_sigma(A_VT, widths, np.full(3, 65e-9))
    assert sigma.shape == (3,)
    np.testing.assert_allclose(sigma, [pelgrom_sigma(A_VT, w, 65e-9) for w in widths], rtol=1e-15)
    assert not pelgrom_sigma(0.0, widths, 65e-9).any()


def test_a_draw_is_made_by_seed_and_index_alone():
    sigma = np.full(386, 0.03)
    first = draw_threshold_shifts(sigma, 1, 7)
    draw_threshold_shifts(sigma, 1, 8)
    np.random.default_rng(1).standard_normal(5)
    np.testing.assert_array_equal(draw_threshold_shifts(sigma, 1, 7), first)
    # Sigma scales what was drawn; it does not change the draw.
    np.testing.assert_allclose(draw_threshold_shifts(2 * sigma, 1, 7), 2 * first, rtol=1e-15)


def test_a_draw_is_the_same_on_every_machine():
    # The results in the repository rest on numpy's generator (PCG64): these are its numbers.
    found = draw_threshold_shifts(np.ones(3), 1, 0)
    expected = [-0.6403185283986665, 0.39277271540066333, -0.3931523837068824]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_draws_of_other_seeds_and_indices_differ_in_every_transistor():
    sigma = np.full(386, 0.03)
    draws = [draw_threshold_shifts(sigma, s, i) for s, i in ((1, 0), (1, 1), (2, 0), (0, 1))]
    for a in range(len(draws)):
        for b in range(a):
            assert not np.any(draws[a] == draws[b])
            assert abs(np.corrcoef(draws[a], draws[b])[0, 1]) < 5 / np.sqrt(386)


def test_moments():
    sigma = np.array([0.03, 0.02, 0.01, 0.0])
    count = 4000
    draws = np.array([draw_threshold_shifts(sigma, 3, index) for index in range(count)])
    assert not draws[:, 3].any()
    z = draws[:, :3] / sigma[:3]
    # 5 standard errors of each moment of independent standard normals
    assert np.all(np.abs(z.mean(axis=0)) < 5 / np.sqrt(count))
    assert np.all(np.abs(z.var(axis=0) - 1) < 5 * np.sqrt(2 / count))
    assert np.all(np.abs((z**3).mean(axis=0)) < 5 * np.sqrt(15 / count))
    assert np.all(np.abs((z**4).mean(axis=0) - 3) < 5 * np.sqrt(96 / count))
    off_diagonal = np.corrcoef(z.T)[np.triu_indices(3, 1)]
    assert np.all(np.abs(off_diagonal) < 5 / np.sqrt(count))


def test_moments_within_one_column():
    count = 100_000
    z = draw_threshold_shifts(np.ones(count), 1, 0)
    assert abs(z.mean()) < 5 / np.sqrt(count)
    assert abs(z.var() - 1) < 5 * np.sqrt(2 / count)
