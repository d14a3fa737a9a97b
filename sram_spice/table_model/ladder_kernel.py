"""Compiled: columns whose bit lines and rails are ladders, each cell at its own voltages."""

from __future__ import annotations

import numpy as np

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.kernels import IntArray, compiled, evaluate_polynomial

SOLVED, UNSOLVED = 0, 1
PRECISE = 1e-9  # V, last step of Newton's method
RAILS_PRECISE = 2e-6  # V, last change of a rail; the next one would be a tenth of it
ITERATIONS, ROUNDS = 40, 12
LONGEST = 0.05  # V, step of Newton's method
ROOM = 1.25  # of the box, within which Newton may look


@compiled
def solve_ladders(
    cells: FloatArray,
    loads: FloatArray,
    kind: IntArray,
    order: IntArray,
    degree: IntArray,
    terms: IntArray,
    weight: FloatArray,
    scale: float,
    at_ground: FloatArray,
    at_supply: FloatArray,
    center: FloatArray,
    half: FloatArray,
    conductance: FloatArray,
    feeds: IntArray,
    load_node: int,
    lines: FloatArray,
    code: IntArray,
) -> None:
    """Solve Kirchhoff at every node of both bit lines, and of both rails.

    Nodes of a line: the near end, the rows, the far end.

    Parameters
    ----------
    cells : ndarray, shape (n, transistors)
        Shifts in sigmas, in the order of a column's devices.
    loads : ndarray, shape (n, 2, m)
        Current out of each line into its load (negative), A: coefficients of x^i, x in -1 ... 1
        across the box.
    kind : ndarray, shape (n, rows)
        Kind of each row.
    order : ndarray, shape (kinds, roles)
        Transistor of a row by its role in the tabulated cell.
    degree : ndarray, shape (kinds, roles)
        Highest power of each role.
    terms : ndarray, shape (kinds, features, 4)
        First role, its power, second role, its power.
    weight : ndarray, shape (kinds, features, 2 m m)
        Current out of BL and BLB into a cell, A, of each feature: coefficients of x^i y^j.
    scale : float
        Features are powers of z / scale.
    at_ground, at_supply : ndarray, shape (kinds, roles)
        Shift of a role, z / scale, per volt of the local ground, and of what a cell's supply has
        less than VDD.
    center, half : ndarray, shape (2,)
        The box, V, seen from the local ground.
    conductance : ndarray, shape (3,)
        Of one cell of bit line, of ground rail, of supply rail, S; 0: an ideal rail.
    feeds : ndarray, shape (2,)
        1 where rails come in: near, far.
    load_node : int
    lines : ndarray, shape (n, rows + 2, 2)
        Where to start, V; overwritten with the solution.
    code : ndarray, shape (n,)
        Overwritten: SOLVED, UNSOLVED (no convergence, or a row outside of the box).
    """
    n, rows = kind.shape
    roles, features = order.shape[1], terms.shape[1]
    m = loads.shape[2]
    g = conductance[0]
    poly = np.empty((rows, 2 * m * m))
    power = np.ones((roles, degree.max() + 1))
    ground, supply = np.zeros(rows), np.zeros(rows)
    into_ground, from_supply = np.empty(rows), np.empty(rows)
    with_rails = conductance[1] > 0.0 or conductance[2] > 0.0
    inverse, right = np.empty((rows + 2, 4)), np.empty((rows + 2, 2))
    for s in range(n):
        code[s] = UNSOLVED
        ground[:] = 0.0
        supply[:] = 0.0
        v = lines[s]
        for _ in range(ROUNDS):
            for r in range(rows):
                k = kind[s, r]
                for i in range(roles):
                    t = cells[s, r * roles + order[k, i]] / scale
                    t += at_ground[k, i] * ground[r]
                    t += at_supply[k, i] * (ground[r] + supply[r])
                    for p in range(1, degree[k, i] + 1):
                        power[i, p] = power[i, p - 1] * t
                poly[r] = 0.0
                for f in range(features):
                    value = power[terms[k, f, 0], terms[k, f, 1]]
                    value *= power[terms[k, f, 2], terms[k, f, 3]]
                    for c in range(2 * m * m):
                        poly[r, c] += value * weight[k, f, c]
            inside = _solve_lines(
                poly, loads[s], ground, center, half, g, load_node, v, inverse, right, into_ground,
                from_supply,
            )  # fmt: skip
            if not with_rails:
                break
            change = 0.0
            if conductance[1] > 0.0:
                change = max(change, _rail(into_ground, conductance[1], feeds, ground))
            if conductance[2] > 0.0:
                change = max(change, _rail(from_supply, conductance[2], feeds, supply))
            if not inside or change < RAILS_PRECISE:
                break
        code[s] = SOLVED if inside else UNSOLVED


@compiled
def _solve_lines(
    poly: FloatArray,
    load: FloatArray,
    ground: FloatArray,
    center: FloatArray,
    half: FloatArray,
    g: float,
    load_node: int,
    v: FloatArray,
    inverse: FloatArray,
    right: FloatArray,
    into_ground: FloatArray,
    from_supply: FloatArray,
) -> bool:
    """Newton's method on both lines: blocks of two, one per node, in three diagonals."""
    rows, m = poly.shape[0], load.shape[1]
    nodes = rows + 2
    inside, settled = True, False
    for _ in range(ITERATIONS):
        inside = True
        for node in range(nodes):
            # Half a piece at the ends.
            left = 0.0 if node == 0 else 2 * g if node in (1, nodes - 1) else g
            after = 0.0 if node == nodes - 1 else 2 * g if node in (0, nodes - 2) else g
            a, b, c, d = left + after, 0.0, 0.0, left + after
            f0, f1 = 0.0, 0.0
            if node > 0:
                f0 += left * (v[node, 0] - v[node - 1, 0])
                f1 += left * (v[node, 1] - v[node - 1, 1])
            if node < nodes - 1:
                f0 += after * (v[node, 0] - v[node + 1, 0])
                f1 += after * (v[node, 1] - v[node + 1, 1])
            if 0 < node < nodes - 1:
                r = node - 1
                x = (v[node, 0] - ground[r] - center[0]) / half[0]
                y = (v[node, 1] - ground[r] - center[1]) / half[1]
                inside = inside and max(abs(x), abs(y)) <= 1.0
                x, y = min(max(x, -ROOM), ROOM), min(max(y, -ROOM), ROOM)
                i0, by_x0, by_y0 = evaluate_polynomial(poly[r], 0, m, x, y)
                i1, by_x1, by_y1 = evaluate_polynomial(poly[r], m * m, m, x, y)
                f0 += i0
                f1 += i1
                a += by_x0 / half[0]
                b += by_y0 / half[1]
                c += by_x1 / half[0]
                d += by_y1 / half[1]
                into_ground[r] = max(i0, 0.0) + max(i1, 0.0)
                from_supply[r] = max(-i0, 0.0) + max(-i1, 0.0)
            if node == load_node:
                for line in range(2):
                    x = (v[node, line] - center[line]) / half[line]
                    inside = inside and abs(x) <= 1.0
                    x = min(max(x, -ROOM), ROOM)
                    i, slope = 0.0, 0.0
                    for j in range(m - 1, -1, -1):
                        slope = slope * x + i
                        i = i * x + load[line, j]
                    if line == 0:
                        f0 += i
                        a += slope / half[0]
                    else:
                        f1 += i
                        d += slope / half[1]
            if node > 0:
                # Eliminate the node before: -left couples both lines.
                p, q, t, w = inverse[node - 1]
                a -= left * left * p
                b -= left * left * q
                c -= left * left * t
                d -= left * left * w
                f0 += left * (p * right[node - 1, 0] + q * right[node - 1, 1])
                f1 += left * (t * right[node - 1, 0] + w * right[node - 1, 1])
            determinant = a * d - b * c
            if determinant == 0.0:
                return False
            inverse[node, 0], inverse[node, 1] = d / determinant, -b / determinant
            inverse[node, 2], inverse[node, 3] = -c / determinant, a / determinant
            right[node, 0], right[node, 1] = f0, f1
        moved = 0.0
        d0, d1 = 0.0, 0.0
        for node in range(nodes - 1, -1, -1):
            after = 0.0 if node == nodes - 1 else 2 * g if node in (0, nodes - 2) else g
            f0, f1 = right[node, 0] + after * d0, right[node, 1] + after * d1
            d0 = inverse[node, 0] * f0 + inverse[node, 1] * f1
            d1 = inverse[node, 2] * f0 + inverse[node, 3] * f1
            right[node, 0], right[node, 1] = d0, d1
            moved = max(moved, max(abs(d0), abs(d1)))
        if not moved < np.inf:
            return False
        part = min(1.0, LONGEST / moved) if moved > 0.0 else 1.0
        for node in range(nodes):
            v[node, 0] -= part * right[node, 0]
            v[node, 1] -= part * right[node, 1]
        if moved < PRECISE:
            settled = True
            break
    return settled and inside


@compiled
def _rail(current: FloatArray, g: float, feeds: IntArray, drop: FloatArray) -> float:
    """Solve a rail for the currents of its rows; return by how much it has changed, V."""
    rows = current.size
    factor, value = np.empty(rows), np.empty(rows)
    for r in range(rows):
        diagonal = 0.0
        diagonal += g if r > 0 else 2 * g * feeds[0]
        diagonal += g if r < rows - 1 else 2 * g * feeds[1]
        through = current[r]
        if r > 0:
            diagonal -= g * factor[r - 1]
            through += g * value[r - 1]
        factor[r], value[r] = g / diagonal, through / diagonal
    change, last = 0.0, 0.0
    for r in range(rows - 1, -1, -1):
        last = value[r] + (factor[r] * last if r < rows - 1 else 0.0)
        change = max(change, abs(last - drop[r]))
        drop[r] = last
    return change
