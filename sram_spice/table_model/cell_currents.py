"""The currents of one cell over the grid of bit-line voltages, solved from its transistors.

Until a cell has lost its state its two storage nodes follow the bit lines: Newton's method on both,
BL going down from above VDD in the steps of the grid, as a sweep of the simulator would. That takes
a fiftieth of such a sweep, and the same transistors serve every word-line voltage and supply.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_kernel import OTHER, OWN, QB, Q, add_current, transistor_current
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.cell_transistors import CellTransistors
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.kernels import IntArray, compiled
from sram_spice.table_model.table_points import bl_axis, blb_axis
from sram_spice.table_model.transistor_table import DEGREE

HELD = 1e-3  # V between the storage nodes
ITERATIONS = 40
NODE_STEP = 0.1  # V, a storage node moves at most in one iteration
TOLERANCE = 1e-9  # V
FINER = 8  # steps instead of one where a cell does not follow: it is near its trip


@dataclass(frozen=True)
class CellCurrents:
    """Currents of mismatched cells.

    Attributes
    ----------
    current : ndarray, shape (n, n_bl, n_blb, 2)
        From BL and from BLB into the cell, A; NaN where the cell does not hold its state.
    """

    current: FloatArray

    @property
    def held(self) -> NDArray[np.bool_]:
        """Where a cell holds its state, shape (n, n_bl, n_blb)."""
        return np.asarray(np.isfinite(self.current[..., 0]))


def cell_currents(setup: CellSetup, z: FloatArray, transistors: CellTransistors) -> CellCurrents:
    """Follow cells from BL above VDD down, at every BLB.

    Parameters
    ----------
    setup : CellSetup
    z : ndarray, shape (n, roles)
        Shifts in sigmas, within Z_LIMIT.
    transistors : CellTransistors
        Of this setup.
    """
    bl, blb = bl_axis(setup.vdd), blb_axis(setup.vdd)
    current = np.full((len(z), bl.size, blb.size, 2), np.nan)
    powers = np.vander(z.reshape(-1) / SCALE, DEGREE + 1, increasing=True)
    powers = powers.reshape(*z.shape, DEGREE + 1)
    follow_cells(
        transistors.splines,
        transistors.grid,
        transistors.wiring,
        powers,
        bl,
        blb,
        setup.vdd,
        current,
    )
    return CellCurrents(current)


@compiled
def follow_cells(
    splines: FloatArray,
    grid: FloatArray,
    wiring: IntArray,
    powers: FloatArray,
    bl: FloatArray,
    blb: FloatArray,
    vdd: float,
    current: FloatArray,
) -> None:
    """Solve both storage nodes of each cell over a grid of bit-line voltages.

    Parameters
    ----------
    splines, grid, wiring
        As in :class:`CellTransistors`.
    powers : ndarray, shape (n, roles, DEGREE + 1)
        Of the shifts, z / SCALE.
    bl, blb : ndarray
        V, ascending.
    vdd : float
        V, where q begins.
    current : ndarray, shape (n, n_bl, n_blb, 2)
        Overwritten where the cell holds its state.
    """
    n, roles = powers.shape[0], powers.shape[1]
    planes = np.empty((roles, 2, splines.shape[1], splines.shape[2], 1))
    local, f, jac = np.empty(4), np.empty(4), np.empty((4, 4))
    before = np.empty(2)
    for s in range(n):
        for r in range(roles):
            for k in range(2):
                if wiring[r, 3 * k] >= 0:
                    _plane(splines[wiring[r, 3 * k]], powers[s, r], planes[r, k])
        for k in range(blb.size):
            local[Q], local[QB], local[OTHER] = vdd, 0.0, blb[k]
            for b in range(bl.size - 1, -1, -1):
                before[0], before[1] = local[Q], local[QB]
                local[OWN] = bl[b]
                held = _settle(planes, grid, wiring, local, f, jac)
                if not held and b + 1 < bl.size:
                    local[Q], local[QB] = before[0], before[1]
                    for part in range(1, FINER + 1):
                        local[OWN] = bl[b + 1] + (bl[b] - bl[b + 1]) * part / FINER
                        held = _settle(planes, grid, wiring, local, f, jac)
                        if not held:
                            break
                if not held:
                    break
                current[s, b, k, 0], current[s, b, k, 1] = f[OWN], f[OTHER]


@compiled
def _plane(spline: FloatArray, powers: FloatArray, plane: FloatArray) -> None:
    """Set the spline of one transistor, shape (n, n, 1), at its shift."""
    for i in range(spline.shape[0]):
        for j in range(spline.shape[1]):
            value = 0.0
            for p in range(spline.shape[2]):
                value += spline[i, j, p] * powers[p]
            plane[i, j, 0] = value


@compiled
def _settle(
    planes: FloatArray,
    grid: FloatArray,
    wiring: IntArray,
    local: FloatArray,
    f: FloatArray,
    jac: FloatArray,
) -> bool:
    """Find V(q) and V(qb) near where they are; tell whether the cell rests there in its state.

    A point where the determinant is not positive is no place to rest: charge would leave it.
    """
    one, patch = np.ones(1), np.empty(16)
    for _ in range(ITERATIONS):
        f[:] = 0.0
        jac[:] = 0.0
        for r in range(len(wiring)):
            a, b = wiring[r, 1], wiring[r, 2]
            for k in range(2):
                table = wiring[r, 3 * k]
                if table >= 0:
                    i, ia, ib = transistor_current(
                        planes[r, k], grid[table, 0], grid[table, 1], local[a], local[b], one, patch
                    )
                    add_current(f, jac, wiring[r, 1 + k], a, b, i, ia, ib)
        determinant = jac[Q, Q] * jac[QB, QB] - jac[Q, QB] * jac[QB, Q]
        if determinant <= 0.0:
            return False
        d0 = -(jac[QB, QB] * f[Q] - jac[Q, QB] * f[QB]) / determinant
        d1 = -(jac[Q, Q] * f[QB] - jac[QB, Q] * f[Q]) / determinant
        local[Q] += min(max(d0, -NODE_STEP), NODE_STEP)
        local[QB] += min(max(d1, -NODE_STEP), NODE_STEP)
        if max(abs(d0), abs(d1)) < TOLERANCE:
            return bool(local[Q] - local[QB] > HELD)
    return False
