"""What the rest of a column does to one of its cells: voltage, spread, resistance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, takewhile

import numpy as np

from sram_spice.column.context import Context
from sram_spice.column.levels import (
    NominalLevel,
    column_job,
    mismatch_job,
    nominal_job,
    nominal_level,
)
from sram_spice.design import Design
from sram_spice.generators import column_deck, column_of
from sram_spice.generators.cell import BIT_LINES
from sram_spice.generators.column import Column
from sram_spice.generators.readout import readout_of
from sram_spice.measurements.row_at_risk import RowNodes, candidate_rows, placed_column
from sram_spice.simulation import Job, OperatingPoint, PointResult, Status
from sram_spice.simulation.job import FloatArray

PROBE = 1e-6  # A, into the bit line and out of it; 64 cells carry some 1 mA
CHUNK = 25  # columns per job


@dataclass(frozen=True)
class Surroundings:
    """The bit lines that a cell with product +1 meets at a level.

    Attributes
    ----------
    n_plus, n_minus : int
        The level, the cell itself included.
    v_bl, v_bl_sigma : float
        Bit line without this cell: mean and standard deviation under mismatch, V. Columns in which
        another cell lost its data are left out: both hold given that the others hold. Taken as
        normal (skew of 3,000 default columns: -0.02 +- 0.09 at n_plus = 1, -0.16 at a quarter).
    v_bl_nominal, v_blb : float
        Bit lines of the whole nominal column, V.
    resistance : float
        dV_BL/dI of the nominal column without this cell, ohm; 0 where the read-out samples a
        transient: within one access the cell then cannot lift its own bit line.
    columns, lost, failed : int
        Columns sampled; those in which another cell lost its data; those without a solution. The
        table engine stops sampling where enough are lost.
    status : Status
        Of the whole nominal column.
    ground, supply_lost : float
        How far the local ground is above 0, and the local supply below VDD, V. Bit lines are seen
        from the local ground.
    row : int, optional
        Distributed wires: the row at risk.
    """

    n_plus: int
    n_minus: int
    v_bl: float
    v_bl_sigma: float
    v_bl_nominal: float
    v_blb: float
    resistance: float
    columns: int
    lost: int
    failed: int
    status: Status
    ground: float = 0.0
    supply_lost: float = 0.0
    row: int | None = None

    @property
    def label(self) -> str:
        """The level in words."""
        place = "" if self.row is None else f", every cell as in row {self.row}, the weakest"
        return f"n_plus = {self.n_plus}, n_minus = {self.n_minus}{place}"


def surroundings(context: Context, levels: Sequence[tuple[int, int]]) -> list[Surroundings]:
    """Simulate what the column does around one cell with product +1.

    Parameters
    ----------
    context : Context
    levels : sequence of (int, int)
        n_plus (1 or more) and n_minus, the cell included; the column has 2 rows or more.

    Returns
    -------
    list of Surroundings
        In the order of `levels`.
    """
    if context.design.wires.distributed:
        row = row_at_risk(context)
        return [around_row(context, *level, row) for level in levels]
    design, rest = context.design, without_one_row(context.design)
    others = [(n_plus - 1, n_minus) for n_plus, n_minus in levels]
    whole = _nominal(context, design, levels)
    alone = _nominal(context, rest, others)
    resistances = _resistances(context, rest, others)
    found = []
    for level, nominal, open_level, resistance in zip(
        levels, whole, alone, resistances, strict=True
    ):
        columns = _columns(context, rest, open_level)
        held, lost = columns.held, columns.lost
        mean, sigma = open_level.line_bl, 0.0
        if columns.count:
            mean = float(np.mean(held)) if held.size else np.nan
            sigma = float(np.std(held, ddof=1)) if held.size > 1 else np.nan
        found.append(
            Surroundings(
                *level,
                mean,
                sigma,
                nominal.line_bl,
                nominal.line_blb,
                resistance,
                columns.count,
                lost,
                columns.count - lost - held.size,
                nominal.status,
            )
        )
    return found


def row_at_risk(context: Context) -> int:
    """Return the row whose nominal cell is nearest to the loss of its data, n_plus being 1."""
    from sram_spice.measurements.disturb_cell import CellInColumn  # which knows surroundings

    design = context.design
    candidates = candidate_rows(design)
    if len(candidates) == 1:
        return candidates[0]
    level = (1, design.column.rows - 1)
    found = []
    for row in candidates:
        cell = CellInColumn(context, _nominal_row(context, *level, row))
        found.append(float(cell.distance(np.zeros((1, cell.dimension)))[0]))
    return candidates[int(np.nanargmin(found))] if np.isfinite(found).any() else candidates[-1]


def around_row(context: Context, n_plus: int, n_minus: int, row: int) -> Surroundings:
    """Return the surroundings of a row with product +1 in a column with distributed wires.

    The others are spread evenly, and in samples where they were drawn. Local rails are those of the
    nominal column.
    """
    design = context.design
    around = _nominal_row(context, n_plus, n_minus, row)
    if design.mismatch.a_vt == 0:
        return around
    jobs, nodes = [], None
    for i in range(design.monte_carlo.samples):
        column = placed_column(design, n_plus, n_minus, row, True, i)
        nodes = nodes or RowNodes.of(column, row)
        jobs.append(column_job(column, context.cards, nodes.known, samples=[i]))
    assert nodes is not None
    results = _run(context, jobs, f"columns around a cell, n_plus = {n_plus}")
    ok = [nodes.read(result) for result in results if result.status is Status.OK]
    held = [one.v_bl - one.ground for one in ok]
    lost = sum(result.status is Status.FLIPPED for result in results)
    return replace(
        around,
        v_bl=float(np.mean(held)) if held else np.nan,
        v_bl_sigma=float(np.std(held, ddof=1)) if len(held) > 1 else np.nan,
        columns=len(results),
        lost=lost,
        failed=len(results) - lost - len(held),
    )


def _nominal_row(context: Context, n_plus: int, n_minus: int, row: int) -> Surroundings:
    whole, alone = (
        placed_column(context.design, n_plus, n_minus, row, gap) for gap in (False, True)
    )
    nodes = RowNodes.of(alone, row)
    jobs = [column_job(one, context.cards, nodes.known) for one in (whole, alone)]
    full, rest = _run(context, jobs, "nominal columns")
    together, without = nodes.read(full), nodes.read(rest)
    probe, resistance = _probed(alone, context, nodes.known[0]), 0.0
    if isinstance(probe.analysis, OperatingPoint):
        resistance = _slope(_run(context, [probe], "resistance of the column"))
    return Surroundings(
        n_plus,
        n_minus,
        v_bl=without.v_bl - without.ground,
        v_bl_sigma=0.0,
        v_bl_nominal=together.v_bl - together.ground,
        v_blb=together.v_blb - together.ground,
        resistance=resistance,
        columns=0,
        lost=0,
        failed=0,
        status=full.status,
        ground=together.ground,
        supply_lost=together.supply_lost,
        row=row,
    )


def row_bit_lines(context: Context, levels: Sequence[tuple[int, int]]) -> FloatArray:
    """Return nominal bit lines at the row at risk, from its local ground, (n_levels, 2), V."""
    row = row_at_risk(context)
    columns = [column_of(context.design, *level) for level in levels]
    if not columns:
        return np.empty((0, 2))
    nodes = RowNodes.of(columns[0], row)
    jobs = [column_job(column, context.cards, nodes.known) for column in columns]
    found = [nodes.read(result) for result in _run(context, jobs, "nominal columns")]
    return np.array([[one.v_bl - one.ground, one.v_blb - one.ground] for one in found])


def _slope(results: Sequence[PointResult]) -> float:
    """Return the resistance from the probe's two points, ohm."""
    below, above = results
    known = below.values is not None and above.values is not None
    change = above.values[0] - below.values[0] if known else 0.0  # type: ignore[index]
    return float(change) / (2 * PROBE)


def _probed(column: Column, context: Context, node: str) -> Job:
    deck = column_deck(column, context.cards)
    text = deck.text.removesuffix(".end\n") + f"iprobe 0 {node} DC 0\n.end\n"
    points = np.array([[-PROBE], [PROBE]])
    return Job(text, deck.analysis, (node,), alter=("@iprobe[dc]",), points=points)


def without_one_row(design: Design) -> Design:
    """Return the design with one row less."""
    column = design.column.model_copy(update={"rows": design.column.rows - 1})
    return design.model_copy(update={"column": column})


def nominal_bit_lines(context: Context, levels: Sequence[tuple[int, int]]) -> FloatArray:
    """Return nominal V_BL and V_BLB of levels, shape (n_levels, 2), V; NaN without a solution.

    Those that a cell meets: with distributed wires at the row at risk, from its local ground.
    """
    if context.design.wires.distributed:
        return row_bit_lines(context, levels)
    found = _nominal(context, context.design, levels)
    return np.array([[level.line_bl, level.line_blb] for level in found])


def _nominal(
    context: Context, design: Design, levels: Sequence[tuple[int, int]]
) -> list[NominalLevel]:
    jobs = [nominal_job(design, context.cards, *level) for level in levels]
    results = _run(context, jobs, "nominal columns")
    return [nominal_level(*level, r) for level, r in zip(levels, results, strict=True)]


@dataclass(frozen=True)
class _Columns:
    """Mismatched columns without a cell: `held`, shape (n,): V_BL of those that keep their data."""

    held: FloatArray
    lost: int
    count: int


def _columns(context: Context, design: Design, nominal: NominalLevel) -> _Columns:
    """Return mismatched columns at a level, by the engine of the design."""
    if design.mismatch.a_vt == 0:
        return _Columns(np.empty(0), 0, 0)
    if design.monte_carlo.engine == "table" and not readout_of(design).not_tabulated:
        return _tabulated_columns(context, design, nominal)
    samples = range(context.design.monte_carlo.samples)
    chunks = [samples[i : i + CHUNK] for i in range(0, len(samples), CHUNK)]
    jobs = [mismatch_job(design, context.cards, nominal, chunk, BIT_LINES) for chunk in chunks]
    results = _run(context, jobs, f"columns around a cell, n_plus = {nominal.n_plus + 1}")
    held = [r.values[0] for r in results if r.status is Status.OK and r.values is not None]
    lost = sum(r.status is Status.FLIPPED for r in results)
    return _Columns(np.array(held, dtype=np.float64), lost, len(results))


def _tabulated_columns(context: Context, design: Design, nominal: NominalLevel) -> _Columns:
    # Compiled code: not for those who measure something else.
    from sram_spice.table_model import (
        STATUSES,
        UNASKED,
        cached_tables,
        table_engine,
        tables_folder,
    )

    cards, pool, samples = context.cards, context.pool, design.monte_carlo.samples
    tables = cached_tables(design, cards, pool, tables_folder(), context.progress)
    levels = [nominal]
    if nominal.status is not Status.OK:
        levels += _nearest_kept(context, design, nominal)
    engine = table_engine(design, cards, tables, levels, pool).only(1)
    blocks = list(engine.blocks(samples, design.monte_carlo.seed))
    code = np.concatenate([block.code[0] for block in blocks])
    v_bl = np.concatenate([block.v[0, :, 0] for block in blocks])
    held = v_bl[code == STATUSES.index(Status.OK)]
    lost = int((code == STATUSES.index(Status.FLIPPED)).sum())
    return _Columns(held, lost, int((code != UNASKED).sum()))


def _nearest_kept(context: Context, design: Design, lost: NominalLevel) -> list[NominalLevel]:
    """Return the nearest level with a higher bit line whose nominal column keeps its data."""
    steps = takewhile(lambda step: step <= lost.n_minus, (2**i for i in count()))
    levels = [(lost.n_plus + step, lost.n_minus - step) for step in steps]
    kept = [one for one in _nominal(context, design, levels) if one.status is Status.OK]
    return kept[:1]


def _resistances(
    context: Context, design: Design, levels: Sequence[tuple[int, int]]
) -> list[float]:
    jobs = [_probe_job(context, design, level) for level in levels]
    if not all(isinstance(job.analysis, OperatingPoint) for job in jobs):
        return [0.0] * len(levels)
    results = _run(context, jobs, "resistance of the column")
    return [_slope(pair) for pair in zip(results[::2], results[1::2], strict=True)]


def _probe_job(context: Context, design: Design, level: tuple[int, int]) -> Job:
    column = column_of(design, *level, merged=True)
    return _probed(column, context, "bl")


def _run(context: Context, jobs: Sequence[Job], label: str) -> list[PointResult]:
    context.progress.begin(label, sum(len(job.points) for job in jobs))
    results = []
    for result in context.pool.run(jobs):
        context.progress.point(result.status)
        results.append(result)
    return sorted(results, key=lambda r: (r.job, r.point))
