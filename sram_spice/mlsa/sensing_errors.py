"""What makes a real sense amplifier decide elsewhere than at its reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

_DRAWS = 6  # 2^6 points of a Sobol sequence for the errors that references share
_SEED = 0


@dataclass(frozen=True, eq=False)
class SensingErrors:
    """Gaussian errors of the thresholds of one set of references.

    Attributes
    ----------
    shift : ndarray of float, shape (n,)
        Threshold without mismatch minus the reference, V.
    covariance : ndarray of float, shape (n, n)
        Of what the thresholds share: the ladder, and, where one amplifier decides about all of
        them (serial mode), its offset, V^2.
    independent : ndarray of float, shape (n,)
        Standard deviation of what is each threshold's own: the offset of an amplifier per reference
        (parallel mode), thermal noise, V.
    generator : ndarray of float, shape (n, n), or None
        The reference generator's part of `covariance`, V^2; None: all of it.
    noise : ndarray of float, shape (n,), or None
        Thermal noise, the part of `independent` that is new at each decision, V; None: none of it.
    """

    shift: NDArray[np.float64]
    covariance: NDArray[np.float64]
    independent: NDArray[np.float64]
    generator: NDArray[np.float64] | None = None
    noise: NDArray[np.float64] | None = None

    @property
    def generator_covariance(self) -> NDArray[np.float64]:
        """Covariance of what all columns share: one reference generator, V^2."""
        return self.covariance if self.generator is None else self.generator

    @property
    def offset_covariance(self) -> NDArray[np.float64]:
        """Covariance of the offsets of one column's amplifiers, fixed like the generator, V^2."""
        own = self.independent**2 - self.noise_sigma**2
        return np.asarray(self.covariance - self.generator_covariance + np.diag(own.clip(0)))

    @property
    def noise_sigma(self) -> NDArray[np.float64]:
        """Standard deviation of what is new at each decision, V."""
        return np.zeros_like(self.independent) if self.noise is None else self.noise

    @property
    def sigma(self) -> NDArray[np.float64]:
        """Standard deviation of each threshold, V."""
        return np.asarray(np.sqrt(np.diag(self.covariance) + self.independent**2))

    def shared_draws(self) -> NDArray[np.float64]:
        """Return equally likely shared errors, shape (draws, n), V; the same every time.

        A scrambled Sobol sequence along the principal axes: its mean over any smooth function is
        some hundred times nearer the truth than that of random numbers.
        """
        value, axes = np.linalg.eigh(self.covariance)
        kept = value > 1e-12 * max(value.max(initial=0.0), 1e-30)
        if not kept.any():
            return self.shift[None, :]
        uniform = qmc.Sobol(int(kept.sum()), seed=_SEED).random_base2(_DRAWS)
        normal = ndtri(np.clip(uniform, 1e-12, 1 - 1e-12))
        return np.asarray(self.shift + normal @ (axes[:, kept] * np.sqrt(value[kept])).T)


def code_curves(
    voltage: NDArray[np.float64],
    v_ref: NDArray[np.float64],
    errors: SensingErrors,
    rails: tuple[float, float],
) -> NDArray[np.float64]:
    """P(code) of a given sensed voltage, averaged over the errors.

    The code is the number of decisions that say "above". Given what they share, the decisions are
    independent, each with its own probability: their number has a Poisson binomial distribution.

    Parameters
    ----------
    voltage : ndarray of float, shape (m,) or (m, n)
        V; of each reference its own where they do not compare the same.
    v_ref : ndarray of float, shape (n,)
        V; one at or beyond a rail is not compared, its decision is known.
    errors : SensingErrors
        Of the n references.
    rails : (float, float)
        Sensed voltages that are never crossed, V.

    Returns
    -------
    ndarray of float, shape (m, n + 1)
        Each row sums to 1.
    """
    voltage = voltage[:, None] if voltage.ndim == 1 else voltage
    total = np.zeros((len(voltage), v_ref.size + 1))
    draws = errors.shared_draws()
    for shared in draws:
        total += _count_distribution(_above(voltage, v_ref, shared, errors.independent, rails))
    return total / len(draws)


def _above(
    voltage: NDArray[np.float64],
    v_ref: NDArray[np.float64],
    shared: NDArray[np.float64],
    independent: NDArray[np.float64],
    rails: tuple[float, float],
) -> NDArray[np.float64]:
    """Probability that each decision says "above", shape (m, n)."""
    distance = voltage - v_ref - shared
    own = np.broadcast_to(independent, distance.shape)
    scaled = np.divide(distance, own, out=np.zeros_like(distance), where=own > 0)
    probability = np.where(own > 0, ndtr(scaled), (distance > 0).astype(np.float64))
    probability[:, v_ref <= rails[0]] = 1.0
    probability[:, v_ref >= rails[1]] = 0.0
    return np.asarray(probability)


def _count_distribution(above: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distribution of the number of successes of independent trials, shape (m, n + 1)."""
    found = np.zeros((above.shape[1] + 1, above.shape[0]))  # a row per count: contiguous
    found[0] = 1.0
    for trials, success in enumerate(np.ascontiguousarray(above.T), start=1):
        found[1 : trials + 1] = found[1 : trials + 1] * (1 - success) + found[:trials] * success
        found[0] *= 1 - success
    return found.T
