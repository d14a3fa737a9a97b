"""Are samples that came through a tool those of the table?"""

from __future__ import annotations

import numpy as np

MILLION = 1_000_000


def check_moments(values, mean, std, sigmas=4.5):
    """Columns of decoded samples against means and standard deviations, within their errors.

    Parameters
    ----------
    values : ndarray, shape (draws, sums)
    mean, std : ndarray, shape (sums,)
    sigmas : float
        A right sampler stays within 4.5 sigmas at all of 65 sums for 9995 of 10000 seeds.
    """
    draws = values.shape[0]
    assert values.size >= MILLION
    error = std / np.sqrt(draws)
    np.testing.assert_array_less(np.abs(values.mean(axis=0) - mean), sigmas * error + 1e-5)
    # The error of a standard deviation from the fourth moment of the samples themselves.
    centred = values - values.mean(axis=0)
    fourth = (centred**4).mean(axis=0)
    spread = np.sqrt(np.maximum(fourth - std**4, 0) / draws) / (2 * np.maximum(std, 1e-9))
    usual = std > 0.3  # below, single draws of rare codes decide
    assert usual.sum() > 10
    np.testing.assert_array_less(np.abs(values.std(axis=0) - std)[usual], 6 * spread[usual] + 1e-4)


def draws_of(count):
    """How many draws of each of `count` sums make a million."""
    return -(-MILLION // count)
