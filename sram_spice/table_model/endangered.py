"""Columns with cells near their trip: these cells are solved from their transistors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_kernel import (
    GONE,
    SOLVED,
    UNSOLVED,
    Charges,
    ColumnsApart,
    solve_with_cells,
)
from sram_spice.table_model.expansion import Box, Expansion
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.kernels import cell_trips
from sram_spice.table_model.prepared_level import TRIP_MARGIN, PreparedLevel
from sram_spice.table_model.silicon import Silicon
from sram_spice.table_model.status import CODE
from sram_spice.table_model.time_step import TimeStep, at_rest

HELD = 0.05  # part of VDD between the storage nodes, as for columns on the simulator
AT_ONCE = 256  # columns; their polynomials take some megabytes


def solve_endangered(
    model: PreparedLevel,
    sums: FloatArray,
    silicon: Silicon,
    v: FloatArray,
    code: NDArray[np.uint8],
) -> FloatArray:
    """Solve again the columns in which a cell may be near its trip, or that have no solution yet.

    Parameters
    ----------
    model : PreparedLevel
    sums : ndarray, shape (n, features)
        Of all cells and loads.
    silicon : Silicon
    v : ndarray, shape (n, 2)
        Solutions by polynomials, V; overwritten.
    code : ndarray, shape (n,)
        Their status; overwritten: a column without a solution in its stored states is flipped.

    Returns
    -------
    ndarray, shape (n,)
        Smallest V(q) - V(qb) of the cells of a column that were solved from their transistors, V;
        infinite where there are none.
    """
    margin = np.full(len(v), np.inf)
    near, shifts = near_their_trip(model, silicon, v, code)
    columns = np.flatnonzero(np.logical_or.reduce([part.any(axis=1) for part in near]))
    for start in range(0, columns.size, AT_ONCE):
        some = columns[start : start + AT_ONCE]
        solution, found, closest = _solve(model, sums[some], [part[some] for part in near],
                                 [z[some] for z in shifts], v[some], code[some])  # fmt: skip
        v[some], margin[some] = solution, closest
        code[some] = np.where(found == SOLVED, CODE[Status.OK], CODE[Status.FLIPPED])
    return margin


def near_their_trip(
    model: PreparedLevel, silicon: Silicon, v: FloatArray, code: NDArray[np.uint8]
) -> tuple[list[NDArray[np.bool_]], list[FloatArray]]:
    """Return, of each group, which cells (n, rows) are to be solved apart, and z (n, roles, rows).

    Where there is no solution yet these are all cells of the endangered groups.
    """
    near, shifts = [], []
    unsolved = code != CODE[Status.OK]
    for group, trip, endangered in zip(model.groups, model.trips, model.endangered, strict=True):
        chosen = np.zeros((len(silicon), group.rows), dtype=bool)
        z = np.empty((len(silicon), 0, group.rows))
        if endangered:
            own, other = (1, 0) if group.mirrored else (0, 1)
            z = silicon.of_group(group.devices)
            voltage = np.empty((len(silicon), group.rows))
            cell_trips(z, SCALE, group.terms, trip.coefficients, voltage)
            voltage += (trip.slope * (v[:, other] - trip.other))[:, None]
            reach = v[:, own] - TRIP_MARGIN * model.vdd
            chosen = (voltage > reach[:, None]) | unsolved[:, None]
        near.append(chosen)
        shifts.append(z)
    return near, shifts


def _solve(
    model: PreparedLevel,
    sums: FloatArray,
    near: list[NDArray[np.bool_]],
    shifts: list[FloatArray],
    v: FloatArray,
    code: NDArray[np.uint8],
) -> tuple[FloatArray, NDArray[np.int64], FloatArray]:
    """Solve columns in the close box, and those that leave it in the wide one."""
    margin = np.full(len(v), np.inf)
    lines = np.where((code == CODE[Status.OK])[:, None], v, model.center)

    def attempt(columns: NDArray[np.intp], expansion: Expansion) -> NDArray[np.int64]:
        own = [part[columns] for part in near], [z[columns] for z in shifts]
        apart = set_apart(model, sums[columns], *own, expansion)
        moved = lines[columns]
        found = apart.solve(moved, np.zeros_like(moved))
        lines[columns], margin[columns] = moved, apart.margin()
        return found

    everywhere, close = np.arange(len(lines)), model.close
    if close is None:
        return lines, attempt(everywhere, model.beside), margin

    def attempt_close(columns: NDArray[np.intp]) -> NDArray[np.int64]:
        found = attempt(columns, close)
        return np.where(close.box.holds(lines[columns]), found, UNSOLVED)

    found = attempt_close(everywhere)
    rest = everywhere[found != SOLVED]
    if rest.size:
        lines[rest] = model.center
        found[rest] = attempt(rest, model.beside)
        # The polynomials of the wide box are no judge of what lies in the close one.
        doubtful = rest[(found[rest] == SOLVED) & close.box.holds(lines[rest])]
        found[doubtful] = attempt_close(doubtful)
    return lines, found, margin


@dataclass(frozen=True)
class Apart:
    """Columns some of whose cells are solved from their transistors.

    Attributes
    ----------
    model : PreparedLevel
    box : Box
        Of the polynomials.
    poly : ndarray, shape (n, 2, m, m)
        Current into all the other cells and the loads, as the kernel takes it.
    first, group, shifts, nodes : ndarray
        The cells, as the kernel takes them; `nodes` moves along with the solutions.
    patches, places : ndarray
        What the kernel remembers of their transistors.
    """

    model: PreparedLevel
    box: Box
    poly: FloatArray
    first: NDArray[np.int64]
    group: NDArray[np.int64]
    shifts: FloatArray
    nodes: FloatArray
    patches: FloatArray
    places: NDArray[np.int64]

    def solve(
        self,
        lines: FloatArray,
        charge: FloatArray,
        step: TimeStep | None = None,
        gone: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int64]:
        """Solve all columns, at rest or one time step on; return how each ended.

        Parameters
        ----------
        lines : ndarray, shape (n, 2)
            Bit lines, V; overwritten with the solution.
        charge : ndarray, shape (n, 2)
            On the bit lines, C; overwritten.
        step : TimeStep, optional
            Without it the columns are at rest.
        gone : ndarray of bool, shape (n,), optional
            Columns that need not be solved any more: GONE.
        """
        at = step or at_rest(len(lines), len(self.nodes))
        model, box = self.model, self.box
        transistors = model.tables.transistors
        found = np.full(len(lines), UNSOLVED, dtype=np.int64)
        if gone is not None:
            found[gone] = GONE
        columns = ColumnsApart(
            self.poly,
            box.center,
            box.half,
            self.first,
            self.group,
            self.shifts,
            np.array([group.mirrored for group in model.groups], dtype=np.int64),
            np.stack([transistors.wiring_of(group.active) for group in model.groups]),
            transistors.splines,
            transistors.grid,
            self.patches,
            self.places,
            HELD * model.vdd,
        )
        charges = Charges(
            at.history,
            at.node_history,
            at.rate,
            at.line.capacitance,
            at.line.charge,
            at.line.grid,
            at.node_capacitances,
            at.access,
        )
        solve_with_cells(columns, charges, self.nodes, lines, charge, found)
        return found

    def margin(self) -> FloatArray:
        """Return the smallest V(q) - V(qb) among the cells of each column, V, (n,); or infinity."""
        least = np.full(len(self.poly), np.inf)
        columns = np.repeat(np.arange(least.size), np.diff(self.first))
        np.minimum.at(least, columns, self.nodes[:, 0] - self.nodes[:, 1])
        return least


def set_apart(
    model: PreparedLevel,
    sums: FloatArray,
    near: list[NDArray[np.bool_]],
    shifts: list[FloatArray],
    expansion: Expansion,
) -> Apart:
    """Take cells out of the sums of their columns.

    Parameters
    ----------
    model : PreparedLevel
    sums : ndarray, shape (n, features)
        Of all cells and loads.
    near : list of ndarray, shape (n, rows)
        Of each group, which cells.
    shifts : list of ndarray, shape (n, roles, rows)
        Of each group, z; not looked at where no cell is chosen.
    expansion : Expansion
        Polynomials of all others.
    """
    left = sums.copy()
    roles = model.tables.transistors.wiring.shape[0]
    columns, numbers = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.int64)]
    cells, start = [np.empty((0, roles))], 0
    for number, (group, chosen, z) in enumerate(zip(model.groups, near, shifts, strict=True)):
        features = len(group.features)
        column, row = np.nonzero(chosen)
        if column.size:
            own = z[column, :, row]
            np.subtract.at(left[:, start : start + features], column, group.features.evaluate(own))
            columns.append(column)
            numbers.append(np.full(column.size, number))
            cells.append(own / SCALE)
        start += features
    column = np.concatenate(columns)
    order = np.argsort(column, kind="stable")
    group_of = np.concatenate(numbers)[order]
    storage = np.array([group.storage or (model.vdd, 0.0) for group in model.groups])
    return Apart(
        model,
        expansion.box,
        np.tensordot(left, expansion.polynomials, 1),
        np.searchsorted(column[order], np.arange(len(sums) + 1)).astype(np.int64),
        group_of,
        np.ascontiguousarray(np.concatenate(cells)[order]),
        storage[group_of],
        np.empty((group_of.size, roles, 2, 16)),
        np.full((group_of.size, roles, 2, 2), -1, dtype=np.int64),
    )
