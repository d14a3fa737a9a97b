"""The voltage at which two distributions are confused equally often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import log_ndtr, logsumexp, ndtr

# Stands in for no spread at all, V: far below any noise, and it gives the root a place.
_NO_SPREAD = 1e-9

# Beyond this many standard deviations of every component no root can lie.
_BRACKET = 10.0


@dataclass(frozen=True, eq=False)
class Mixture:
    """Weighted Gaussians; arrays of shape (components,).

    Attributes
    ----------
    weight : ndarray of float
        > 0, sums to 1.
    mean, std : ndarray of float
        V, `std` >= 0.
    """

    weight: NDArray[np.float64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]


def gaussian_equal_error(
    mean_low: NDArray[np.float64],
    std_low: NDArray[np.float64],
    mean_high: NDArray[np.float64],
    std_high: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Voltage v with P(V > v | low) = P(V < v | high) for pairs of Gaussians.

    Parameters
    ----------
    mean_low, std_low, mean_high, std_high : ndarray of float, shape (n,)
        The pairs, V, standard deviations >= 0.

    Returns
    -------
    voltage, error : ndarray of float, shape (n,)
        v = (mean_low std_high + mean_high std_low) / (std_low + std_high), midway if neither has
        spread, and the equal error there: above 0.5 if `mean_high` < `mean_low`.
    """
    total = std_low + std_high
    spread = total > 0
    share = np.divide(std_low, total, out=np.full_like(total, 0.5), where=spread)
    gap = mean_high - mean_low
    z = np.divide(gap, total, out=np.copysign(np.inf, gap), where=spread)
    z[~spread & (gap == 0)] = 0.0
    return mean_low + share * gap, np.asarray(ndtr(-z), dtype=np.float64)


def mixture_equal_error(low: Mixture, high: Mixture) -> tuple[float, float]:
    """Voltage v with P(V > v | low) = P(V < v | high) for two mixtures of Gaussians.

    Parameters
    ----------
    low, high : Mixture
        The two distributions. A component without spread counts as 1 nV wide.

    Returns
    -------
    voltage, error : float
        v in V, to 1 pV, and the equal error there.
    """
    mean = np.concatenate([low.mean, high.mean])
    reach = _BRACKET * np.maximum(np.concatenate([low.std, high.std]), _NO_SPREAD)

    # In logarithms, so that well separated levels still have one root, not a flat zero.
    def difference(voltage: float) -> float:
        return _log_tail(low, voltage, -1.0) - _log_tail(high, voltage, 1.0)

    voltage = float(brentq(difference, (mean - reach).min(), (mean + reach).max(), xtol=1e-12))
    return voltage, float(np.exp(_log_tail(high, voltage, 1.0)))


def _log_tail(mixture: Mixture, voltage: float, sign: float) -> float:
    """Logarithm of P(V < voltage) for sign +1, of P(V > voltage) for sign -1."""
    z = sign * (voltage - mixture.mean) / np.maximum(mixture.std, _NO_SPREAD)
    return float(logsumexp(log_ndtr(z), b=mixture.weight))
