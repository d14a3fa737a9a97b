"""Small probabilities of failure: importance sampling in standard-normal space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from sram_spice.measurements.tail_design_point import LimitState
from sram_spice.simulation.job import FloatArray
from sram_spice.statistics import CONFIDENCE, proportion

NOMINAL_PART = 0.1  # of the samples: keeps every weight below 10
WIDE_PART = 0.1  # of the samples, from a wide normal: finds failures that no search found
WIDE_SIGMA = 2.0
LOOSE_PART = 0.3  # of those around a centre: where the boundary bends towards the origin, failures
LOOSE_SIGMA = 1.4  # reach further aside than a normal of sigma 1, and weights would be heavy there
FAILING_AT_LEAST = 50  # before the coefficient of variation is believed


@dataclass(frozen=True)
class SamplingPlan:
    """How long to sample.

    Attributes
    ----------
    batch : int
        Samples between two looks at the result.
    variation : float
        Coefficient of variation at which to stop.
    largest : int
        Samples at which to stop in any case.
    """

    batch: int = 500
    variation: float = 0.1
    largest: int = 10_000


@dataclass(frozen=True)
class TailEstimate:
    """A probability of failure and how well it is known.

    Attributes
    ----------
    probability : float
        0 when no sample failed: then only `high` means something.
    low, high : float
        95 % confidence interval.
    variation : float
        Coefficient of variation of the estimate; infinite when no sample failed.
    effective_samples : float
        (sum of weights)^2 / sum of squared weights, over the failing samples.
    samples, failing, failed : int
        All samples; those in which the circuit fails; those that the simulator could not decide,
        which count as failing in `high`, as holding elsewhere.
    target_met : bool
        False when the cap on samples came before the wanted coefficient of variation.
    bound : bool
        Only an upper bound is known: `probability` is `high`, `low` 0.
    """

    probability: float
    low: float
    high: float
    variation: float
    effective_samples: float
    samples: int
    failing: int
    failed: int
    target_met: bool
    bound: bool = False


@dataclass(frozen=True, eq=False)
class Proposal:
    """Mixture of normals to sample from: nominal, wide, and one around each centre.

    Attributes
    ----------
    centres : ndarray, shape (k, d)
        Most probable points of failure, k may be 0.
    """

    centres: FloatArray

    @property
    def components(self) -> list[tuple[float, FloatArray, float]]:
        """Weight, mean and sigma of every component."""
        count, dimension = self.centres.shape
        origin = np.zeros(dimension)
        if count == 0:
            return [(1.0, origin, 1.0)]
        share = (1.0 - NOMINAL_PART - WIDE_PART) / count
        around = [
            (part * share, centre, sigma)
            for centre in self.centres
            for part, sigma in ((1.0 - LOOSE_PART, 1.0), (LOOSE_PART, LOOSE_SIGMA))
        ]
        return [(NOMINAL_PART, origin, 1.0), (WIDE_PART, origin, WIDE_SIGMA), *around]

    def draw(self, generator: np.random.Generator, count: int) -> tuple[FloatArray, int]:
        """Return `count` points, shape (count, d), and how many are from the nominal normal."""
        components = self.components
        chosen = generator.choice(len(components), size=count, p=[c[0] for c in components])
        means = np.array([c[1] for c in components])[chosen]
        sigmas = np.array([c[2] for c in components])[chosen]
        points = means + sigmas[:, None] * generator.standard_normal(means.shape)
        return points, int((chosen == 0).sum())

    def weights(self, points: FloatArray) -> FloatArray:
        """Return standard-normal density over the mixture's density, shape (n,)."""
        dimension = points.shape[1]
        logs = []
        for weight, mean, sigma in self.components:
            square = ((points - mean) ** 2).sum(axis=1)
            logs.append(np.log(weight) - dimension * np.log(sigma) - square / (2 * sigma**2))
        nominal = -(points**2).sum(axis=1) / 2
        return np.asarray(np.exp(nominal - logsumexp(np.array(logs), axis=0)))


def importance_sampling(
    g: LimitState,
    centres: FloatArray,
    generator: np.random.Generator,
    plan: SamplingPlan | None = None,
) -> TailEstimate:
    """Estimate P(g(u) < 0) for standard-normal u by sampling around points of failure.

    Parameters
    ----------
    g : callable
        Limit state, negative where it fails, NaN where undecided; only its sign is used.
    centres : ndarray, shape (k, d)
        Most probable points of failure; with k = 0 this is plain Monte Carlo.
    generator : numpy Generator
        The same state gives the same answer.
    plan : SamplingPlan, optional

    Returns
    -------
    TailEstimate

    References
    ----------
    R. Kanj, R. Joshi, S. Nassif, "Mixture importance sampling and its application to the analysis
    of SRAM designs in the presence of rare failure events", DAC 2006, 69-72. T. S. Doorn et al.,
    "Importance sampling Monte Carlo simulations for accurate estimation of SRAM yield", ESSCIRC
    2008, 230-233.
    """
    plan = plan or SamplingPlan()
    proposal = Proposal(centres)
    nominal, values, weights = 0, np.zeros(0), np.zeros(0)
    while True:
        points, unshifted = proposal.draw(generator, min(plan.batch, plan.largest - values.size))
        values = np.append(values, g(points))
        weights = np.append(weights, proposal.weights(points))
        nominal += unshifted
        estimate = _estimate(values, weights, nominal, plan)
        if estimate.target_met or values.size >= plan.largest:
            return estimate


def plain_monte_carlo(
    g: LimitState, dimension: int, generator: np.random.Generator, samples: int
) -> TailEstimate:
    """Estimate P(g(u) < 0) by counting; the interval is the exact binomial one."""
    values = g(generator.standard_normal((samples, dimension)))
    failing, failed = int((values < 0).sum()), int(np.isnan(values).sum())
    found, worst = proportion(failing, samples), proportion(failing + failed, samples)
    variation = float(np.sqrt((1 - found.value) / failing)) if failing else float("inf")
    return TailEstimate(
        found.value, found.low, worst.high, variation, failing, samples, failing, failed, True
    )


def _estimate(
    values: FloatArray, weights: FloatArray, nominal: int, plan: SamplingPlan
) -> TailEstimate:
    fails, undecided = values < 0, np.isnan(values)
    failing, failed = int(fails.sum()), int(undecided.sum())
    probability, variation = _mean(weights * fails)
    low, _ = log_interval(probability, variation)
    _, high = log_interval(*_mean(weights * (fails | undecided)))
    if (weights == 1.0).all():  # plain Monte Carlo: the exact interval
        low, high = (
            proportion(failing, values.size).low,
            proportion(failing + failed, values.size).high,
        )
    elif failing == 0:
        # What plain Monte Carlo alone may say: none of the nominal samples failed.
        low, high = 0.0, max(high, 1.0 - (1.0 - CONFIDENCE) ** (1.0 / max(nominal, 1)))
    effective = effective_number(weights[fails])
    met = failing >= FAILING_AT_LEAST and variation <= plan.variation
    return TailEstimate(
        probability,
        low,
        min(1.0, high),
        variation,
        effective,
        values.size,
        failing,
        failed,
        met,
    )


def effective_number(weights: FloatArray) -> float:
    """Return (sum of weights)^2 / sum of squared weights; 0 when all are 0 (underflow)."""
    largest = float(weights.max(initial=0.0))
    if largest == 0:
        return 0.0
    scaled = weights / largest  # squares of weights of 1e-200 would underflow
    return float(scaled.sum() ** 2 / (scaled**2).sum())


def _mean(terms: FloatArray) -> tuple[float, float]:
    return float(terms.mean()), relative_error(terms)


def relative_error(terms: FloatArray) -> float:
    """Return the coefficient of variation of the mean of some terms; infinite where it is 0."""
    mean = float(terms.mean())
    if mean == 0:
        return float("inf")
    scaled = terms / mean  # squares of 1e-200 would underflow
    return float(scaled.std(ddof=1) / np.sqrt(terms.size))


def log_interval(probability: float, variation: float) -> tuple[float, float]:
    """Return the 95 % interval of a log-normal estimate: both ends stay above 0.

    Parameters
    ----------
    probability : float
        0 or more.
    variation : float
        Coefficient of variation of the estimate.
    """
    return spread_interval(probability, float(np.sqrt(np.log1p(variation**2))))


def spread_interval(probability: float, spread: float) -> tuple[float, float]:
    """Return the 95 % interval of an estimate whose logarithm is normal.

    Parameters
    ----------
    probability : float
        0 or more.
    spread : float
        Standard deviation of its natural logarithm; far from small where a bit line is known from
        few columns and the probability is tiny.
    """
    if probability == 0:
        return 0.0, 0.0
    decades = float(norm.ppf((1 + CONFIDENCE) / 2)) * spread / np.log(10)
    middle = float(np.log10(probability))
    return 10.0 ** max(middle - decades, -300.0), 10.0 ** min(middle + decades, 0.0)
