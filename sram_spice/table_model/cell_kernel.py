"""The compiled solver of columns some of whose cells are solved from their transistors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.charge_kernel import charge_at
from sram_spice.table_model.kernels import IntArray, compiled, evaluate_polynomial
from sram_spice.table_model.transistor_table import DEGREE

SOLVED, LOST_STATE, UNSOLVED, GONE = 0, 1, 2, 3
ITERATIONS = 60
PATIENCE = 10  # iterations after which a cell beyond its fold does not come back
LINE_STEP = 0.05  # V, a bit line moves at most in one iteration
NODE_STEP = 0.1  # V, a storage node
TOLERANCE = 1e-8  # V
PLANES = DEGREE + 1  # powers of the shift in a transistor table
Q, QB, OWN, OTHER = 0, 1, 2, 3


@compiled
def transistor_current(
    spline: FloatArray,
    low: float,
    step: float,
    x: float,
    y: float,
    powers: FloatArray,
    patch: FloatArray,
) -> tuple[float, float, float]:
    """Return a tabulated current and its derivatives with respect to both voltages.

    Parameters
    ----------
    spline : ndarray, shape (n, n, powers)
    low, step : float
        Grid, V.
    x, y : float
        V; outside the grid its edge is continued.
    powers : ndarray, shape (powers,)
        Powers of the transistor's shift.
    patch : ndarray, shape (16,)
        Overwritten with the coefficients around (x, y) at this shift.
    """
    i, j = grid_cell(spline.shape[0], low, step, x), grid_cell(spline.shape[0], low, step, y)
    set_patch(spline, i, j, powers, patch)
    return current_in_patch(patch, (x - low) / step - i, (y - low) / step - j, step)


@compiled
def grid_cell(points: int, low: float, step: float, x: float) -> int:
    """Return the interval of the grid in which a voltage is, or the last one of its side."""
    return int(min(max(int(np.floor((x - low) / step)), 1), points - 3))


@compiled
def set_patch(spline: FloatArray, i: int, j: int, powers: FloatArray, patch: FloatArray) -> None:
    """Set the 16 coefficients around an interval of both axes, at one shift."""
    for a in range(4):
        for b in range(4):
            node = spline[i - 1 + a, j - 1 + b]
            value = 0.0
            for p in range(powers.size):
                value += node[p] * powers[p]
            patch[4 * a + b] = value


@compiled
def current_in_patch(
    patch: FloatArray, u: float, v: float, step: float
) -> tuple[float, float, float]:
    """Return current and derivatives at a place of the interval, in steps of the grid."""
    bu, du = _basis(u)
    bv, dv = _basis(v)
    f, fx, fy = 0.0, 0.0, 0.0
    for a in range(4):
        row, slope = 0.0, 0.0
        for b in range(4):
            value = patch[4 * a + b]
            row += bv[b] * value
            slope += dv[b] * value
        f += bu[a] * row
        fx += du[a] * row
        fy += bu[a] * slope
    return f, fx / step, fy / step


@compiled
def _basis(
    t: float,
) -> tuple[tuple[float, float, float, float], tuple[float, float, float, float]]:
    """Return the four uniform cubic B-splines and their slopes at t = 0 ... 1 of an interval."""
    s = 1.0 - t
    values = (
        s * s * s / 6.0,
        (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0,
        (3.0 * s * s * s - 6.0 * s * s + 4.0) / 6.0,
        t * t * t / 6.0,
    )
    slopes = (-s * s / 2.0, (3.0 * t - 4.0) * t / 2.0, (4.0 - 3.0 * s) * s / 2.0, t * t / 2.0)
    return values, slopes


class ColumnsApart(NamedTuple):
    """Columns some of whose cells are solved from their transistors, as the kernel takes them.

    Attributes
    ----------
    poly : ndarray, shape (n, 2, m, m)
        Current out of BL and BLB into all other cells and the loads, A, over the box.
    center, half : ndarray, shape (2,)
        The box, V.
    first : ndarray, shape (n + 1,)
        Column s has the cells first[s] ... first[s + 1] - 1.
    group : ndarray, shape (cells,)
        Group of each cell.
    shifts : ndarray, shape (cells, transistors)
        z / SCALE of its transistors, in the order of the tabulated cell.
    mirrored : ndarray, shape (groups,)
        1 where the cell's own BL is the column's BLB.
    wiring : ndarray, shape (groups, transistors, 4)
        Table (-1: none), first node, second node, table of the current into the second (-1: none).
    splines : ndarray, shape (tables, n, n, PLANES)
    grid : ndarray, shape (tables, 2)
        Lowest voltage and step of each table, V.
    patches : ndarray, shape (cells, transistors, 2, 16)
        Overwritten: coefficients of each transistor where it was last, at its shift. Mostly it is
        still there in the next iteration.
    places : ndarray, shape (cells, transistors, 2, 2)
        Overwritten: where that is; -1: nowhere yet.
    held : float
        A cell keeps its state when V(q) is above V(qb) by this, V.
    """

    poly: FloatArray
    center: FloatArray
    half: FloatArray
    first: IntArray
    group: IntArray
    shifts: FloatArray
    mirrored: IntArray
    wiring: IntArray
    splines: FloatArray
    grid: FloatArray
    patches: FloatArray
    places: IntArray
    held: float


class Charges(NamedTuple):
    """How charges enter Kirchhoff's law: the derivative of each is rate x charge - history.

    Attributes
    ----------
    history : ndarray, shape (n, 2)
        What the charge of BL and BLB at earlier instants contributes to its derivative, A.
    node_history : ndarray, shape (cells, 2)
        The same of the voltage of the storage nodes, V/s.
    rate : float
        1/s; 0 for an operating point: then a cell without a place to rest has lost its state, else
        states are looked at in the end only.
    line_capacitance, line_charge : ndarray, shape (n, 2, points)
        Of BL and BLB over their voltage, F and C; the first linear between the points.
    line_grid : ndarray, shape (2,)
        Lowest of these voltages and their step, V.
    node_capacitances : ndarray, shape (cells, 4)
        Of the node that is high and of the other one; what the other one feels of the first, and
        the first of the other one, F.
    access : ndarray, shape (3,)
        Part of their current that the access transistors of these cells carry, at the node that is
        high and at the other one, and those of all other cells: 1 while WL is on.
    """

    history: FloatArray
    node_history: FloatArray
    rate: float
    line_capacitance: FloatArray
    line_charge: FloatArray
    line_grid: FloatArray
    node_capacitances: FloatArray
    access: FloatArray


@compiled
def solve_with_cells(
    columns: ColumnsApart,
    charges: Charges,
    nodes: FloatArray,
    lines: FloatArray,
    charge: FloatArray,
    code: IntArray,
) -> None:
    """Solve Kirchhoff at the bit lines of each column and at the storage nodes of some cells.

    Newton's method on all of them at once; each cell's two nodes are eliminated before the bit
    lines are solved for.

    Parameters
    ----------
    columns : ColumnsApart
    charges : Charges
    nodes : ndarray, shape (cells, 2)
        V(q), V(qb) to start from, V; overwritten with the solution.
    lines : ndarray, shape (n, 2)
        V_BL and V_BLB to start from, V; overwritten with the solution.
    charge : ndarray, shape (n, 2)
        Overwritten with the charge on a bit line, C.
    code : ndarray, shape (n,)
        Overwritten: SOLVED, LOST_STATE, UNSOLVED. Columns that are GONE stay as they are.
    """
    n, first = len(columns.poly), columns.first
    most = 0
    for s in range(n):
        most = max(most, first[s + 1] - first[s])
    back = np.empty((most, 2, 3))
    powers, local = np.empty(PLANES), np.empty(4)
    f, jac = np.empty(4), np.empty((4, 4))
    residual, slope, taken = np.empty(2), np.empty((2, 2)), np.empty(2)
    for s in range(n):
        if code[s] == GONE:
            continue
        begin, count = first[s], first[s + 1] - first[s]
        code[s] = UNSOLVED
        for iteration in range(ITERATIONS):
            _rest_of_column(columns, charges, s, lines[s], residual, slope, taken)
            for c in range(count):
                cell = begin + c
                own = columns.mirrored[columns.group[cell]]
                local[Q], local[QB] = nodes[cell, 0], nodes[cell, 1]
                local[OWN], local[OTHER] = lines[s, own], lines[s, 1 - own]
                _cell_currents(columns, charges, cell, local, powers, f, jac)
                _node_charges(charges, cell, nodes[cell], f, jac)
                _eliminate_nodes(own, f, jac, back[c], residual, slope)
            whole = slope[0, 0] * slope[1, 1] - slope[0, 1] * slope[1, 0]
            if whole == 0.0:
                break
            d0 = -(slope[1, 1] * residual[0] - slope[0, 1] * residual[1]) / whole
            d1 = -(slope[0, 0] * residual[1] - slope[1, 0] * residual[0]) / whole
            d0 = min(max(d0, -LINE_STEP), LINE_STEP)
            d1 = min(max(d1, -LINE_STEP), LINE_STEP)
            lines[s, 0] += d0
            lines[s, 1] += d1
            moved = max(abs(d0), abs(d1))
            for c in range(count):
                for k in range(2):
                    step = back[c, k, 0] + back[c, k, 1] * d0 + back[c, k, 2] * d1
                    step = min(max(step, -NODE_STEP), NODE_STEP)
                    nodes[begin + c, k] += step
                    moved = max(moved, abs(step))
            lost = False
            for c in range(count):
                lost = lost or nodes[begin + c, 0] - nodes[begin + c, 1] < columns.held
            if lost and iteration > PATIENCE and charges.rate == 0.0:
                code[s] = LOST_STATE
                break
            if moved < TOLERANCE:
                charge[s] = taken
                code[s] = LOST_STATE if lost else SOLVED
                break


@compiled
def _rest_of_column(
    columns: ColumnsApart,
    charges: Charges,
    s: int,
    line: FloatArray,
    residual: FloatArray,
    slope: FloatArray,
    taken: FloatArray,
) -> None:
    """Set the current out of both bit lines of column s without its cells that are apart."""
    m = columns.poly.shape[2]
    flat = columns.poly[s].reshape(2 * m * m)
    center, half, access = columns.center, columns.half, charges.access
    x, y = (line[0] - center[0]) / half[0], (line[1] - center[1]) / half[1]
    for k in range(2):
        value, dx, dy = evaluate_polynomial(flat, k * m * m, m, x, y)
        residual[k] = access[2] * value
        slope[k, 0], slope[k, 1] = access[2] * dx / half[0], access[2] * dy / half[1]
        total, capacitance = charge_at(
            charges.line_capacitance[s, k], charges.line_charge[s, k], charges.line_grid, line[k]
        )
        slope[k, k] += charges.rate * capacitance
        residual[k] += charges.rate * total - charges.history[s, k]
        taken[k] = total


@compiled
def _cell_currents(
    columns: ColumnsApart,
    charges: Charges,
    cell: int,
    local: FloatArray,
    powers: FloatArray,
    f: FloatArray,
    jac: FloatArray,
) -> None:
    """Set the current out of each of a cell's four nodes, at the voltages `local`, and its slopes.

    `powers`, shape (PLANES,), is overwritten.
    """
    f[:] = 0.0
    jac[:] = 0.0
    wiring, grid, access = columns.wiring[columns.group[cell]], columns.grid, charges.access
    for r in range(len(wiring)):
        if wiring[r, 0] < 0:
            continue
        a, b = wiring[r, 1], wiring[r, 2]
        part = 1.0
        if max(a, b) >= OWN:
            part = access[max(a, b) - OWN]
        known = False
        for k in range(2):
            table = wiring[r, 3 * k]
            if table < 0:
                continue
            spline, low, step = columns.splines[table], grid[table, 0], grid[table, 1]
            patch, place = columns.patches[cell, r, k], columns.places[cell, r, k]
            i = grid_cell(spline.shape[0], low, step, local[a])
            j = grid_cell(spline.shape[0], low, step, local[b])
            if place[0] != i or place[1] != j:
                if not known:
                    _set_powers(columns.shifts[cell, r], powers)
                    known = True
                set_patch(spline, i, j, powers, patch)
                place[0], place[1] = i, j
            u, v = (local[a] - low) / step - i, (local[b] - low) / step - j
            current, ia, ib = current_in_patch(patch, u, v, step)
            add_current(f, jac, wiring[r, 1 + k], a, b, part * current, part * ia, part * ib)


@compiled
def _set_powers(shift: float, powers: FloatArray) -> None:
    powers[0] = 1.0
    for p in range(1, PLANES):
        powers[p] = powers[p - 1] * shift


@compiled
def add_current(
    f: FloatArray, jac: FloatArray, into: int, a: int, b: int, i: float, ia: float, ib: float
) -> None:
    """Add to what leaves one of a cell's four nodes a current, and its slopes at nodes a and b."""
    f[into] += i
    jac[into, a] += ia
    jac[into, b] += ib


@compiled
def _node_charges(
    charges: Charges, cell: int, nodes: FloatArray, f: FloatArray, jac: FloatArray
) -> None:
    """Add what charging a cell's storage nodes takes, and what each feels of the other."""
    capacitances, rate = charges.node_capacitances[cell], charges.rate
    for k in range(2):
        change = rate * nodes[k] - charges.node_history[cell, k]
        f[k] += capacitances[k] * change
        f[1 - k] -= capacitances[2 + k] * change
        jac[k, k] += rate * capacitances[k]
        jac[1 - k, k] -= rate * capacitances[2 + k]


@compiled
def _eliminate_nodes(
    own: int,
    f: FloatArray,
    jac: FloatArray,
    back: FloatArray,
    residual: FloatArray,
    slope: FloatArray,
) -> None:
    """Add a cell to Kirchhoff's law of the bit lines, its storage nodes following them.

    `back`, shape (2, 3), is set to what the nodes do by themselves, with BL, with BLB.
    """
    determinant = jac[0, 0] * jac[1, 1] - jac[0, 1] * jac[1, 0]
    if determinant == 0.0:
        determinant = 1e-30
    for k in range(3):
        if k == 0:
            p0, p1 = f[0], f[1]
        else:
            source = OWN if own == k - 1 else OTHER
            p0, p1 = jac[0, source], jac[1, source]
        back[0, k] = -(jac[1, 1] * p0 - jac[0, 1] * p1) / determinant
        back[1, k] = -(jac[0, 0] * p1 - jac[1, 0] * p0) / determinant
    for line in range(2):
        row = OWN if own == line else OTHER
        residual[line] += f[row] + jac[row, 0] * back[0, 0] + jac[row, 1] * back[1, 0]
        for k in range(2):
            source = OWN if own == k else OTHER
            slope[line, k] += (
                jac[row, source] + jac[row, 0] * back[0, k + 1] + jac[row, 1] * back[1, k + 1]
            )
