"""The probability that one cell is lost at one level, by the tail method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from sram_spice.column.context import Context
from sram_spice.measurements.disturb_cell import CellInColumn
from sram_spice.measurements.disturb_column import Surroundings
from sram_spice.measurements.tail import (
    SamplingPlan,
    TailEstimate,
    importance_sampling,
    spread_interval,
)
from sram_spice.measurements.tail_design_point import DesignPoint, find_design_points

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
    point : DesignPoint
        The most probable way to lose it.
    low, high : float
        95 % interval that also covers what a limited number of columns leaves open about the mean
        and sigma of the bit line.
    """

    around: Surroundings
    estimate: TailEstimate
    point: DesignPoint
    low: float
    high: float

    @property
    def share(self) -> float:
        """Part of the variance that comes from the bit line, which all cells of a column share."""
        return float(self.point.direction[-1] ** 2)


def level_loss(
    context: Context, around: Surroundings, plan: SamplingPlan | None = None
) -> LevelLoss:
    """Estimate how often a cell is lost, for known surroundings with a spread.

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
    generator = np.random.default_rng(seed)
    cell = CellInColumn(context, around)
    points = find_design_points(cell.distance, cell.dimension, generator)
    # Near or beyond the limit state nominal samples fail often enough: plain Monte Carlo.
    rare = points[0].beta > PLAIN_BELOW
    centres = np.array([point.u for point in points]) if rare else np.zeros((0, cell.dimension))
    if plan is None:
        # No better than half of what the columns leave open, which sampling cannot mend.
        left_open = _slope(points[0].beta) * _bit_line_error(points[0], around)
        plan = SamplingPlan(variation=float(np.clip(left_open / 2, 0.1, 0.3)))
    estimate = importance_sampling(cell.decision, centres, generator, plan)
    return LevelLoss(around, estimate, points[0], *_interval(estimate, points[0], around))


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
