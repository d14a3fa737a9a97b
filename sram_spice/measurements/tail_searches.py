"""What is honest to say of a tail: searches that know nothing of each other, and a bound.

An estimate by importance sampling is one only where its weights are not carried by a few samples;
its interval spans what the searches find. Else there is an upper bound: a failure is no nearer to
the nominal cell than the nearest one that any search has found, and mismatch is seldom further out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from sram_spice.measurements.tail import (
    FAILING_AT_LEAST,
    Proposal,
    SamplingPlan,
    TailEstimate,
    effective_number,
    log_interval,
    relative_error,
)
from sram_spice.measurements.tail_design_point import DISTINCT, LimitState
from sram_spice.simulation.job import FloatArray

BoolArray: TypeAlias = NDArray[np.bool_]

EFFECTIVE_AT_LEAST = 20.0  # Kish; an estimate with fewer is a bound
SEARCHES = 4
RESOLVED = 0.3  # sigma, to which a search finds the nearest failure
FAR_SCALES = (5.0, 8.0, 12.0)  # of all sigmas, for the starts of a search, until one fails
FAR_SAMPLES = 300
STARTS = 8  # rays that are followed back to the boundary
HALVINGS = 8  # of such a ray
ROUNDS = 40  # of the way along the boundary towards the origin, at most
AROUND = 30  # points tried in each round
FIRST_STEP, SHORTEST_STEP = 1.0, 0.05  # sigma: towards the origin, and scattered aside
GROWTH = 1.5


def ball_bound(nearest: float, dimension: int) -> float:
    """Return P(|u| > r): what is lost at most where nothing nearer than r is.

    Parameters
    ----------
    nearest : float
        Distance of the nearest failure from the origin, sigma; `RESOLVED` is taken off.
    dimension : int
    """
    radius = max(nearest - RESOLVED, 0.0)
    return float(chi2.sf(radius**2, dimension))


def searched_tail(
    g: LimitState,
    known: FloatArray,
    own: Sequence[FloatArray | None],
    seed: np.random.SeedSequence,
    bound: float,
    plan: SamplingPlan | None = None,
) -> TailEstimate:
    """Estimate P(g(u) < 0) by several searches that know nothing of each other.

    Each samples around what it has found itself and around the `known` points.

    Parameters
    ----------
    g : callable
        Negative where it fails, NaN where undecided; only its sign is used.
    known : ndarray, shape (k, d)
        Points of failure that all searches share, k may be 0.
    own : sequence of ndarray or None
        What each search has found (:func:`nearest_failure`), shape (d,); at least two searches.
    seed : numpy SeedSequence
    bound : float
        Upper bound that holds where the samples do not suffice.
    plan : SamplingPlan, optional
        Its numbers count for all searches together.

    Returns
    -------
    TailEstimate
        Its interval covers the estimate of each search. `bound` where there are fewer than
        `EFFECTIVE_AT_LEAST` effective samples, or too few failing ones: `probability` and `high`
        are then the upper bound.
    """
    plan = plan or SamplingPlan()
    streams = [np.random.default_rng(one) for one in seed.spawn(len(own))]
    searches = [_Search.begun(known, *one) for one in zip(own, streams, strict=True)]
    batch = -(-plan.batch // len(searches))
    samples = 0
    while True:
        for one in searches:
            one.sample(g, batch)
        samples += len(searches) * batch
        found = _together(searches, plan)
        if found.target_met or samples >= plan.largest:
            break
    if found.effective_samples >= EFFECTIVE_AT_LEAST and found.failing >= FAILING_AT_LEAST:
        return found
    high = max(found.high, bound)
    return replace(found, probability=high, low=0.0, high=high, bound=True)


class _Search:
    """One search: where it samples, and what it has found there."""

    def __init__(self, proposal: Proposal, generator: np.random.Generator) -> None:
        self.proposal, self.generator = proposal, generator
        self.values, self.weights = np.zeros(0), np.zeros(0)

    @classmethod
    def begun(
        cls, known: FloatArray, own: FloatArray | None, generator: np.random.Generator
    ) -> _Search:
        if own is None or any(np.linalg.norm(own - u) < DISTINCT for u in known):
            return cls(Proposal(known), generator)
        return cls(Proposal(np.vstack([known, own])), generator)

    def sample(self, g: LimitState, count: int) -> None:
        points, _ = self.proposal.draw(self.generator, count)
        self.values = np.append(self.values, g(points))
        self.weights = np.append(self.weights, self.proposal.weights(points))

    @property
    def mean(self) -> float:
        return float((self.weights * (self.values < 0)).mean())


def nearest_failure(
    g: LimitState, dimension: int, generator: np.random.Generator
) -> FloatArray | None:
    """Return a failure that is near the origin, found by decisions alone; None if none was seen.

    Parameters
    ----------
    g : callable
        Negative where it fails, NaN where undecided; only its sign is used.
    dimension : int
    generator : numpy Generator
    """
    for scale in FAR_SCALES:
        points = scale * generator.standard_normal((FAR_SAMPLES, dimension))
        points = points[_not_held(g, points)]
        if len(points):
            break
    else:
        return None
    points = points[np.linalg.norm(points, axis=1).argsort()[:STARTS]]
    low, high = np.zeros(len(points)), np.ones(len(points))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fails = _not_held(g, middle[:, None] * points)
        low, high = np.where(fails, low, middle), np.where(fails, middle, high)
    points = high[:, None] * points
    u = points[np.linalg.norm(points, axis=1).argmin()]
    step = FIRST_STEP
    for _ in range(ROUNDS):
        if not u.any():
            break  # the origin itself
        tried = u + step * generator.standard_normal((AROUND, dimension))
        radius = float(np.linalg.norm(u)) - step / 2
        tried *= max(radius, 0.0) / np.linalg.norm(tried, axis=1)[:, None]
        failing = tried[_not_held(g, tried)]
        if len(failing):
            middle = failing.mean(axis=0)  # away from the edge of what fails at this radius
            u = failing[np.linalg.norm(failing - middle, axis=1).argmin()]
            step *= GROWTH if len(failing) > AROUND / 3 else 1.0
        elif step <= SHORTEST_STEP:
            break
        else:
            step /= 2
    return np.asarray(u)


def _not_held(g: LimitState, points: FloatArray) -> BoolArray:
    """Return which points fail; one without a decision may, so that it bounds what is known."""
    return np.asarray(~(g(points) >= 0))


def _together(searches: Sequence[_Search], plan: SamplingPlan) -> TailEstimate:
    values = np.concatenate([one.values for one in searches])
    weights = np.concatenate([one.weights for one in searches])
    fails, undecided = values < 0, np.isnan(values)
    means = np.array([one.mean for one in searches])
    # All searches have as many samples, so that the mean of all is the mean of their means.
    probability, within = float((weights * fails).mean()), relative_error(weights * fails)
    between = relative_error(means)
    variation = max(within, between)
    low, high = log_interval(probability, variation)
    worst = weights * (fails | undecided)
    _, high_worst = log_interval(float(worst.mean()), max(relative_error(worst), between))
    effective = effective_number(weights[fails])
    met = (
        int(fails.sum()) >= FAILING_AT_LEAST
        and effective >= EFFECTIVE_AT_LEAST
        and variation <= plan.variation
    )
    return TailEstimate(
        probability,
        min(low, float(means.min())),
        min(1.0, max(high, high_worst, float(means.max()))),
        variation,
        effective,
        values.size,
        int(fails.sum()),
        int(undecided.sum()),
        met,
    )
