"""The most probable point of failure in standard-normal space, by HLRF with a line search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sram_spice.simulation.job import FloatArray

LimitState: TypeAlias = Callable[[FloatArray], FloatArray]

DIFFERENCE = 0.2  # sigma; far above the resolution of a simulated limit state (0.1 mV of 36 mV)
STEPS = 0.5 ** np.arange(5)  # parts of the HLRF step, tried together
LONGEST = 4.0  # sigma a step may go; beyond it the linearization says nothing
PENALTY = 10.0  # weight of |g| in the merit function against |u|/|gradient|
ON_SURFACE = 0.2  # sigma from g = 0 that a converged point may be
DISTINCT = 1.0  # sigma; points nearer to each other are one


@dataclass(frozen=True, eq=False)
class DesignPoint:
    """The point of the limit state g = 0 that is nearest to the origin.

    Attributes
    ----------
    u : ndarray, shape (d,)
        Standard-normal coordinates.
    beta : float
        Its distance from the origin; negative when the origin itself fails.
    steepness : float
        Norm of the gradient there, unit of g per sigma.
    evaluations : int
        Limit states that were evaluated.
    converged : bool
        False when the iterations ran out: importance sampling around it is then less efficient,
        not wrong.
    """

    u: FloatArray
    beta: float
    steepness: float
    evaluations: int
    converged: bool

    @property
    def direction(self) -> FloatArray:
        """Unit vector from the origin to the point; its squares are the shares of variance."""
        length = float(np.linalg.norm(self.u))
        return np.asarray(self.u / length if length else np.zeros_like(self.u))


def find_design_point(
    g: LimitState, start: FloatArray, iterations: int = 20, tolerance: float = 0.05
) -> DesignPoint:
    """Search the most probable point of failure.

    Parameters
    ----------
    g : callable
        Limit state: takes points of shape (n, d), gives shape (n,), negative where it fails; NaN
        where it is unknown.
    start : ndarray, shape (d,)
        Where to begin, standard-normal coordinates.
    iterations : int
        At most.
    tolerance : float
        Ends when a step is shorter, sigma.

    Returns
    -------
    DesignPoint

    References
    ----------
    R. Rackwitz, B. Fiessler, "Structural reliability under combined random load sequences",
    Computers & Structures 9(5), 489-494, 1978. Line search on |u|^2/2 + c |g|: Y. Zhang,
    A. Der Kiureghian, "Two improved algorithms for reliability analysis", IFIP WG 7.5, 1995.
    """
    u = np.asarray(start, dtype=float)
    evaluations, converged = 0, False
    value, gradient = _linearize(g, u)
    origin = float(g(np.zeros((1, u.size)))[0])
    for _ in range(iterations):
        evaluations += 2 * u.size + 1
        step = _step(u, value, gradient)
        tried = u + STEPS[:, None] * step
        values = g(tried)
        evaluations += STEPS.size
        u = tried[_best(tried, values, gradient)]
        converged = float(np.linalg.norm(step)) < tolerance
        value, gradient = _linearize(g, u)
        if converged or not np.isfinite(value):
            break
    beta = float(np.linalg.norm(u)) * (1.0 if origin > 0 else -1.0)
    steepness = float(np.linalg.norm(gradient))
    # A flat limit state also ends the steps; a point of failure lies on g = 0.
    converged = converged and abs(value) <= ON_SURFACE * steepness
    return DesignPoint(u, beta, steepness, evaluations, converged)


def find_design_points(
    g: LimitState, dimension: int, generator: np.random.Generator, starts: int = 3
) -> list[DesignPoint]:
    """Search from the origin, from random directions, and opposite to what they find.

    A limit state may have several regions of failure. A point is kept when it is a solution of its
    own and not so far out that it would hold less than some 1 % of the nearest one's probability.

    Parameters
    ----------
    g : callable
        As for :func:`find_design_point`.
    dimension : int
    generator : numpy Generator
        Of the random directions.
    starts : int
        Searches in all, 2 or more.

    Returns
    -------
    list of DesignPoint
        Distinct, nearest first; never empty.
    """
    found = [find_design_point(g, np.zeros(dimension))]
    for _ in range(starts - 2):
        direction = generator.standard_normal(dimension)
        radius = max(1.0, abs(found[0].beta)) / float(np.linalg.norm(direction))
        found.append(find_design_point(g, radius * direction))
    found.sort(key=_rank)
    found.append(find_design_point(g, -found[0].u))
    found.sort(key=_rank)
    kept: list[DesignPoint] = []
    for point in found:
        far = bool(kept) and abs(point.beta) > abs(kept[0].beta) + 1.5
        known = any(np.linalg.norm(point.u - other.u) < DISTINCT for other in kept)
        if not kept or (point.converged and not (far or known)):
            kept.append(point)
    return kept


def _rank(point: DesignPoint) -> tuple[bool, float]:
    return not point.converged, abs(point.beta)


def _linearize(g: LimitState, u: FloatArray) -> tuple[float, FloatArray]:
    offsets = DIFFERENCE * np.vstack([np.zeros(u.size), np.eye(u.size), -np.eye(u.size)])
    values = g(u + offsets)
    plus, minus = np.split(values[1:], 2)
    slope = (plus - minus) / (2 * DIFFERENCE)
    return float(values[0]), np.where(np.isfinite(slope), slope, 0.0)


def _step(u: FloatArray, value: float, gradient: FloatArray) -> FloatArray:
    square = float(gradient @ gradient)
    if square == 0 or not np.isfinite(value):
        return np.asarray(-u)  # nothing is known here: back to the origin
    step = (float(gradient @ u) - value) / square * gradient - u
    return np.asarray(step * min(1.0, LONGEST / max(float(np.linalg.norm(step)), 1e-12)))


def _best(tried: FloatArray, values: FloatArray, gradient: FloatArray) -> int:
    length = np.linalg.norm(tried, axis=1)
    scale = max(float(np.linalg.norm(gradient)), 1e-12)
    penalty = PENALTY * max(1.0, float(length.max())) / scale
    merit = np.where(np.isfinite(values), length**2 / 2 + penalty * np.abs(values), np.inf)
    return int(merit.argmin())
