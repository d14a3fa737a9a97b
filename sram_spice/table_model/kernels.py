"""The compiled inner loops: power sums over cells, trip voltages, Newton on two polynomials.

numba instead of NumPy: power sums of 64 6T cells take 0.9 us instead of 3.1 us, of 8T cells 1.1 us
instead of 16 us (benchmarks/bench_table.py): NumPy writes every power of every shift to memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sram_spice.results.compiled import compiled as kept
from sram_spice.simulation.job import FloatArray

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
IntArray = NDArray[np.int64]

INSIDE, OUTSIDE, LOST = 0, 1, 2
TOLERANCE = 1e-10  # of the half width of the box
ITERATIONS = 40
ROOM = 1.25  # Newton may look a little beyond the box, a solution may not be there


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel; sums in any order."""
    return kept(function, fastmath={"reassoc", "contract", "nsz", "arcp"})


@compiled
def power_sums(
    z: FloatArray,
    scale: float,
    degree: IntArray,
    terms: IntArray,
    target: IntArray,
    out: FloatArray,
    largest: FloatArray,
) -> None:
    """Add up features over the cells of each column.

    Parameters
    ----------
    z : ndarray, shape (n, roles, rows)
        Shifts in sigmas.
    scale : float
        Features are powers of z / scale.
    degree : ndarray, shape (roles,)
        Highest power of each role.
    terms : ndarray, shape (features, 4)
        First role, its power, second role, its power.
    target : ndarray, shape (features,)
        Columns of `out` that are overwritten.
    out : ndarray, shape (n, at least features)
    largest : ndarray, shape (n,)
        Raised to the largest abs(z) of each column.
    """
    n, roles, rows = z.shape
    power = np.ones((roles, degree.max() + 1, rows))
    for s in range(n):
        top = largest[s]
        for i in range(roles):
            for r in range(rows):
                top = max(top, abs(z[s, i, r]))
                power[i, 1, r] = z[s, i, r] / scale
            for p in range(2, degree[i] + 1):
                for r in range(rows):
                    power[i, p, r] = power[i, p - 1, r] * power[i, 1, r]
        largest[s] = top
        for f in range(terms.shape[0]):
            first, second = power[terms[f, 0], terms[f, 1]], power[terms[f, 2], terms[f, 3]]
            total = 0.0
            if terms[f, 3]:
                for r in range(rows):
                    total += first[r] * second[r]
            else:
                for r in range(rows):
                    total += first[r]
            out[s, target[f]] = total


@compiled
def cell_trips(
    z: FloatArray, scale: float, terms: IntArray, weight: FloatArray, out: FloatArray
) -> None:
    """Evaluate the trip voltage of every cell.

    Parameters
    ----------
    z : ndarray, shape (n, roles, rows)
    scale : float
    terms : ndarray, shape (features, 4)
    weight : ndarray, shape (features,)
        Coefficients of the trip voltage, V; features of weight 0 are skipped.
    out : ndarray, shape (n, rows)
        Overwritten, V.
    """
    n, _, rows = z.shape
    for s in range(n):
        out[s, :] = 0.0
        for f in range(terms.shape[0]):
            if weight[f] == 0.0:
                continue
            for r in range(rows):
                value = weight[f]
                for _ in range(terms[f, 1]):
                    value *= z[s, terms[f, 0], r] / scale
                for _ in range(terms[f, 3]):
                    value *= z[s, terms[f, 2], r] / scale
                out[s, r] += value


@compiled
def solve_polynomials(poly: FloatArray, solution: FloatArray, code: IntArray) -> None:
    """Solve Kirchhoff at both bit lines of each column by Newton's method.

    Parameters
    ----------
    poly : ndarray, shape (n, 2 m m)
        Current out of BL, then out of BLB, of each column: coefficients of x^i y^j with x, y in
        -1 ... 1 across the box.
    solution : ndarray, shape (n, 2)
        Overwritten with x, y.
    code : ndarray, shape (n,)
        Overwritten: INSIDE, OUTSIDE the box, LOST (no convergence).
    """
    n = poly.shape[0]
    m = int(np.sqrt(poly.shape[1] / 2 + 0.5))
    f, fx, fy = np.empty(2), np.empty(2), np.empty(2)
    for s in range(n):
        x, y = 0.0, 0.0
        code[s] = LOST
        for _ in range(ITERATIONS):
            for line in range(2):
                f[line], fx[line], fy[line] = evaluate_polynomial(poly[s], line * m * m, m, x, y)
            determinant = fx[0] * fy[1] - fx[1] * fy[0]
            if determinant == 0.0:
                break
            dx = (f[1] * fy[0] - f[0] * fy[1]) / determinant
            dy = (f[0] * fx[1] - f[1] * fx[0]) / determinant
            new_x, new_y = min(max(x + dx, -ROOM), ROOM), min(max(y + dy, -ROOM), ROOM)
            moved = max(abs(new_x - x), abs(new_y - y))
            x, y = new_x, new_y
            if moved < TOLERANCE:
                code[s] = INSIDE if max(abs(x), abs(y)) <= 1.0 else OUTSIDE
                break
        solution[s, 0], solution[s, 1] = x, y


@compiled
def evaluate_polynomial(
    poly: FloatArray, start: int, m: int, x: float, y: float
) -> tuple[float, float, float]:
    """Return a polynomial in x and y and its two derivatives."""
    f, fx, fy = 0.0, 0.0, 0.0
    for i in range(m - 1, -1, -1):
        row, slope = 0.0, 0.0
        for j in range(m - 1, -1, -1):
            slope = slope * y + row
            row = row * y + poly[start + i * m + j]
        fx = fx * x + f
        f = f * x + row
        fy = fy * x + slope
    return f, fx, fy


@compiled
def running_sums(
    cells: FloatArray,
    devices: IntArray,
    scale: float,
    degree: IntArray,
    terms: IntArray,
    out: FloatArray,
) -> None:
    """Add up features over the rows of each column, one row after the other.

    Parameters
    ----------
    cells : ndarray, shape (n, transistors)
        Shifts in sigmas.
    devices : ndarray, shape (rows, roles)
        Transistor by row and role; rows with a negative one contribute nothing.
    scale : float
    degree : ndarray, shape (roles,)
    terms : ndarray, shape (features, 4)
        As in :func:`power_sums`.
    out : ndarray, shape (rows + 1, n, features)
        Overwritten: out[r] is the sum over the first r rows.
    """
    n, (rows, roles), features = cells.shape[0], devices.shape, terms.shape[0]
    power = np.ones((roles, degree.max() + 1))
    out[0] = 0.0
    for r in range(rows):
        if devices[r, 0] < 0:
            out[r + 1] = out[r]
            continue
        for s in range(n):
            for i in range(roles):
                t = cells[s, devices[r, i]] / scale
                for p in range(1, degree[i] + 1):
                    power[i, p] = power[i, p - 1] * t
            for f in range(features):
                value = power[terms[f, 0], terms[f, 1]] * power[terms[f, 2], terms[f, 3]]
                out[r + 1, s, f] = out[r, s, f] + value
