"""Are the code probabilities right? Counted on full transients, against binomial intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import binom

from sram_spice.measurements.measurement import Context
from sram_spice.measurements.mlsa_samples import MlsaSample, simulate_samples
from sram_spice.runs.mlsa_thresholds import TrimmedSet

CONFIDENCE = 0.99
SUMS = 8


def check_levels(codes: pd.DataFrame, n_active: int, wanted: int = SUMS) -> list[tuple[int, int]]:
    """Return levels spread evenly over those at which at least two codes occur.

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
    mixed = likely[likely > 1].index.to_numpy()
    chosen = mixed[np.unique(np.linspace(0, mixed.size - 1, wanted).round().astype(int))]
    return [(int(n), n_active - int(n)) for n in chosen]


def check_codes(
    context: Context,
    codes: pd.DataFrame,
    trimmed: TrimmedSet,
    levels: Sequence[tuple[int, int]],
    samples: int,
) -> pd.DataFrame:
    """Count codes on full transients and compare them with P(code | level).

    Parameters
    ----------
    context : Context
    codes : DataFrame
        P(code | level) of the parallel MLSA.
    trimmed : TrimmedSet
        The ladder.
    levels : sequence of (int, int)
    samples : int
        Per level.

    Returns
    -------
    DataFrame
        One row per level and code with any probability or count: predicted probability, count,
        the 99 % interval of the count, and whether it agrees; per level the samples that are
        undecided, flipped or failed.
    """
    taps = [tuple(trimmed.taps.tolist())] * len(levels)
    found = simulate_samples(context, levels, taps, range(samples))
    return pd.concat(
        [_compare(codes, [s for s in found if (s.n_plus, s.n_minus) == level]) for level in levels],
        ignore_index=True,
    )


def _compare(codes: pd.DataFrame, found: Sequence[MlsaSample]) -> pd.DataFrame:
    plus, minus, total = found[0].n_plus, found[0].n_minus, len(found)
    mine = codes[(codes["n_plus"] == plus) & (codes["n_minus"] == minus) & codes["code"].notna()]
    probability = dict(zip(mine["code"].astype(int), mine["probability"], strict=True))
    counted = pd.Series([s.code for s in found if s.code is not None], dtype="int64").value_counts()
    rows = []
    for code in sorted({*probability, *counted.index.tolist()}):
        p, count = float(probability.get(code, 0.0)), int(counted.get(code, 0))
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
                "agrees": bool(low <= count <= high),
                "samples": total,
                "undecided": sum(s.undecided > 0 for s in found),
                "flipped": sum(str(s.status) == "flipped" for s in found),
                "failed": sum(not s.status.has_values for s in found),
            }
        )
    return pd.DataFrame(rows)
