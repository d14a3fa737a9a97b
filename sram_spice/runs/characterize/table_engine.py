"""All levels of a design by the table engine: statistics, kept samples, certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.column.levels import NominalLevel, mismatch_jobs
from sram_spice.design import Design
from sram_spice.mlsa.voltage_counts import VoltageCounts
from sram_spice.results.distributions import Distributions
from sram_spice.results.levels_table import LevelStatistics, written_levels
from sram_spice.runs.characterize.certificate_levels import certificate_levels
from sram_spice.simulation import SimulatorPool, Status
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.table_model import (
    MOVING_BOUND,
    STATUSES,
    VOLTAGE_BOUND,
    Block,
    Certificate,
    SolvedLevel,
    cached_tables,
    certify,
    check_supported,
    is_static,
    table_engine,
    tables_folder,
)
from sram_spice.technology import ModelCards

KEPT_ROWS = 25_000_000  # samples of a run that are written one by one; beyond it only counted
RESCUED = 1_000  # samples that the tables do not solve and the simulator is asked for, at most
OK, FLIPPED, NONCONVERGED = (STATUSES.index(s) for s in STATUSES)


@dataclass(frozen=True)
class TableRun:
    """What the table engine found.

    Attributes
    ----------
    levels : DataFrame
        As levels.csv.
    v, code : ndarray, shape (levels, kept, 2) and (levels, kept)
        The first samples of every level: V_BL and V_BLB (V), and position in STATUSES.
    distributions : Distributions
        Of all samples.
    statuses : dict of str to int
        All samples by status.
    certificate : Certificate
    """

    levels: pd.DataFrame
    v: FloatArray
    code: NDArray[np.uint8]
    distributions: Distributions
    statuses: dict[str, int]
    certificate: Certificate


def run_tables_engine(
    design: Design,
    cards: ModelCards,
    nominal: Sequence[NominalLevel],
    pool: SimulatorPool,
    progress: Progress,
) -> TableRun:
    """Tabulate, solve and certify.

    Parameters
    ----------
    design : Design
    cards : ModelCards
    nominal : sequence of NominalLevel
        All levels, in the order of :func:`levels_of`.
    pool : SimulatorPool
    progress : Progress

    Raises
    ------
    InputError
        The table model cannot solve this design.
    """
    check_supported(design)
    tables = cached_tables(design, cards, pool, tables_folder(), progress)
    engine = table_engine(design, cards, tables, nominal, pool)
    samples = design.monte_carlo.samples
    collected = _Collected(design, nominal)
    progress.begin("columns, in thousands", samples * len(nominal) // 1000)
    told = 0
    for block in engine.blocks(samples, design.monte_carlo.seed, available_cores()):
        rescued = _rescue(design, cards, nominal, pool, block, collected.rescued)
        collected.add(block)
        collected.rescued += rescued
        done = (block.first + block.code.shape[1]) * len(nominal) // 1000
        for _ in range(done - told):
            progress.point(Status.OK)
        told = done
    levels = collected.levels_table(nominal)
    certificate = _certificate(design, cards, nominal, collected, pool, progress)
    return TableRun(
        levels,
        collected.v,
        collected.code,
        collected.distributions,
        collected.statuses(),
        certificate,
    )


class _Collected:
    """What is kept of the blocks: first samples, counts, moments in the order of the samples."""

    def __init__(self, design: Design, nominal: Sequence[NominalLevel]) -> None:
        samples = design.monte_carlo.samples
        self.kept = min(samples, max(KEPT_ROWS // len(nominal), 2))
        self.v = np.full((len(nominal), self.kept, 2), np.nan)
        self.code = np.zeros((len(nominal), self.kept), dtype=np.uint8)
        self.counts = np.zeros((len(nominal), len(STATUSES)), dtype=np.int64)
        self.mean = np.zeros((len(nominal), 2))
        self.squares = np.zeros((len(nominal), 2))
        n_plus = np.array([level.n_plus for level in nominal])
        n_minus = np.array([level.n_minus for level in nominal])
        vdd = design.conditions.vdd
        self.distributions = Distributions(
            VoltageCounts.empty(n_plus, n_minus, vdd, differential=False),
            VoltageCounts.empty(n_plus, n_minus, vdd, differential=True),
        )
        self.rescued = 0

    def add(self, block: Block) -> None:
        end = min(block.first + block.code.shape[1], self.kept)
        if end > block.first:
            taken = slice(0, end - block.first)
            self.v[:, block.first : end] = block.v[:, taken]
            self.code[:, block.first : end] = block.code[:, taken]
        before = self.counts[:, OK].copy()
        for number in range(len(STATUSES)):
            self.counts[:, number] += (block.code == number).sum(axis=1)
        self.distributions.add(block.v)
        self._add_moments(block, before)

    def _add_moments(self, block: Block, before: NDArray[np.int64]) -> None:
        # Chan et al.: exact for blocks of any size, no loss by large sums.
        valid = (block.code == OK)[..., None]
        n = np.maximum(valid.sum(axis=1), 1)
        v = np.where(valid, block.v, 0.0)
        mean = v.sum(axis=1) / n
        squares = (np.where(valid, v - mean[:, None], 0.0) ** 2).sum(axis=1)
        number = valid.sum(axis=1)
        share = number / np.maximum(before[:, None] + number, 1)
        apart = mean - self.mean
        self.squares += squares + apart**2 * before[:, None] * share
        self.mean += apart * share

    def statuses(self) -> dict[str, int]:
        total = self.counts.sum(axis=0).tolist()
        found = {str(s): n for s, n in zip(STATUSES, total, strict=True) if n}
        return dict(sorted(found.items()))

    def levels_table(self, nominal: Sequence[NominalLevel]) -> pd.DataFrame:
        ok = self.counts[:, OK]
        mean = np.where(ok[:, None] > 0, self.mean, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            std = np.where(ok[:, None] > 1, np.sqrt(self.squares / (ok[:, None] - 1)), np.nan)
        found = LevelStatistics(
            mean,
            std,
            self.counts.sum(axis=1),
            self.counts[:, NONCONVERGED],
            self.counts[:, FLIPPED],
        )
        return written_levels(nominal, found)


def _rescue(
    design: Design,
    cards: ModelCards,
    nominal: Sequence[NominalLevel],
    pool: SimulatorPool,
    block: Block,
    already: int,
) -> int:
    """Let the simulator solve what the tables did not; return how many columns these were."""
    where = np.argwhere(block.code == NONCONVERGED)[: max(RESCUED - already, 0)]
    for level, position in where.tolist():
        chunk = [(block.first + position,)]
        (result,) = pool.run(mismatch_jobs(design, cards, nominal[level], chunk))
        if result.status in (Status.OK, Status.FLIPPED):
            block.code[level, position] = STATUSES.index(result.status)
            if result.status is Status.OK and result.values is not None:
                block.v[level, position] = result.values
    return len(where)


def _certificate(
    design: Design,
    cards: ModelCards,
    nominal: Sequence[NominalLevel],
    collected: _Collected,
    pool: SimulatorPool,
    progress: Progress,
) -> Certificate:
    columns = min(design.monte_carlo.certificate_columns, collected.kept)
    lost = collected.counts[:, FLIPPED] / collected.counts.sum(axis=1)
    solved = []
    for number in certificate_levels(nominal, lost):
        level = nominal[number]
        static = is_static(design, level.n_plus, level.n_minus)
        bound = VOLTAGE_BOUND if static else MOVING_BOUND
        v, code = collected.v[number, :columns], collected.code[number, :columns]
        solved.append(SolvedLevel(level, v, code, bound))
    return certify(design, cards, solved, pool, progress)
