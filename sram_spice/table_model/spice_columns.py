"""Columns of some levels on full SPICE, all transistors mismatched: what tables are judged by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sram_spice.column.levels import NominalLevel, mismatch_jobs, samples_per_job
from sram_spice.design import Design
from sram_spice.simulation import Job, SimulatorPool, Status
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.progress import Progress, Silent
from sram_spice.technology import ModelCards

CHUNK = 25  # columns per job


@dataclass(frozen=True)
class SpiceColumns:
    """Columns of a level as the simulator solves them.

    Attributes
    ----------
    v : ndarray, shape (n, 2)
        V_BL and V_BLB of samples 0, 1, ... of the design's seed, V; NaN without a solution.
    status : tuple of Status
        Of each.
    """

    v: FloatArray
    status: tuple[Status, ...]


def spice_columns(
    design: Design,
    cards: ModelCards,
    nominal: Sequence[NominalLevel],
    columns: int,
    pool: SimulatorPool,
    progress: Progress | None = None,
) -> list[SpiceColumns]:
    """Solve samples 0, 1, ... of some levels on the simulator.

    Parameters
    ----------
    design : Design
    cards : ModelCards
    nominal : sequence of NominalLevel
        The levels.
    columns : int
        Samples of each.
    pool : SimulatorPool
    progress : Progress, optional
    """
    told = progress or Silent()
    told.begin("certificate", columns * len(nominal))
    size = samples_per_job(design, CHUNK)
    parts = -(-columns // size)
    v = np.full((len(nominal), columns, 2), np.nan)
    statuses = [[Status.NONCONVERGED] * columns for _ in nominal]
    for result in pool.run(_jobs(design, cards, nominal, columns, size)):
        level, index = result.job // parts, result.job % parts * size + result.point
        statuses[level][index] = result.status
        if result.values is not None:
            v[level, index] = result.values
        told.point(result.status)
    return [SpiceColumns(*pair) for pair in zip(v, map(tuple, statuses), strict=True)]


def _jobs(
    design: Design,
    cards: ModelCards,
    chosen: Sequence[NominalLevel],
    columns: int,
    size: int,
) -> Iterator[Job]:
    chunks = [range(s, min(s + size, columns)) for s in range(0, columns, size)]
    for level in chosen:
        yield from mismatch_jobs(design, cards, level, chunks)
