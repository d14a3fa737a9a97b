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

from sram_spice.measurements.row_interpolation import interpolate_rows, peak, refine
from sram_spice.simulation.job import FloatArray

FINE_STEPS = 1000  # of the input, and of u; what lies between is interpolated to below 1 uV
ROOT2 = float(np.sqrt(2))


@dataclass(frozen=True)
class Lobes:
    """Sides of the squares in the two lobes of butterflies.

    Attributes
    ----------
    stored_one, stored_zero : ndarray, shape (n_samples,)
        Lobe of the state q high (below the diagonal) and of the state q low, V. Positive: side of
        the largest square inside the lobe. Negative: the lobe is gone, and minus the side of the
        smallest square between the curves where it was. NaN where a curve is not finite.
    """

    stored_one: FloatArray
    stored_zero: FloatArray

    @property
    def smaller(self) -> FloatArray:
        """The smaller of the two, which is the static noise margin of the cell, V."""
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
    With D(u) as in the module: the lobe of q low is where D > 0, that of q high where D < 0. Let
    u0 be the largest D at u <= 0 and u1 the smallest at u >= 0. Then

        q high: max over u >= u0 of -D / sqrt(2),    q low: max over u <= u1 of D / sqrt(2).

    The limits keep out the ends of the curves beyond their outer crossings, where D changes its
    sign once more. Without a lobe the same maximum is negative, and it goes through zero
    continuously: there the curves touch.

    References
    ----------
    E. Seevinck, F. J. List, J. Lohstroh, "Static-noise margin analysis of MOS SRAM cells",
    IEEE J. Solid-State Circuits 22(5), 748-754, 1987, section III.
    """
    found = np.full((2, len(q)), np.nan)
    good = np.isfinite(q).all(axis=1) & np.isfinite(qb).all(axis=1)
    if good.any():
        u, distance = curve_distance(vin, q[good], qb[good])
        from_top = np.arange(u.shape[1]) >= np.where(u <= 0, distance, -np.inf).argmax(1)[:, None]
        to_bottom = np.arange(u.shape[1]) <= np.where(u >= 0, distance, np.inf).argmin(1)[:, None]
        found[0, good] = peak(-distance, from_top) / ROOT2
        found[1, good] = peak(distance, to_bottom) / ROOT2
    return Lobes(found[0], found[1])


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
