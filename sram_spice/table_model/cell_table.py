"""A cell's currents as sums of features, over the grid of bit-line voltages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_currents import CellCurrents, cell_currents
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.cell_transistors import CellTransistors
from sram_spice.table_model.features import FeatureSet
from sram_spice.table_model.table_points import (
    PER_FIT,
    MismatchPoints,
    bl_axis,
    blb_axis,
    mismatch_points,
)

MOSTLY = 0.5  # part of the weight that has to hold its state for a point of the grid to be valid
PER_FEATURE = 2  # cells that have to hold their state, per fitted coefficient
NEVER = -1e3  # V, trip voltage of cells that hold their state all over the grid


@dataclass(frozen=True)
class CellTable:
    """One cell (product +1) under one word-line voltage.

    Attributes
    ----------
    bl, blb : ndarray
        Axes of the grid, V.
    current : ndarray, shape (features, n_bl, n_blb, 2)
        Coefficients of the current from BL and BLB into the cell, A; below the valid range they
        continue smoothly, for the sake of the splines within it.
    lowest_bl : ndarray, shape (n_blb,)
        Lowest valid BL at each BLB, V.
    trip : ndarray, shape (n_blb, features)
        Coefficients of the BL below which the cell loses its 1, V, at each BLB: to half a step of
        the grid, for the choice of the cells that are solved from their transistors.
    """

    bl: FloatArray
    blb: FloatArray
    current: FloatArray
    lowest_bl: FloatArray
    trip: FloatArray


def build_cell_table(
    setup: CellSetup, features: FeatureSet, transistors: CellTransistors
) -> CellTable:
    """Solve cells from their transistors, and fit the table."""
    points = mismatch_points(len(setup.sigma), PER_FIT * len(features))
    found = cell_currents(setup, points.z, transistors)
    bl, blb = bl_axis(setup.vdd), blb_axis(setup.vdd)
    with threadpool_limits(limits=1, user_api="blas"):
        fitted, valid = fit_currents(found, points, features)
    lowest = np.array([bl[row.argmax()] if row.any() else np.inf for row in valid.T])
    trips = [_fit_trips(points, features, found.held[:, :, i], bl) for i in range(blb.size)]
    return CellTable(bl, blb, fitted, lowest, np.array(trips))


def fit_currents(
    found: CellCurrents, points: MismatchPoints, features: FeatureSet
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return coefficients over the grid, and where they are valid."""
    basis = features.evaluate(points.z)
    root = np.sqrt(points.weight)[:, None]
    held, shape = found.held, found.current.shape[1:]
    everywhere = np.linalg.pinv(basis * root) * root.T
    current = np.full((len(features), *shape), np.nan)
    valid = np.zeros(shape[:2], dtype=bool)
    for column in range(shape[1]):
        for row in reversed(range(shape[0])):
            ok, values = held[:, row, column], found.current[:, row, column]
            share = points.weight[ok].sum() / points.weight.sum()
            if ok.all():
                current[:, row, column] = everywhere @ values
            elif share > MOSTLY and ok.sum() > PER_FEATURE * len(features):
                weighted = basis[ok] * root[ok], values[ok] * root[ok]
                current[:, row, column] = np.linalg.lstsq(*weighted, rcond=None)[0]
            else:
                current[:, : row + 1, column] = _continued(current[:, row + 1 :, column], row + 1)
                break
            valid[row, column] = True
    return current, valid


def _continued(values: FloatArray, count: int) -> FloatArray:
    """Return values for the invalid points below a range, so that splines stay smooth within it.

    A cubic through the last four valid points; no column is ever solved there.
    """
    steps = np.arange(-count, 0)
    weights = np.stack(
        [np.prod([(steps - j) / (i - j) for j in range(4) if j != i], axis=0) for i in range(4)]
    )
    return np.asarray(np.einsum("fic,in->fnc", values[:, :4], weights))


def _fit_trips(
    points: MismatchPoints, features: FeatureSet, held: NDArray[np.bool_], bl: FloatArray
) -> FloatArray:
    """Fit the trip voltage of the cells that trip within the grid, known to half a step of it."""
    never = np.zeros(len(features))
    never[0] = NEVER
    low = features.low_order
    last = held.argmax(axis=1)  # of a run of held points from the top down
    trips = (last > 0) & held.any(axis=1)
    if trips.sum() < PER_FEATURE * low.size:
        return never
    middle = (bl[last[trips]] + bl[last[trips] - 1]) / 2
    basis = features.evaluate(points.z[trips])[:, low]
    root = np.sqrt(points.weight[trips])
    coefficients = np.zeros(len(features))
    coefficients[low] = np.linalg.lstsq(basis * root[:, None], middle * root, rcond=None)[0]
    return coefficients
