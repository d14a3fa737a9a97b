"""The probability that one cell is lost at one level, by the tail method."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import chi2, norm, t

from sram_spice.column.context import Context
from sram_spice.measurements.disturb_cell import CellInColumn
from sram_spice.measurements.disturb_column import Surroundings
from sram_spice.measurements.tail import (
    SamplingPlan,
    TailEstimate,
    importance_sampling,
    spread_interval,
)
from sram_spice.measurements.tail_design_point import DesignPoint, find_design_point
from sram_spice.measurements.tail_searches import (
    SEARCHES,
    ball_bound,
    nearest_failure,
    searched_tail,
)
from sram_spice.simulation.job import FloatArray
from sram_spice.statistics import CONFIDENCE
from sram_spice.wording import LEAST_PROBABILITY

STREAM = 7130  # keeps these random numbers apart from those of the Monte Carlo samples

PLAIN_BELOW = 1.0  # sigma


@dataclass(frozen=True)
class LevelLoss:
    """How often a cell with product +1 is lost at a level.

    Attributes
    ----------
    around : Surroundings
    estimate : TailEstimate
        Of the loss of one cell; its interval covers the sampling of the tail.
    beta : float
        Distance of the most probable way to lose it, sigma, or of the nearest one that was found;
        infinite where none was.
    share : float
        Part of the variance that comes from the bit line, which all cells of a column share; 0
        where only a bound is known: of cells that share nothing most are lost.
    low, high : float
        95 % interval that also covers what a limited number of columns leaves open about the mean
        and sigma of the bit line.
    """

    around: Surroundings
    estimate: TailEstimate
    beta: float
    share: float
    low: float
    high: float


def level_loss(
    context: Context, around: Surroundings, plan: SamplingPlan | None = None
) -> LevelLoss:
    """Estimate how often a cell is lost, for known surroundings with a spread.

    First some searches that know nothing of each other, by decisions alone, look for the nearest
    failure on the worst bit line that the columns allow. Where even all that lies as far out is
    negligible for all rows together, that is the answer: a bound. Else the tail is sampled.

    Parameters
    ----------
    context : Context
    around : Surroundings
        Its bit line has to be finite.
    plan : SamplingPlan, optional
    """
    seed = np.random.SeedSequence(
        context.design.monte_carlo.seed, spawn_key=(STREAM, around.n_plus, around.n_minus)
    )
    searching, sampling, plain = seed.spawn(3)
    worst, cell = CellInColumn(context, pessimistic(around)), CellInColumn(context, around)
    found = [
        nearest_failure(worst.decision, cell.dimension, np.random.default_rng(one))
        for one in searching.spawn(SEARCHES)
    ]
    failures = [u for u in found if u is not None]
    nearest = min((float(np.linalg.norm(u)) for u in failures), default=np.inf)
    bound = ball_bound(nearest, cell.dimension)
    if (around.n_plus + around.n_minus) * bound < LEAST_PROBABILITY:
        estimate = TailEstimate(bound, 0.0, bound, np.inf, 0.0, 0, 0, 0, True, bound=True)
        return LevelLoss(around, estimate, nearest, 0.0, 0.0, bound)
    point = find_design_point(cell.distance, np.zeros(cell.dimension))
    if plan is None:
        # No better than half of what the columns leave open, which sampling cannot mend.
        left_open = _slope(point.beta) * _bit_line_error(point, around)
        plan = SamplingPlan(variation=float(np.clip(left_open / 2, 0.1, 0.3)))
    beta = point.beta if point.converged else nearest
    if beta <= PLAIN_BELOW:
        # Near or beyond the limit state nominal samples fail often enough: plain Monte Carlo.
        none = np.zeros((0, cell.dimension))
        estimate = importance_sampling(cell.decision, none, np.random.default_rng(plain), plan)
    else:
        known = np.array([point.u]) if point.converged else np.zeros((0, cell.dimension))
        starts = [_as_seen_in(around, worst.around, u) if u is not None else None for u in found]
        estimate = searched_tail(cell.decision, known, starts, sampling, bound, plan)
    if estimate.bound:
        return LevelLoss(around, estimate, beta, 0.0, 0.0, estimate.high)
    share = float(point.direction[-1] ** 2)
    return LevelLoss(around, estimate, beta, share, *_interval(estimate, point, around))


def pessimistic(around: Surroundings) -> Surroundings:
    """Return surroundings with the lowest and widest bit line that the columns allow, 97.5 %."""
    held = around.columns - around.lost - around.failed
    if held < 2:
        return around
    tail = (1 - CONFIDENCE) / 2
    error = float(around.v_bl_sigma / np.sqrt(held) * t.isf(tail, held - 1))
    wider = float(np.sqrt((held - 1) / chi2.ppf(tail, held - 1)))
    return replace(around, v_bl=around.v_bl - error, v_bl_sigma=wider * around.v_bl_sigma)


def _as_seen_in(around: Surroundings, other: Surroundings, u: FloatArray) -> FloatArray:
    """Return the deviates that are the same cell and the same bit line in other surroundings."""
    if around.v_bl_sigma == 0:
        return u
    v_bl = other.v_bl + other.v_bl_sigma * u[-1]
    return np.append(u[:-1], (v_bl - around.v_bl) / around.v_bl_sigma)


def _bit_line_error(point: DesignPoint, around: Surroundings) -> float:
    """Return the standard error of beta that stems from mean and sigma of the bit line.

    A bit line lower by one unit of the limit state's slope lowers beta by 1; an error of sigma
    acts by as much as the most probable point lies out along the bit line.
    """
    held = around.columns - around.lost - around.failed
    if held < 2 or point.steepness == 0:
        return 0.0
    variance = 1.0 / held + float(point.u[-1]) ** 2 / (2 * (held - 1))
    return float(around.v_bl_sigma / point.steepness * np.sqrt(variance))


def _slope(beta: float) -> float:
    """Return -d ln(p) / d beta of p = Phi(-beta)."""
    return float(np.exp(norm.logpdf(beta) - norm.logsf(beta)))


def _interval(
    estimate: TailEstimate, point: DesignPoint, around: Surroundings
) -> tuple[float, float]:
    """Widen the interval of a tail by the error of the bit line (delta method)."""
    probability = estimate.probability
    if not 0.0 < probability < 1.0:
        return estimate.low, estimate.high
    left_open = _slope(float(norm.isf(probability))) * _bit_line_error(point, around)
    spread = np.hypot(np.sqrt(np.log1p(estimate.variation**2)), left_open)
    low, high = spread_interval(probability, float(spread))
    # Samples without a decision may have widened the upper end beyond that.
    return min(low, estimate.low), float(min(1.0, max(high, estimate.high)))
