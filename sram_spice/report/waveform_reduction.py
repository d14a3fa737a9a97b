"""Waveforms with fewer points, the same within a tolerance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def reduced_waveform(
    x: NDArray[np.float64], y: NDArray[np.float64], tolerance: float
) -> NDArray[np.intp]:
    """Return the points to keep so that straight lines between them stay near the curve.

    Parameters
    ----------
    x, y : ndarray, shape (points,)
        x ascending.
    tolerance : float
        Largest distance in y of a point left out, in the unit of y; 0 keeps all corners.

    Returns
    -------
    ndarray of int
        Ascending, with the first and the last point.

    Notes
    -----
    Douglas and Peucker 1973, distances along y.
    """
    keep = np.zeros(x.size, dtype=bool)
    keep[[0, -1] if x.size else []] = True
    parts = [(0, x.size - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        inside = slice(first + 1, last)
        line = np.interp(x[inside], x[[first, last]], y[[first, last]])
        distance = np.abs(y[inside] - line)
        worst = int(distance.argmax())
        if distance[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            parts += [(first, middle), (middle, last)]
    return np.flatnonzero(keep)
