"""Simulate all levels of a design: nominal, then Monte Carlo, into two tidy tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.column.levels import NominalLevel, mismatch_jobs, samples_per_job
from sram_spice.design import Design
from sram_spice.generators import cell_of, levels_of
from sram_spice.mlsa.kept_samples import is_kept, is_lost
from sram_spice.results.checkpoint import Checkpoint, Level, Sample
from sram_spice.results.levels_table import LevelStatistics, written_levels
from sram_spice.simulation import Job, SimulatorPool
from sram_spice.simulation.progress import Progress
from sram_spice.technology import ModelCards

CHUNK = 50  # samples per job: small enough to share out and to lose, large against one deck load


@dataclass(frozen=True)
class _Chunk:
    nominal: NominalLevel
    indices: tuple[int, ...]

    @property
    def level(self) -> Level:
        return (self.nominal.n_plus, self.nominal.n_minus)


def sampled_levels(design: Design) -> list[Level]:
    """Return the levels that Monte Carlo samples.

    All of a cell whose rows are always active; else those with n_active = `active_step`, twice
    that, ... and with all rows active. None without mismatch.
    """
    if design.mismatch.a_vt == 0:
        return []
    cell, rows = cell_of(design), design.column.rows
    step = design.monte_carlo.active_step
    levels = levels_of(cell, rows)
    if cell.always_active:
        return levels
    return [(p, m) for p, m in levels if p + m and ((p + m) % step == 0 or p + m == rows)]


def run_monte_carlo(
    design: Design,
    cards: ModelCards,
    nominal: Sequence[NominalLevel],
    pool: SimulatorPool,
    checkpoint: Checkpoint,
    progress: Progress,
) -> None:
    """Simulate the samples of the design's sampled levels that the checkpoint does not hold yet."""
    wanted = set(sampled_levels(design))
    chosen = [level for level in nominal if (level.n_plus, level.n_minus) in wanted]
    run_monte_carlo_at(design, cards, chosen, pool, checkpoint, progress)


def run_monte_carlo_at(
    design: Design,
    cards: ModelCards,
    chosen: Sequence[NominalLevel],
    pool: SimulatorPool,
    checkpoint: Checkpoint,
    progress: Progress,
) -> None:
    """Simulate the samples of some levels that the checkpoint does not hold yet.

    What is finished is in the checkpoint; it is saved when this is interrupted, else as often as
    the checkpoint is to be.
    """
    chunks = list(_missing_chunks(design, chosen, checkpoint))
    total = len(chosen) * design.monte_carlo.samples
    missing = sum(len(chunk.indices) for chunk in chunks)
    progress.begin("Monte Carlo", total, total - missing)
    left = {number: len(chunk.indices) for number, chunk in enumerate(chunks)}
    try:
        for result in pool.run(_jobs(design, cards, chunks)):
            chunk = chunks[result.job]
            v_bl, v_blb = (np.nan, np.nan) if result.values is None else result.values.tolist()
            sample = Sample(v_bl, v_blb, result.status)
            checkpoint.add(chunk.level, chunk.indices[result.point], sample)
            progress.point(result.status)
            left[result.job] -= 1
            if not left[result.job]:
                checkpoint.save_sometimes()
    except BaseException:
        checkpoint.save()
        raise


def samples_table(design: Design, checkpoint: Checkpoint) -> pd.DataFrame:
    """Return every Monte Carlo sample, sorted by n_active, n_plus, index."""
    return sampled_table(design, checkpoint, sampled_levels(design))


def sampled_table(design: Design, checkpoint: Checkpoint, levels: Sequence[Level]) -> pd.DataFrame:
    """Return the samples of some levels, in their order, then by index."""
    rows = [
        (n_plus, n_minus, index, sample.v_bl, sample.v_blb, str(sample.status))
        for n_plus, n_minus in levels
        for index, sample in sorted(checkpoint.samples((n_plus, n_minus)).items())
        if index < design.monte_carlo.samples
    ]
    columns = ["n_plus", "n_minus", "index", "v_bl_v", "v_blb_v", "status"]
    table = pd.DataFrame(rows, columns=columns)
    types = {"n_plus": "int64", "n_minus": "int64", "index": "int64", "status": "str"}
    return table.astype({**types, "v_bl_v": "float64", "v_blb_v": "float64"})


def levels_table(nominal: Sequence[NominalLevel], samples: pd.DataFrame) -> pd.DataFrame:
    """Return one row per level, as levels.csv.

    Mean and standard deviation (ddof = 1) are over the samples that keep their data; `flipped`
    counts those that do not, `failed` those without a valid solution.
    """
    kept, lost = is_kept(samples), is_lost(samples)
    lines = ["v_bl_v", "v_blb_v"]
    marked = samples.assign(failed=~kept & ~lost, flipped=lost)
    marked.loc[~kept, lines] = np.nan
    grouped = marked.groupby(["n_plus", "n_minus"])
    index = pd.MultiIndex.from_tuples([(one.n_plus, one.n_minus) for one in nominal])

    def count(name: str) -> NDArray[np.int64]:
        return np.asarray(grouped[name].sum().reindex(index).fillna(0), dtype=np.int64)

    found = LevelStatistics(
        grouped[lines].mean().reindex(index).to_numpy(dtype=float),
        grouped[lines].std().reindex(index).to_numpy(dtype=float),
        np.asarray(grouped.size().reindex(index).fillna(0), dtype=np.int64),
        count("failed"),
        count("flipped"),
    )
    return written_levels(nominal, found)


def _missing_chunks(
    design: Design, chosen: Sequence[NominalLevel], checkpoint: Checkpoint
) -> Iterator[_Chunk]:
    size = samples_per_job(design, CHUNK)
    for nominal in chosen:
        known = checkpoint.samples((nominal.n_plus, nominal.n_minus))
        missing = [i for i in range(design.monte_carlo.samples) if i not in known]
        for start in range(0, len(missing), size):
            yield _Chunk(nominal, tuple(missing[start : start + size]))


def _jobs(design: Design, cards: ModelCards, chunks: Sequence[_Chunk]) -> Iterator[Job]:
    for _, same_level in groupby(chunks, key=lambda chunk: chunk.level):
        of_level = list(same_level)
        indices = [chunk.indices for chunk in of_level]
        yield from mismatch_jobs(design, cards, of_level[0].nominal, indices)
