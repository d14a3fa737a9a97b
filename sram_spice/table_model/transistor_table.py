"""Currents of single transistors, tabulated by the simulator over two voltages and their shift.

Near its write trip a cell's current has a square-root singularity in the bit-line voltage, at
another voltage for every cell: no polynomial in the mismatch follows it. The current of a
transistor has none, so such cells are solved from their transistors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import spline_filter

from sram_spice.errors import SimulatorError
from sram_spice.simulation import DcSweep, Job, SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.progress import Progress
from sram_spice.table_model.features import SCALE, Z_LIMIT

SHIFTS = 17  # at which it is simulated, Chebyshev's: what leaks is an exponential of them
DEGREE = SHIFTS - 1  # in the shift: through all of them
STEP = 0.0125  # V; cubic splines are then within 1e-4 of a subthreshold current
MARGIN = 0.125  # part of the supply below 0 and beyond it: bit lines go there
EDGE = 5  # points beyond: a spline knows no slope at its ends, and forgets it in so many
SUPPLIES = 0.25  # V: designs up to a multiple of it have one table
ROUNDING = 1e-9
LINES_PER_JOB = 100


@dataclass(frozen=True)
class TransistorTable:
    """Currents into a transistor at its two nodes.

    Attributes
    ----------
    grid : ndarray, shape (2,)
        Lowest voltage and step of either axis, V.
    spline : ndarray, shape (n, n, DEGREE + 1)
        Cubic B-spline coefficients over (first, second node) of the current into the first, A, of
        powers of z / SCALE.
    second : ndarray, shape (n, n, DEGREE + 1)
        The same of the current into the second node: what comes from the first, and what the gate
        takes, some 0.1 nA that 64 cells together draw from a bit line.
    """

    grid: FloatArray
    spline: FloatArray
    second: FloatArray


def tabulated_supply(vdd: float) -> float:
    """Return the supply, V, up to which a transistor is tabulated for a supply of `vdd`."""
    return SUPPLIES * math.ceil(vdd / SUPPLIES - ROUNDING)


def build_transistor_table(
    deck: str, sigma: float, supply: float, pool: SimulatorPool, progress: Progress
) -> TransistorTable:
    """Simulate a transistor over the grid and fit its table.

    Parameters
    ----------
    deck : str
        Of :func:`transistor_deck`.
    sigma : float
        sigma(VT), V.
    supply : float
        Highest supply that it is to serve, V.
    pool : SimulatorPool
    progress : Progress

    Raises
    ------
    SimulatorError
        A sweep of one transistor between ideal sources gave nothing.
    """
    below = math.ceil(MARGIN * supply / STEP - ROUNDING) + EDGE
    count = math.ceil(supply / STEP - ROUNDING) + 2 * below + 1
    axis = STEP * np.arange(-below, count - below)
    z = Z_LIMIT * np.cos(np.pi * (np.arange(SHIFTS) + 0.5) / SHIFTS)
    points = [[shift * sigma, v] for shift in z.tolist() for v in axis.tolist()]
    sweep = DcSweep("vx", float(axis[0]), float(axis[-1]), STEP)
    currents = _simulate(deck, sweep, points, count, pool, progress)
    basis = np.vander(z / SCALE, DEGREE + 1, increasing=True)
    first, second = (
        _spline(np.linalg.solve(basis, one.reshape(SHIFTS, -1)), count) for one in currents
    )
    return TransistorTable(np.array([axis[0], STEP]), first, second)


def _spline(powers: FloatArray, count: int) -> FloatArray:
    planes = powers.reshape(DEGREE + 1, count, count)  # power, second, first
    spline = [spline_filter(plane.T, order=3, mode="mirror") for plane in planes]
    return np.ascontiguousarray(np.stack(spline, axis=-1))


def _simulate(
    deck: str,
    sweep: DcSweep,
    points: Sequence[Sequence[float]],
    count: int,
    pool: SimulatorPool,
    progress: Progress,
) -> FloatArray:
    table = np.array(points)
    job = Job(deck, sweep, ("vx#branch", "vy#branch"), alter=("@mdut[delvto]", "@vy[dc]"),
              points=np.zeros((0, 2)), label="transistor table")  # fmt: skip
    jobs = (
        replace(job, points=table[start : start + LINES_PER_JOB])
        for start in range(0, len(table), LINES_PER_JOB)
    )
    found = np.empty((2, len(table), count))
    progress.begin("transistor table", len(table))
    for result in pool.run(jobs):
        if result.values is None or result.values.shape[1] != count:
            raise SimulatorError(f"a transistor cannot be tabulated: {result.detail}")
        found[:, result.job * LINES_PER_JOB + result.point] = -result.values[1:]
        progress.point(result.status)
    return found
