"""Where cells are tabulated: bit-line voltages and mismatch vectors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.interpolate import BSpline, make_interp_spline
from scipy.stats import norm, qmc

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.features import Z_LIMIT

SPREAD = 1.6  # of the vectors, in sigmas: tails are to be fitted, not extrapolated
FITTED = 1.25  # spread for which the weighted regression is best
STEP = 0.025  # part of VDD between two points of a sweep of BL
BELOW = 0.1  # part of VDD below 0: trip voltages are fitted from both sides of it
ABOVE = 0.125  # part of VDD beyond the supply: gates couple into a line that nothing holds
DEGREE = 5  # of the splines in the voltages
ROUNDING = 1e-12  # V
# Stored-0 side: triode region, then smooth saturation.
LOW_SIDE = (-0.025, 0.0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.25, 0.3, 0.35, 0.4,
            0.475, 0.55, 0.65, 0.75, 0.85, 0.95, 1.025, 1.125)  # fmt: skip

PER_FIT = 6  # cells solved, per fitted coefficient


@dataclass(frozen=True)
class MismatchPoints:
    """Mismatch vectors at which a cell is simulated.

    Attributes
    ----------
    z : ndarray, shape (n, roles)
        Shifts in sigmas; row 0 is the nominal cell.
    weight : ndarray, shape (n,)
        Weight in the regression, mean 1.
    """

    z: FloatArray
    weight: FloatArray


def mismatch_points(roles: int, least: int) -> MismatchPoints:
    """Return quasi-random normal vectors of spread SPREAD, weighted to a spread of FITTED.

    There are `least` of them or somewhat more: Sobol's points come in powers of two.
    """
    count = 2 ** (least - 1).bit_length()
    uniform = qmc.Sobol(roles, seed=roles).random(count)[1:]
    drawn = norm.ppf(np.clip(uniform, 1e-9, 1 - 1e-9)) * SPREAD
    z = np.concatenate([np.zeros((1, roles)), np.clip(drawn, -Z_LIMIT, Z_LIMIT)])
    weight = np.exp(-0.5 * (z**2).sum(axis=1) * (FITTED**-2 - SPREAD**-2))
    return MismatchPoints(z, np.asarray(weight / weight.mean()))


def bl_axis(vdd: float) -> FloatArray:
    """Return the voltages of BL, V, ascending."""
    count = round((1 + BELOW + ABOVE) / STEP) + 1
    return np.asarray(np.linspace(-BELOW, 1 + ABOVE, count) * vdd)


def blb_axis(vdd: float) -> FloatArray:
    """Return the voltages of BLB, V, ascending."""
    return np.array(LOW_SIDE) * vdd


def interpolation_matrix(axis: FloatArray, at: FloatArray) -> FloatArray:
    """Return the matrix that takes values on an axis to their spline at other voltages.

    Parameters
    ----------
    axis : ndarray, shape (n,)
        V, ascending.
    at : ndarray, shape (m,)
        V, within the axis.

    Returns
    -------
    ndarray, shape (m, n)
        Not to be written to: all cells of a level share it.
    """
    return _matrix(axis.tobytes(), at.tobytes())


@lru_cache(maxsize=16)
def _matrix(axis: bytes, at: bytes) -> FloatArray:
    points, wanted = np.frombuffer(axis), np.frombuffer(at)
    inside = np.clip(wanted, points[0], points[-1])
    if np.abs(inside - wanted).max() > ROUNDING:
        raise ValueError("a table is never extrapolated")
    matrix = np.asarray(_splines(axis)(inside))
    matrix.flags.writeable = False
    return matrix


@lru_cache(maxsize=16)
def _splines(axis: bytes) -> BSpline:
    """Return the splines through a 1 at each point of an axis: thousands of levels share them."""
    points = np.frombuffer(axis)
    return make_interp_spline(points, np.eye(points.size), k=DEGREE)
