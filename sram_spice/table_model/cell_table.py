"""A cell's currents as sums of features, over the grid of bit-line voltages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.measurements.progress import Progress
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_sweeps import (
    CellCurrents,
    CellSetup,
    simulate_currents,
    simulate_trips,
)
from sram_spice.table_model.features import FeatureSet
from sram_spice.table_model.grid import MismatchPoints, bl_axis, blb_axis, mismatch_points

MOSTLY = 0.5  # part of the weight that has to hold its state for a point of the grid to be valid
PER_FEATURE = 2  # cells that have to hold their state, per fitted coefficient
TRIP_FROM = 0.1  # part of VDD; at a lower BLB no stored 1 is in danger
NEVER = -1e3  # V, trip voltage of cells that hold their state wherever they were simulated


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
    trip_blb : ndarray, shape (n_trip,)
        BLB at which trip voltages are known, V.
    trip : ndarray, shape (n_trip, features)
        Coefficients of the BL below which the cell loses its 1, V.
    """

    bl: FloatArray
    blb: FloatArray
    current: FloatArray
    lowest_bl: FloatArray
    trip_blb: FloatArray
    trip: FloatArray


def build_cell_table(
    setup: CellSetup, features: FeatureSet, pool: SimulatorPool, progress: Progress
) -> CellTable:
    """Simulate a cell and fit its table."""
    points = mismatch_points(len(setup.sigma))
    found = simulate_currents(setup, points.z, pool, progress)
    bl, blb = bl_axis(setup.vdd), blb_axis(setup.vdd)
    current, valid = fit_currents(found, points, features)
    lowest = np.array([bl[row.argmax()] if row.any() else np.inf for row in valid.T])
    chosen = np.flatnonzero(blb >= TRIP_FROM * setup.vdd)
    trips = [
        _fit_trips(setup, points, features, found.held[:, :, i], float(blb[i]), pool, progress)
        for i in chosen
    ]
    return CellTable(bl, blb, current, lowest, blb[chosen], np.array(trips))


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
    setup: CellSetup,
    points: MismatchPoints,
    features: FeatureSet,
    held: NDArray[np.bool_],
    v_blb: float,
    pool: SimulatorPool,
    progress: Progress,
) -> FloatArray:
    """Fit the trip voltage of the cells that trip within the grid."""
    never = np.zeros(len(features))
    never[0] = NEVER
    low = features.low_order
    last = held.argmax(axis=1)  # of a run of held points from the top down
    trips = (last > 0) & held.any(axis=1)
    if trips.sum() < PER_FEATURE * low.size:
        return never
    bl = bl_axis(setup.vdd)
    found = simulate_trips(setup, points.z[trips], bl[last[trips]], v_blb, pool, progress)
    known = np.isfinite(found)
    if known.sum() < PER_FEATURE * low.size:
        return never
    basis = features.evaluate(points.z[trips][known])[:, low]
    root = np.sqrt(points.weight[trips][known])
    fitted = np.linalg.lstsq(basis * root[:, None], found[known] * root, rcond=None)[0]
    coefficients = np.zeros(len(features))
    coefficients[low] = fitted
    return coefficients
