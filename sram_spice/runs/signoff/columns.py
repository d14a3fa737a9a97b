"""Mismatched columns in one condition: at the levels that occur, as many as a sign-off needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.column.context import Context
from sram_spice.column.levels import NominalLevel
from sram_spice.results.checkpoint import CHECKPOINT, Checkpoint
from sram_spice.runs.characterize.levels import (
    levels_table,
    run_monte_carlo_at,
    sampled_table,
)
from sram_spice.simulation import Status
from sram_spice.workload import SumDistribution

LEFT_OUT = 1e-4  # probability of the accesses whose number of active rows is not looked at
BEYOND = 1e-4  # probability of the sums outside the sampled levels, on either side
ACROSS = 7  # sampled levels of a number of active rows: mean and sigma are smooth in between
ACTIVE = (0.01, 0.5, 0.99)  # quantiles of the number of active rows that is sampled


@dataclass(frozen=True, eq=False)
class Columns:
    """What mismatch does to the columns.

    Attributes
    ----------
    levels : DataFrame
        As levels.csv: nominal at every level, mean and sigma at the sampled ones.
    samples : DataFrame
        As samples.parquet.
    """

    levels: pd.DataFrame
    samples: pd.DataFrame


def that_matter(distribution: SumDistribution) -> SumDistribution:
    """Return the levels of the numbers of active rows that occur, but for the rarest.

    All sums of a number of active rows stay: references need their neighbours. The probabilities
    add up to 1 again.
    """
    _, index = np.unique(distribution.n_active, return_inverse=True)
    share = np.bincount(index, weights=distribution.probability)
    rarest = np.argsort(share, kind="stable")
    dropped = rarest[np.cumsum(share[rarest]) <= LEFT_OUT]
    kept = ~np.isin(index, dropped)
    probability = distribution.probability[kept]
    return SumDistribution(
        distribution.n_plus[kept], distribution.n_minus[kept], probability / probability.sum()
    )


def sampled_levels(distribution: SumDistribution) -> list[tuple[int, int]]:
    """Return the levels that Monte Carlo samples: few, from the rarest sums to the rarest."""
    active = distribution.n_active
    weights = np.bincount(active, distribution.probability).astype(np.float64)
    found = []
    for n_active in dict.fromkeys(_quantile(weights, q) for q in ACTIVE):
        mine = active == n_active
        pluses = distribution.n_plus[mine]
        share = distribution.probability[mine] / distribution.probability[mine].sum()
        low, high = (int(pluses[_quantile(share, q)]) for q in (BEYOND, 1 - BEYOND))
        chosen = np.unique(np.linspace(low, high, ACROSS).round().astype(int))
        found += [(plus, n_active - plus) for plus in chosen.tolist()]
    return found


def solve_columns(
    context: Context, distribution: SumDistribution, nominal: Sequence[NominalLevel], work: Path
) -> Columns:
    """Draw and solve mismatched columns on full SPICE; nominal levels are there.

    Parameters
    ----------
    context : Context
    distribution : SumDistribution
    nominal : sequence of NominalLevel
        Every level of each of its numbers of active rows.
    work : Path
        Gets a checkpoint.
    """
    wanted = set(sampled_levels(distribution)) if context.design.mismatch.a_vt > 0 else set()
    # A nominal column that loses data says enough; the access that decides takes long.
    chosen = [
        one for one in nominal if (one.n_plus, one.n_minus) in wanted and one.status is Status.OK
    ]
    checkpoint = Checkpoint(work / CHECKPOINT / "columns")
    run_monte_carlo_at(
        context.design, context.cards, chosen, context.pool, checkpoint, context.progress
    )
    pairs = [(one.n_plus, one.n_minus) for one in chosen]
    samples = sampled_table(context.design, checkpoint, pairs)
    return Columns(levels_table(nominal, samples), samples)


def _quantile(weights: NDArray[np.float64], probability: float) -> int:
    total = np.cumsum(weights) / weights.sum()
    return min(int(np.searchsorted(total, probability)), weights.size - 1)
