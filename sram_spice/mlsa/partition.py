"""The best division of points on a line into cells: one-dimensional k-means, solved exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_Matrix = NDArray[np.float64]

# Two divisions whose errors differ by less than this, relatively, are equally good: rounding
# alone makes mirror images differ by n * 1e-16.
_TIE = 1e-10


def optimal_partition(
    points: NDArray[np.float64], weights: NDArray[np.float64], cells: int
) -> NDArray[np.intp]:
    """Divide points into contiguous cells with the least weighted squared error.

    The error is that of the points to the weighted mean of their cell. Among divisions of equal
    error that one wins in which the points of weight 0 are nearest to the means of their cells
    (in the plain squared sense; a cell without any weight has its plain mean), and then that one
    whose cells begin lower, from the last cell down.

    Parameters
    ----------
    points : ndarray of float, shape (n,)
        Strictly ascending.
    weights : ndarray of float, shape (n,)
        Finite, >= 0, not all 0.
    cells : int
        1 .. n; every cell contains a point.

    Returns
    -------
    ndarray of int, shape (cells - 1,)
        Index of the first point of every cell but the first, strictly ascending.

    Notes
    -----
    Dynamic programming over (cells, last point), O(cells n^2) time and O(n^2) memory; squared
    errors are built up from positive terms only, so that tails of 1e-20 keep their digits.

    References
    ----------
    H. Wang, M. Song, "Ckmeans.1d.dp: Optimal k-means Clustering in One Dimension by Dynamic
    Programming", The R Journal 3(2), 2011.
    """
    error, unseen = _cell_errors(points, weights)
    n = points.size
    last = np.arange(n)
    best, best_unseen = error[0], unseen[0]
    first_of_cell = np.zeros((cells, n), dtype=np.intp)
    for cell in range(1, cells):
        total = best[:-1, None] + error[1:]
        total_unseen = best_unseen[:-1, None] + unseen[1:]
        row = _first_of_least(total, total_unseen)
        best, best_unseen = total[row, last], total_unseen[row, last]
        first_of_cell[cell] = row + 1
    starts = np.empty(cells - 1, dtype=np.intp)
    end = n - 1
    for cell in range(cells - 1, 0, -1):
        starts[cell - 1] = first_of_cell[cell, end]
        end = starts[cell - 1] - 1
    return starts


def _first_of_least(total: _Matrix, total_unseen: _Matrix) -> NDArray[np.intp]:
    """Row of each column's least `total`, then least `total_unseen`, then the first."""
    ties = total <= total.min(axis=0) * (1 + _TIE)
    total_unseen = np.where(ties, total_unseen, np.inf)
    ties = total_unseen <= total_unseen.min(axis=0) * (1 + _TIE)
    return np.asarray(ties.argmax(axis=0), dtype=np.intp)


def _cell_errors(points: _Matrix, weights: _Matrix) -> tuple[_Matrix, _Matrix]:
    """Squared error of the cell first..last: weighted, and of its points of weight 0."""
    mass, mean, error = _cell_moments(points, weights)
    count, unseen_mean, unseen_error = _cell_moments(points, (weights == 0).astype(np.float64))
    centre = np.where(mass > 0, mean, unseen_mean)
    return error, unseen_error + count * (unseen_mean - centre) ** 2


def _cell_moments(points: _Matrix, weights: _Matrix) -> tuple[_Matrix, _Matrix, _Matrix]:
    """Mass, mean and squared error of every cell [first, last], inf where first > last.

    Welford's update, one point at a time for all first points at once.
    """
    n = points.size
    mass, mean = np.zeros((n, n)), np.zeros((n, n))
    error = np.full((n, n), np.inf)
    mass_now, mean_now, error_now = np.zeros(n), points.copy(), np.zeros(n)
    for last, (point, weight) in enumerate(zip(points, weights, strict=True)):
        cell = slice(0, last + 1)
        before = mass_now[cell].copy()
        mass_now[cell] += weight
        share = np.divide(weight, mass_now[cell], out=np.zeros(last + 1), where=weight > 0)
        step = point - mean_now[cell]
        mean_now[cell] += share * step
        error_now[cell] += before * share * step**2
        mass[cell, last], mean[cell, last] = mass_now[cell], mean_now[cell]
        error[cell, last] = error_now[cell]
    return mass, mean, error
