"""Currents of single transistors, tabulated by the simulator over two voltages and their shift.

Near its write trip a cell's current has a square-root singularity in the bit-line voltage, at
another voltage for every cell: no polynomial in the mismatch follows it. The current of a
transistor has none, so such cells are solved from their transistors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import spline_filter

from sram_spice.errors import SimulatorError
from sram_spice.simulation import DcSweep, Job, SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.progress import Progress
from sram_spice.table_model.features import SCALE, Z_LIMIT

DEGREE = 11  # in the shift; within 0.3 nA of 20 uA up to 4 sigmas: what a cell near its trip feels
SHIFTS = 17  # at which it is simulated
STEP = 0.0125  # part of VDD; cubic splines are then within 1e-4 of a subthreshold current
MARGIN = 0.1  # part of VDD below 0 and beyond the supply
SPREAD = 2.0  # sigmas: weight of the shifts in the regression
LINES_PER_JOB = 100


@dataclass(frozen=True)
class TransistorTable:
    """Current into a transistor at the first of its two nodes.

    Attributes
    ----------
    grid : ndarray, shape (2,)
        Lowest voltage and step of either axis, V.
    spline : ndarray, shape (n, n, DEGREE + 1)
        Cubic B-spline coefficients over (first, second node), A, of powers of z / SCALE.
    """

    grid: FloatArray
    spline: FloatArray


def build_transistor_table(
    deck: str, sigma: float, vdd: float, pool: SimulatorPool, progress: Progress
) -> TransistorTable:
    """Simulate a transistor over the grid and fit its table.

    Raises
    ------
    SimulatorError
        A sweep of one transistor between ideal sources gave nothing.
    """
    count = round((1 + 2 * MARGIN) / STEP) + 1
    low, step = -MARGIN * vdd, STEP * vdd
    axis = low + step * np.arange(count)
    z = Z_LIMIT * np.cos(np.pi * (np.arange(SHIFTS) + 0.5) / SHIFTS)
    points = [[shift * sigma, v] for shift in z.tolist() for v in axis.tolist()]
    sweep = DcSweep("vx", float(axis[0]), float(axis[-1]), step)
    current = _simulate(deck, sweep, points, count, pool, progress)
    basis = np.vander(z / SCALE, DEGREE + 1, increasing=True)
    root = np.exp(-0.25 * (z / SPREAD) ** 2)[:, None]
    flat = current.reshape(SHIFTS, -1)
    fitted = np.linalg.lstsq(basis * root, flat * root, rcond=None)[0]
    planes = fitted.reshape(DEGREE + 1, count, count)  # power, second, first
    spline = [spline_filter(plane.T, order=3, mode="mirror") for plane in planes]
    return TransistorTable(np.array([low, step]), np.ascontiguousarray(np.stack(spline, axis=-1)))


def _simulate(
    deck: str,
    sweep: DcSweep,
    points: Sequence[Sequence[float]],
    count: int,
    pool: SimulatorPool,
    progress: Progress,
) -> FloatArray:
    table = np.array(points)
    job = Job(deck, sweep, ("vx#branch",), alter=("@mdut[delvto]", "@vy[dc]"),
              points=np.zeros((0, 2)), label="transistor table")  # fmt: skip
    jobs = (
        replace(job, points=table[start : start + LINES_PER_JOB])
        for start in range(0, len(table), LINES_PER_JOB)
    )
    found = np.empty((len(table), count))
    progress.begin("transistor table", len(table))
    for result in pool.run(jobs):
        if result.values is None or result.values.shape[1] != count:
            raise SimulatorError(f"a transistor cannot be tabulated: {result.detail}")
        found[result.job * LINES_PER_JOB + result.point] = -result.values[1]
        progress.point(result.status)
    return found
