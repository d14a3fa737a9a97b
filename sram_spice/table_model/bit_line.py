"""What a bit line is in time, from the simulator: its charge, and where it starts.

At the end of the word line's edge a bit line is not at VDD: the gates of the pre-charger and of the
access transistors have lifted it by up to a tenth of VDD, and the cells have begun to pull it down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from sram_spice.column.access import MAX_STEP, access_job, design_timing
from sram_spice.column.levels import mismatch_sigma
from sram_spice.design import Design
from sram_spice.errors import SimulatorError
from sram_spice.generators.cell import cell_of
from sram_spice.generators.cell_bench import STORAGE, CellBias, WholeCell
from sram_spice.generators.column import column_of
from sram_spice.generators.waveform import Source
from sram_spice.simulation import Job, SimulatorPool, Transient
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_edges import EDGE_STEPS, LIFTED, EdgeTable
from sram_spice.table_model.cell_groups import CellGroup
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.features import SCALE, Z_LIMIT
from sram_spice.table_model.line_charge import cell_line_capacitance, load_line_capacitance
from sram_spice.table_model.node_capacitances import NodeCapacitances, node_capacitances
from sram_spice.table_model.table_points import STEP
from sram_spice.table_model.tables import ColumnTables, cell_setup
from sram_spice.table_model.word_line_fall import WordLineFall, word_line_fall
from sram_spice.technology import ModelCards

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the rows that pull up or down, in the accesses
FEW = 1 / 16  # as well: a bit line that few cells pull at stays high
LOAD_DEGREE = 6  # of the polynomial in the load's threshold
SETTLED = 20.0  # edges of the word line, after which storage nodes are at rest
START_DEGREE = 4  # of the polynomial in these parts that the start is


@dataclass(frozen=True)
class BitLine:
    """What a bit line is in time.

    Attributes
    ----------
    released : ndarray, shape (LOAD_DEGREE + 1,)
        Coefficients of how far a bit line is from the nominal one before the word line rises, V, of
        powers of its own load's z / SCALE: the charge in the channel of a pre-charger that switches
        off goes with its threshold.
    always : ndarray, shape (POINTS,)
        Capacitance of wire and load over :func:`~sram_spice.table_model.line_charge.line_axis`, F.
    pulling, releasing : ndarray, shape (2, POINTS)
        The same of a cell that pulls the bit line down, and of one that does not: with what its
        storage nodes take from there, and, for cells that are solved from their transistors,
        without.
    inactive : ndarray, shape (POINTS,)
        The same of an inactive cell; they store +1 and -1 alternately.
    edges : EdgeTable
        What an active cell takes while the word line rises.
    start : ndarray
        Coefficients of the voltage at the end of the word line's edge, V, as in :func:`_parts`.
    node_capacitances : NodeCapacitances
    lifted : ndarray, shape (2,)
        How far the gates have moved the storage nodes by the end of that edge, V(q) high, V(qb).
    duration : float
        From the end of that edge to the sample, s.
    fall : WordLineFall
        What the word line does after it.
    rows : int
        Of the column.
    """

    released: FloatArray
    always: FloatArray
    pulling: FloatArray
    releasing: FloatArray
    inactive: FloatArray
    edges: EdgeTable
    start: FloatArray
    node_capacitances: NodeCapacitances
    lifted: FloatArray
    duration: float
    fall: WordLineFall
    rows: int

    def capacitance_of(self, groups: Sequence[CellGroup]) -> FloatArray:
        """Return the capacitance of BL and BLB over their voltage, F, (2, POINTS).

        Parameters
        ----------
        groups : sequence of CellGroup
            The cells of a level.
        """
        total = np.tile(self.always, (2, 1))
        for group in groups:
            total += group.rows * self._of_cell(group, alone=False)
        return total

    def change_alone(self, groups: Sequence[CellGroup]) -> FloatArray:
        """Return what a cell of each group adds to that when it is solved from its transistors.

        Returns
        -------
        ndarray, shape (groups, 2, POINTS)
            F; less than nothing: its storage nodes are then there themselves.
        """
        return np.array([self._of_cell(g, True) - self._of_cell(g, False) for g in groups])

    def _of_cell(self, group: CellGroup, alone: bool) -> FloatArray:
        if not group.active:
            return np.tile(self.inactive, (2, 1))
        own = np.stack([self.releasing[int(alone)], self.pulling[int(alone)]])
        return own[::-1] if group.mirrored else own

    def taken_by_fall(self, groups: Sequence[CellGroup], lines: FloatArray) -> FloatArray:
        """Return the charge that gates take from BL and BLB as the word line falls, C, (steps, 2).

        Parameters
        ----------
        groups : sequence of CellGroup
            The cells of a level.
        lines : ndarray, shape (2,)
            V_BL and V_BLB, V.
        """
        total = np.zeros((self.fall.lengths.size, 2))
        for group in groups:
            if group.active:
                order = (1, 0) if group.mirrored else (0, 1)
                for line, kind in enumerate(order):
                    total[:, line] += group.rows * self.fall.from_line(float(lines[line]))[:, kind]
        return total

    def taken_by_edge(self, group: CellGroup) -> FloatArray:
        """Return the charge that BL and BLB lose to a cell of a group by then, C, (features, 2)."""
        if not group.active:
            return np.zeros((len(group.features), 2))
        return self.edges.charge[:, ::-1] if group.mirrored else self.edges.charge

    def start_at(self, n_plus: int, n_minus: int) -> FloatArray:
        """Return V_BL and V_BLB of a nominal column at the end of the word line's edge, V."""
        up, down = n_plus / self.rows, n_minus / self.rows
        return np.array([_parts(down, up) @ self.start, _parts(up, down) @ self.start])


def bit_line(
    design: Design, cards: ModelCards, tables: ColumnTables, pool: SimulatorPool
) -> BitLine:
    """Return what a bit line is in time.

    Raises
    ------
    SimulatorError
        A transient has no solution.
    """
    timing = design_timing(design)
    on = cell_setup(design, cards, active=True)
    off = replace(on, v_wl=0.0)
    column, lowest = design.column, float(tables.active.lowest_bl[-1]) + STEP * on.vdd
    always = load_line_capacitance(design, cards, pool)
    always = always + column.rows * column.wire_capacitance_per_cell
    pulling = [cell_line_capacitance(on, -1, -np.inf, pool, held) for held in (False, True)]
    releasing = [cell_line_capacitance(on, 1, lowest, pool, held) for held in (False, True)]
    idle = [cell_line_capacitance(off, stored, -np.inf, pool) for stored in (-1, 1)]
    return BitLine(
        _released(design, cards, pool),
        always,
        np.array(pulling),
        np.array(releasing),
        np.mean(idle, axis=0),
        tables.edges(),
        _start(design, cards, pool),
        node_capacitances(on, pool),
        _lifted(on, pool),
        timing.fall - timing.rise - timing.edge,
        word_line_fall(on, pool),
        column.rows,
    )


def _start(design: Design, cards: ModelCards, pool: SimulatorPool) -> FloatArray:
    """Return coefficients of where a bit line is when the word line is up, as in `BitLine`."""
    timing, rows = design_timing(design), design.column.rows
    levels = list(_levels(design))
    jobs = [replace(access_job(design, cards, *level), latches=()) for level in levels]
    basis, volts = [], []
    for result in sorted(pool.run(jobs), key=lambda result: result.job):
        n_plus, n_minus = levels[result.job]
        if result.values is None:
            raise SimulatorError(f"no access of a bit line: {result.status} {result.detail}")
        time, *lines = result.values[:3]
        for line, (own, other) in zip(lines, ((n_minus, n_plus), (n_plus, n_minus)), strict=True):
            basis.append(_parts(own / rows, other / rows))
            volts.append(np.interp(timing.rise + timing.edge, time, line))
    return np.asarray(np.linalg.lstsq(np.array(basis), np.array(volts), rcond=None)[0])


def _released(design: Design, cards: ModelCards, pool: SimulatorPool) -> FloatArray:
    """Return what the load's threshold does before the word line rises, as in `BitLine`."""
    timing, rows = design_timing(design), design.column.rows
    column = column_of(design, rows // 2, rows - rows // 2)
    z = np.linspace(-Z_LIMIT, Z_LIMIT, 2 * LOAD_DEGREE + 1)
    job = replace(
        access_job(design, cards, column.n_plus, column.n_minus),
        analysis=Transient(timing.rise, MAX_STEP),
        latches=(),
        alter=(f"@m{column.loads()[0].name}[delvto]",),
        points=z[:, None] * mismatch_sigma(design, column)[-2],
    )
    volts = np.zeros_like(z)
    for result in pool.run([job]):
        if result.values is None:
            raise SimulatorError(f"no release of a bit line: {result.status} {result.detail}")
        volts[result.point] = result.values[1, -1]
    found = np.polynomial.polynomial.polyfit(z / SCALE, volts, LOAD_DEGREE)
    found[0] = 0.0
    return np.asarray(found)


def _lifted(on: CellSetup, pool: SimulatorPool) -> FloatArray:
    """Return how far storage nodes are from rest when the word line is up, V, as in `BitLine`."""
    edge, high = on.edge, LIFTED * on.vdd
    rise = Source(on.v_wl, ((0.0, 0.0), (edge, on.v_wl)))
    bench = WholeCell(on.cell, CellBias(on.vdd, on.v_wl, high, high), word_line=rise)
    job = Job(bench.deck(on.cards), Transient(SETTLED * edge, edge / EDGE_STEPS), STORAGE)
    (result,) = pool.run([job])
    if result.values is None:
        raise SimulatorError(f"no edge of a word line: {result.status} {result.detail}")
    time, *nodes = result.values
    return np.array([np.interp(edge, time, node) - node[-1] for node in nodes])


def _levels(design: Design) -> Iterator[tuple[int, int]]:
    """Yield levels whose two bit lines are all kinds of falls; mirror images are left out."""
    rows = design.column.rows
    parts = sorted({round(part * rows) for part in (*QUARTERS, FEW, 1 - FEW)})
    for n_plus, n_minus in product(parts, parts):
        inactive = rows - n_plus - n_minus
        if n_plus <= n_minus and inactive >= 0 and not (cell_of(design).always_active and inactive):
            yield n_plus, n_minus


def _parts(pulling: float, releasing: float) -> FloatArray:
    """Return the monomials of the start of a bit line."""
    powers = range(START_DEGREE + 1)
    return np.array(
        [pulling**i * releasing**j for i in powers for j in powers if i + j <= START_DEGREE]
    )
