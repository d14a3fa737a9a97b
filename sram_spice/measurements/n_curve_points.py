"""The points of N-curves: where no current flows, and how large it gets between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.measurements.row_interpolation import peak, refine
from sram_spice.simulation.job import FloatArray

FINE_STEPS = 2000  # of the node voltage, by splines


@dataclass(frozen=True)
class NCurvePoints:
    """N-curves in four numbers, each of shape (n_samples,); NaN where a curve is not finite.

    Attributes
    ----------
    svnm : ndarray
        Static voltage noise margin, V: from A, where the node is low and stable, to B, where it
        is metastable. 0 when A and B do not exist: the cell cannot hold a 0 there.
    sinm : ndarray
        Static current noise margin, A: the largest current between A and B, 0 likewise.
    wtv : ndarray
        Write trip voltage, V: from B to C, where the node is high and stable; 0 likewise. C is the
        last zero: a cell may have another stable one in the middle.
    wti : ndarray
        Write trip current, A: the largest negative current between B and C (negative), 0 likewise.
    """

    svnm: FloatArray
    sinm: FloatArray
    wtv: FloatArray
    wti: FloatArray


def n_curve_points(voltage: FloatArray, current: FloatArray) -> NCurvePoints:
    """Return the four numbers of N-curves.

    Parameters
    ----------
    voltage : ndarray, shape (n_points,)
        Of the storage node, V, uniform and increasing.
    current : ndarray, shape (n_samples, n_points)
        Into that node, A.

    Returns
    -------
    NCurvePoints

    References
    ----------
    C. Wann et al., "SRAM cell design for stability methodology", VLSI-TSA 2005, 21-22.
    E. Grossar, M. Stucchi, K. Maex, W. Dehaene, "Read stability and write-ability analysis of SRAM
    cells for nanometer technologies", IEEE J. Solid-State Circuits 41(11), 2577-2588, 2006.
    """
    found = np.full((4, len(current)), np.nan)
    good = np.isfinite(current).all(axis=1)
    if good.any():
        factor = max(1, round(FINE_STEPS / (voltage.size - 1)))
        fine, curves = refine(voltage, current[good], factor)
        found[:, good] = _points(fine, curves)
    return NCurvePoints(*found)


def _points(v: FloatArray, curves: FloatArray) -> FloatArray:
    positive = curves > 0
    rising = ~positive[:, :-1] & positive[:, 1:]
    falling = positive[:, :-1] & ~positive[:, 1:]
    at = np.arange(v.size - 1)
    bistable = falling.any(axis=1)
    b = falling.argmax(axis=1)[:, None]
    # The last zero before B and the last of all; at a rail when leakage hides it there.
    before, after = rising & (at < b), rising & (at > b)
    a = np.where(before.any(axis=1), v.size - 2 - before[:, ::-1].argmax(axis=1), 0)[:, None]
    c = np.where(after.any(axis=1), v.size - 2 - after[:, ::-1].argmax(axis=1), v.size - 2)[:, None]
    v_a, v_b, v_c = (_zero(v, curves, i[:, 0]) for i in (a, b, c))
    at = np.arange(v.size)
    highest = peak(curves, (at > a) & (at <= b))
    lowest = -peak(-curves, (at > b) & (at <= c))
    return np.where(bistable, np.array([v_b - v_a, highest, v_c - v_b, lowest]), 0.0)


def _zero(v: FloatArray, curves: FloatArray, at: NDArray[np.intp]) -> FloatArray:
    rows = np.arange(len(curves))
    left, right = curves[rows, at], curves[rows, at + 1]
    step = np.where(left != right, left - right, 1.0)
    part = np.clip(left / step, 0.0, 1.0)  # a zero beyond the grid is taken at its end
    return np.asarray(v[at] + part * (v[at + 1] - v[at]))
