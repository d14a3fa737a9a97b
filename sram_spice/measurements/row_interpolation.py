"""Interpolation of many curves at once, row by row."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from sram_spice.simulation.job import FloatArray


def refine(x: FloatArray, curves: FloatArray, factor: int) -> tuple[FloatArray, FloatArray]:
    """Return curves on a finer grid, by cubic splines.

    Parameters
    ----------
    x : ndarray, shape (n_points,)
        Common grid, strictly increasing.
    curves : ndarray, shape (..., n_points)
        Smooth curves on it, finite.
    factor : int
        Steps of the new grid per step of the old one, 1 or more.

    Returns
    -------
    (ndarray, shape (n_fine,), ndarray, shape (..., n_fine))
        The finer grid and the curves on it, n_fine = (n_points - 1) * factor + 1.
    """
    fine = np.interp(np.arange((x.size - 1) * factor + 1) / factor, np.arange(x.size), x)
    # A spline is linear in its data: one matrix serves all curves, and BLAS does the work.
    weights = CubicSpline(x, np.eye(x.size))(fine)
    return fine, np.asarray(curves @ weights.T)


def interpolate_rows(targets: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Interpolate linearly, every row on its own grid.

    Parameters
    ----------
    targets : ndarray, shape (n_rows, n_targets)
        Where, within the grid of the row.
    x : ndarray, shape (n_rows, n_points)
        Grids, increasing along each row.
    y : ndarray, shape (n_rows, n_points)
        Values on them.

    Returns
    -------
    ndarray, shape (n_rows, n_targets)
    """
    # Rows moved apart along x become one long curve; what the offset costs is below 1e-12 of a row.
    low = min(x.min(), targets.min())
    width = max(x.max(), targets.max()) - low + 1.0
    offset = (width * np.arange(len(x)))[:, None] - low
    flat = np.interp((targets + offset).ravel(), (x + offset).ravel(), y.ravel())
    return np.asarray(flat.reshape(targets.shape))


def peak(values: FloatArray, where: FloatArray | None = None) -> FloatArray:
    """Return the largest value of each row, by the parabola through it and its neighbours.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_points)
        Smooth curves on uniform grids.
    where : ndarray of bool, same shape, optional
        Points that count; default: all. A row without any gives NaN.

    Returns
    -------
    ndarray, shape (n_rows,)
        At an end of the grid or of the points that count, the value there.
    """
    allowed = np.ones(values.shape, dtype=bool) if where is None else where.astype(bool)
    masked = np.where(allowed, values, -np.inf)
    at = masked.argmax(axis=1)
    rows, last = np.arange(len(values)), values.shape[1] - 1
    before, after = np.maximum(at - 1, 0), np.minimum(at + 1, last)
    left, top, right = values[rows, before], values[rows, at], values[rows, after]
    curvature = left - 2 * top + right
    inside = (at > 0) & (at < last) & allowed[rows, before] & allowed[rows, after]
    safe = np.where(curvature < 0, curvature, -1.0)
    gain = np.where(inside & (curvature < 0), -((right - left) ** 2) / (8 * safe), 0.0)
    return np.where(allowed.any(axis=1), top + gain, np.nan)
