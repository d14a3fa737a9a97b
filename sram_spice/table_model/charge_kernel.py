"""The compiled charge of a bit line over its voltage."""

from __future__ import annotations

import numpy as np

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.kernels import compiled


@compiled
def charge_at(
    capacitance: FloatArray, charge: FloatArray, grid: FloatArray, volts: float
) -> tuple[float, float]:
    """Return the charge at a voltage, C, and the capacitance, F, which ends as it is at the ends.

    Parameters
    ----------
    capacitance, charge : ndarray, shape (points,)
        The first is linear between the points.
    grid : ndarray, shape (2,)
        Lowest voltage and step, V.
    volts : float
        V.
    """
    u = (volts - grid[0]) / grid[1]
    k = min(max(int(np.floor(u)), 0), charge.size - 2)
    part = min(max(u - k, 0.0), 1.0)
    here = capacitance[k] + part * (capacitance[k + 1] - capacitance[k])
    within = charge[k] + grid[1] * part * (capacitance[k] + here) / 2.0
    return within + (u - k - part) * grid[1] * here, here


@compiled
def charges_at(
    capacitance: FloatArray,
    charge: FloatArray,
    grid: FloatArray,
    volts: FloatArray,
    out: FloatArray,
) -> None:
    """Evaluate the charge of the bit lines of each column, C.

    Parameters
    ----------
    capacitance, charge : ndarray, shape (n, 2, points)
    grid : ndarray, shape (2,)
        Lowest voltage and step, V.
    volts : ndarray, shape (2,)
        V_BL and V_BLB, V.
    out : ndarray, shape (n, 2)
        Overwritten, C.
    """
    for s in range(charge.shape[0]):
        for line in range(2):
            out[s, line] = charge_at(capacitance[s, line], charge[s, line], grid, volts[line])[0]
