"""Counted codes against P(code | level): binomial intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from sram_spice.amplifier.access_samples import MlsaSample
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.results.checkpoint import Level

CONFIDENCE = 0.99
SUMS = 8
INSIDE, OUTSIDE = "inside", "outside"

Counted = Mapping[Level, Sequence[MlsaSample]]


def check_levels(codes: pd.DataFrame, n_active: int, wanted: int = SUMS) -> list[Level]:
    """Return levels spread evenly over those at which at least two codes occur, or over all.

    Parameters
    ----------
    codes : DataFrame
        P(code | level).
    n_active : int
        Active rows.
    wanted : int
        How many.
    """
    mine = codes[codes["n_plus"] + codes["n_minus"] == n_active]
    likely = mine[mine["probability"] > 0.01].groupby("n_plus").size()
    mixed = likely[likely > 1] if (likely > 1).any() else likely
    chosen = mixed.index[np.unique(np.linspace(0, mixed.size - 1, wanted).round().astype(int))]
    return [(int(n), n_active - int(n)) for n in chosen]


def compare_codes(
    codes: pd.DataFrame, benches: Mapping[Level, MlsaBench], counted: Counted
) -> pd.DataFrame:
    """Compare counted codes with P(code | level).

    Parameters
    ----------
    codes : DataFrame
        P(code | level) of the parallel MLSA.
    benches : mapping of (int, int) to MlsaBench
    counted : mapping of (int, int) to sequence of MlsaSample

    Returns
    -------
    DataFrame
        One row per level and code with any probability or count: predicted probability, count,
        the 99 % interval of the count, whether it is inside, and the probability that a count lies
        outside by chance where the prediction is right (an integer count does so less often than
        in 1 %); per level the samples that are undecided, flipped or failed.
    """
    return pd.concat(
        [_compare(codes, level, benches[level], found) for level, found in counted.items()],
        ignore_index=True,
    )


def check_summary(table: pd.DataFrame) -> dict[str, Any]:
    """Return how the comparison came out, in a few numbers.

    Counts of a level add up to its samples, so that they are not independent; the expected number
    outside holds all the same.
    """
    levels = table.drop_duplicates(["sensing", "n_plus", "n_minus"])
    return {
        "levels": len(levels),
        "transients": int(levels["samples"].sum()),
        "comparisons": len(table),
        "outside": int((table["comparison"] == OUTSIDE).sum()),
        "outside_expected_by_chance": float(table["outside_by_chance"].sum()),
        **{name: int(levels[name].sum()) for name in ("undecided", "flipped", "failed")},
    }


def _compare(
    codes: pd.DataFrame, level: Level, bench: MlsaBench, found: Sequence[MlsaSample]
) -> pd.DataFrame:
    plus, minus = level
    total = len(found)
    mine = codes[(codes["n_plus"] == plus) & (codes["n_minus"] == minus) & codes["code"].notna()]
    probability = dict(zip(mine["code"].astype(int), mine["probability"], strict=True))
    read = [sample.code(bench) for sample in found]
    counts = pd.Series([c for c in read if c is not None], dtype="int64").value_counts()
    rows = []
    for code in sorted({*probability, *counts.index.tolist()}):
        p, count = float(probability.get(code, 0.0)), int(counts.get(code, 0))
        low, high = binom.interval(CONFIDENCE, total, p) if p > 0 else (0.0, 0.0)
        rows.append(
            {
                "n_plus": plus,
                "n_minus": minus,
                "sum": plus - minus,
                "code": code,
                "probability": p,
                "expected": p * total,
                "counted": count,
                "low": int(low),
                "high": int(high),
                "comparison": INSIDE if low <= count <= high else OUTSIDE,
                "outside_by_chance": float(binom.cdf(low - 1, total, p) + binom.sf(high, total, p)),
                "samples": total,
                "undecided": sum(s.undecided for s in found),
                "flipped": sum(str(s.status) == "flipped" for s in found),
                "failed": sum(not s.status.has_values for s in found),
            }
        )
    return pd.DataFrame(rows)
