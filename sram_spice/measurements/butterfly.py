"""Static noise margins from butterfly curves: squares between two transfer curves.

The two curves of a butterfly are V(qb) against V(q) of the right inverter, and V(q) against V(qb)
of the left one. In coordinates rotated by 45 degrees,

    u = (V(q) - V(qb)) / sqrt(2),    w = (V(q) + V(qb)) / sqrt(2),

both are functions w(u), because both inverters fall. A square with its sides along the axes has its
diagonal along w, so where the curves are D(u) = w_right - w_left apart, a square of side
D / sqrt(2) has opposite corners on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from sram_spice.measurements.row_interpolation import interpolate_rows, refine
from sram_spice.simulation.job import FloatArray

FINE_STEPS = 1000  # of the input, and of u; what lies between is interpolated to below 1 uV
ROOT2 = float(np.sqrt(2))
PROMINENCE = 50e-6  # V of D; smaller waves are those of the splines


@dataclass(frozen=True)
class Lobes:
    """Sides of squares between the curves of butterflies.

    Attributes
    ----------
    stored_one, stored_zero : ndarray, shape (n_samples,)
        Lobe of the state q high (below the diagonal) and of the state q low, V. Positive: side of
        the largest square inside the lobe. Negative: the state is gone, and minus the side of the
        smallest square between the curves where its lobe was. NaN where a curve is not finite.
    beyond_one, beyond_zero : ndarray, shape (n_samples,)
        Side of the smallest square between the curves beyond the state q high, on the way to q low,
        and beyond q low, V. Positive where the cell has no other state: what has to be added in
        series to both inverters to give it one. Negative: minus the side of the largest square in
        the lobe of another state, wherever that is.
    folded_one, folded_zero : ndarray of bool, shape (n_samples,)
        Whether the curves have such a narrow place beyond the state. Without one no noise gives the
        cell another state, and the square is the one where the curves are least apart in slope.
    """

    stored_one: FloatArray
    stored_zero: FloatArray
    beyond_one: FloatArray
    beyond_zero: FloatArray
    folded_one: NDArray[np.bool_]
    folded_zero: NDArray[np.bool_]

    @property
    def smaller(self) -> FloatArray:
        """The smaller of both lobes, which is the static noise margin of the cell, V."""
        return np.minimum(self.stored_one, self.stored_zero)


def lobes(vin: FloatArray, q: FloatArray, qb: FloatArray) -> Lobes:
    """Return the signed squares in both lobes, by the rotated-curves method.

    Parameters
    ----------
    vin : ndarray, shape (n_points,)
        Input of both inverters, V, uniform and increasing.
    q, qb : ndarray, shape (n_samples, n_points)
        Outputs of the left and the right inverter, V; each falls with `vin`.

    Returns
    -------
    Lobes

    Notes
    -----
    With D(u) as in the module, a state is where D crosses zero upwards. Noise in series with both
    inverters lifts or lowers D, and a state is lost where it meets the next extremum. The state q
    low is the first one, unless a maximum of D lies before it: then that is what is left of the
    lobe of q low, and the first state is the middle one that some cells have while they are read.
    Its margin is the height of its maximum; and the same from the other end for q high.

    Where D has no extremum, curves of too little gain cross once and lobes have left no trace. Then
    D is taken where it is least steep, which is where the last lobe ended: 0 in a symmetric cell.

    References
    ----------
    E. Seevinck, F. J. List, J. Lohstroh, "Static-noise margin analysis of MOS SRAM cells",
    IEEE J. Solid-State Circuits 22(5), 748-754, 1987, section III.
    """
    found = np.full((4, len(q)), np.nan)
    folded = np.zeros((2, len(q)), dtype=bool)
    good = np.isfinite(q).all(axis=1) & np.isfinite(qb).all(axis=1)
    if good.any():
        _, distance = curve_distance(vin, q[good], qb[good])
        zero, beyond_zero, folded[1, good] = zip(*map(_first_lobe, distance), strict=True)
        # Exchanging the nodes mirrors u and changes the sign of D.
        mirrored = -distance[:, ::-1]
        one, beyond_one, folded[0, good] = zip(*map(_first_lobe, mirrored), strict=True)
        found[:, good] = np.array([one, zero, beyond_one, beyond_zero]) / ROOT2
    return Lobes(*found, *folded)


def _first_lobe(distance: FloatArray) -> tuple[float, float, bool]:
    """Return height of the lobe of the state at the low end, and of the lowest valley beyond it.

    The third is whether there is such a valley.

    Parameters
    ----------
    distance : ndarray, shape (n_u,)
        D along u, V.
    """
    peaks = find_peaks(distance, prominence=PROMINENCE)[0]
    valleys = find_peaks(-distance, prominence=PROMINENCE)[0]
    rising = np.flatnonzero((distance[:-1] <= 0) & (distance[1:] > 0))
    state = 0 if distance[0] > 0 or not rising.size else int(rising[0])
    least_steep = float(distance[1 + np.diff(distance[1:-1]).argmin()])
    beyond = [_vertex(distance, i) for i in valleys[valleys > state].tolist()]
    before = [_vertex(distance, i) for i in peaks[peaks <= state].tolist()]
    after = [_vertex(distance, i) for i in peaks[peaks > state].tolist()]
    valley = min(beyond, default=least_steep)
    if before:
        return max(before), valley, bool(beyond)
    if not after:
        return least_steep, valley, bool(beyond)
    # Up to where D falls below zero all maxima are of this lobe.
    falling = np.flatnonzero((distance[:-1] > 0) & (distance[1:] <= 0))
    falling = falling[falling > state]
    own = (
        peaks[(peaks > state) & (peaks <= falling[0])] if falling.size else peaks[peaks > state][:1]
    )
    return max(_vertex(distance, i) for i in own.tolist()), valley, bool(beyond)


def _vertex(values: FloatArray, at: int) -> float:
    """Return the extremum of the parabola through a point and its neighbours."""
    left, middle, right = (float(v) for v in values[at - 1 : at + 2])
    curvature = left - 2 * middle + right
    return middle - (right - left) ** 2 / (8 * curvature) if curvature else middle


def curve_distance(vin: FloatArray, q: FloatArray, qb: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return u and D(u) of butterflies (see the module), over the u that both curves reach.

    Parameters
    ----------
    vin, q, qb : ndarray
        As for :func:`lobes`, finite.

    Returns
    -------
    (ndarray, ndarray), shape (n_samples, n_u)
        u and D, V; u uniform and increasing along each row.
    """
    factor = max(1, round(FINE_STEPS / (vin.size - 1)))
    fine, left = refine(vin, q, factor)
    _, right = refine(vin, qb, factor)
    u_right, w_right = (fine - right) / ROOT2, (fine + right) / ROOT2
    # Falling with the input, so turned round to rise.
    u_left, w_left = ((left - fine) / ROOT2)[:, ::-1], ((left + fine) / ROOT2)[:, ::-1]
    low = np.maximum(u_right[:, 0], u_left[:, 0])
    high = np.minimum(u_right[:, -1], u_left[:, -1])
    u = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, FINE_STEPS + 1)
    distance = interpolate_rows(u, u_right, w_right) - interpolate_rows(u, u_left, w_left)
    return u, distance
