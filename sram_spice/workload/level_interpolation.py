"""Interpolation over the plane of levels (n_plus, n_minus)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator


def interpolate_levels(
    known: NDArray[np.int64], values: NDArray[np.float64], wanted: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Interpolate linearly between levels; beyond them the nearest level counts.

    Levels on one line (all rows always active, or one n_active only) are interpolated along that
    line.

    Parameters
    ----------
    known : ndarray of int, shape (k, 2)
        Levels (n_plus, n_minus) with known values, k >= 1, no level twice.
    values : ndarray of float, shape (k, columns)
        Values at `known`, finite.
    wanted : ndarray of int, shape (m, 2)
        Levels at which values are wanted.

    Returns
    -------
    ndarray of float, shape (m, columns)
        Interpolated values, finite.
    """
    directions = known - known[0]
    line = directions[np.abs(directions).sum(axis=1).argmax()]
    if not (directions @ (-line[1], line[0])).any():
        along, place = known @ line, wanted @ line
        order = along.argsort()
        columns = [np.interp(place, along[order], column[order]) for column in values.T]
        return np.stack(columns, axis=1)
    result = np.asarray(LinearNDInterpolator(known, values)(wanted), dtype=np.float64)
    outside = np.isnan(result).any(axis=1)
    if outside.any():
        result[outside] = NearestNDInterpolator(known, values)(wanted[outside])
    return result
