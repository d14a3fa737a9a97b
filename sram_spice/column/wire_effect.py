"""What wires with a resistance do to nominal levels, and what it matters where which rows are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sram_spice.column.context import Context
from sram_spice.column.levels import NominalLevel, column_job, mismatch_jobs
from sram_spice.design import Design, with_values
from sram_spice.generators import column_of
from sram_spice.generators.placement import block_order, even_order
from sram_spice.simulation import Job, PointResult, Status

# Rows with product -1 next to the end at which row 0 is, at the other one, or spread evenly.
PLACES = ("near", "far", "even")
RAILS = ("wires.ground_resistance_per_cell", "wires.supply_resistance_per_cell")
PLACEMENTS = 30  # samples of a level whose rows are placed without mismatch: sigma to 13 %


@dataclass(frozen=True)
class WireShift:
    """By how much the sensed bit lines of a nominal level are above those of lumped wires.

    Attributes
    ----------
    n_plus, n_minus : int
    minus_rows : {"near", "far", "even"}
        Where the rows with product -1 are.
    rails : bool
        With the resistance of the rails, not of the bit lines alone.
    readout_bl, readout_blb : float
        Sensed where the read-out is, V.
    end_bl, end_blb : float
        Sensed at the end of the column that is further from it, V.
    """

    n_plus: int
    n_minus: int
    minus_rows: str
    rails: bool
    readout_bl: float
    readout_blb: float
    end_bl: float
    end_blb: float


@dataclass(frozen=True)
class PlacementSpread:
    """How much of a level's spread comes from where its rows are.

    Attributes
    ----------
    n_plus, n_minus : int
    samples : int
        Columns without mismatch, each with its rows in the places of a sample.
    sigma_bl, sigma_blb : float
        Standard deviation of the sensed bit lines, V.
    """

    n_plus: int
    n_minus: int
    samples: int
    sigma_bl: float
    sigma_blb: float


def wire_shifts(context: Context, nominal: Sequence[NominalLevel]) -> list[WireShift]:
    """Simulate columns with distributed wires beside those with lumped ones.

    Levels with all rows active: half of them with product +1, and an eighth. Those without a valid
    solution are left out.

    Parameters
    ----------
    context : Context
        Its design may have either model.
    nominal : sequence of NominalLevel
        Of the design; those of lumped wires are taken from it where they are there.
    """
    design = context.design
    rows = design.column.rows
    levels = [(plus, rows - plus) for plus in sorted({rows // 2, max(1, rows // 8)})]
    lumped = _lumped(context, nominal, levels)
    cases = [
        (level, place, rails) for level in levels for place in PLACES for rails in (False, True)
    ]
    results = _run(context, "wires", [_job(context, *case) for case in cases])
    found = []
    for (level, place, rails), result in zip(cases, results, strict=True):
        base = lumped[level]
        if result.status is Status.OK and result.values is not None and base is not None:
            end_bl, end_blb, bl, blb = (result.values - np.array([*base, *base])).tolist()
            found.append(WireShift(*level, place, rails, bl, blb, end_bl, end_blb))
    return found


def placement_spreads(
    context: Context, nominal: Sequence[NominalLevel], levels: Sequence[tuple[int, int]]
) -> list[PlacementSpread]:
    """Simulate the placements of samples 0, 1, ... without their mismatch.

    Parameters
    ----------
    context : Context
        Of a design with distributed wires.
    nominal : sequence of NominalLevel
        All levels of it.
    levels : sequence of (int, int)
    """
    still = with_values(context.design, {"mismatch.a_vt": 0.0})
    known = {(one.n_plus, one.n_minus): one for one in nominal}
    count = min(PLACEMENTS, context.design.monte_carlo.samples)
    jobs: list[Job] = []
    for level in levels:
        jobs += mismatch_jobs(still, context.cards, known[level], [[i] for i in range(count)])
    results = _run(context, "places of rows", jobs)
    found = []
    for number, level in enumerate(levels):
        mine = results[number * count : (number + 1) * count]
        lines = np.array([r.values for r in mine if r.status is Status.OK]).reshape(-1, 2)
        if len(lines) > 1:
            found.append(PlacementSpread(*level, len(lines), *lines.std(axis=0, ddof=1).tolist()))
    return found


def further_end(design: Design) -> str:
    """Return the end of the column that is further from the read-out."""
    at = design.wires.load_at
    beyond = at == "far" or (isinstance(at, int) and at >= design.column.rows / 2)
    return "near" if beyond else "far"


def _job(context: Context, level: tuple[int, int], place: str, rails: bool) -> Job:
    keys: dict[str, object] = {"wires.model": "distributed"}
    keys["wires.amplifier_at"] = further_end(context.design)
    design = with_values(context.design, keys | ({} if rails else dict.fromkeys(RAILS, 0.0)))
    rows = design.column.rows
    n_plus, n_minus = level
    orders = {
        "near": (*range(n_minus, rows), *range(n_minus)),
        "far": block_order(rows),
        "even": even_order(rows, n_plus, n_minus),
    }
    return column_job(column_of(design, *level, order=orders[place]), context.cards)


def _lumped(
    context: Context, nominal: Sequence[NominalLevel], levels: Sequence[tuple[int, int]]
) -> Mapping[tuple[int, int], tuple[float, float] | None]:
    if not context.design.wires.distributed:
        known = {(one.n_plus, one.n_minus): one for one in nominal}
        lines = {level: known[level] for level in levels}
        return {
            level: (one.line_bl, one.line_blb) if one.status is Status.OK else None
            for level, one in lines.items()
        }
    lumped = with_values(context.design, {"wires.model": "lumped"})
    columns = [column_of(lumped, *level, merged=True) for level in levels]
    jobs = [column_job(column, context.cards) for column in columns]
    found: dict[tuple[int, int], tuple[float, float] | None] = {}
    for level, result in zip(levels, _run(context, "lumped wires", jobs), strict=True):
        values = result.values if result.status is Status.OK else None
        found[level] = None if values is None else (float(values[2]), float(values[3]))
    return found


def _run(context: Context, what: str, jobs: Sequence[Job]) -> list[PointResult]:
    context.progress.begin(what, len(jobs))
    return sorted(_told(context, jobs), key=lambda result: result.job)


def _told(context: Context, jobs: Sequence[Job]) -> Iterator[PointResult]:
    for result in context.pool.run(jobs):
        context.progress.point(result.status)
        yield result
