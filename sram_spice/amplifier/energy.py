"""Energy and latency per access of each mode, averaged, against the paper's figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sram_spice.amplifier.ideal import sum_distribution
from sram_spice.design import Design
from sram_spice.generators import cell_of
from sram_spice.workload.level_interpolation import interpolate_levels


def energy_table(design: Design, codes: pd.DataFrame) -> pd.DataFrame:
    """Return energy (J) and latency (s) of one access per mode, split.

    Parameters
    ----------
    design : Design
    codes : DataFrame
        As of :func:`codes_of_mode`, of several modes.

    Returns
    -------
    DataFrame
        Three rows per mode: mean over the levels as often as they occur (levels in between
        interpolated), mean over the sums with all rows active, and the most expensive level.
        `paper_j`: the published limit of the cell, for its number of rows; `ratio`: energy over it.
    """
    energies = [c for c in codes.columns if c.startswith("energy_")]
    latencies = [c for c in codes.columns if c.startswith("latency_")]
    published = cell_of(design).published_energy
    same = published is not None and published.rows == design.column.rows
    paper = published.energy if published is not None and same else np.nan
    rows = []
    for mode, mine in codes.groupby("mode", sort=False):
        good = mine[np.isfinite(mine["energy_j"])]
        if good.empty:
            continue
        for scope, weights in _weights(design, good).items():
            row: dict[str, object] = {"mode": mode, "average": scope}
            row |= {name: float(weights @ good[name]) for name in energies}
            row |= {name: float(weights @ _finite(good[name])) for name in latencies}
            row |= {"paper_j": paper, "ratio": float(str(row["energy_j"])) / paper}
            rows.append(row)
    return pd.DataFrame(rows)


def _weights(design: Design, good: pd.DataFrame) -> dict[str, np.ndarray]:
    """Weights of the simulated levels for each kind of average."""
    distribution = sum_distribution(design)
    points = good[["n_plus", "n_minus"]].to_numpy(dtype=np.int64)
    wanted = np.column_stack([distribution.n_plus, distribution.n_minus])
    # Interpolation is linear in the values: that of unit vectors gives each level's weight.
    unit = np.eye(len(points))
    if cell_of(design).always_active:
        place = {tuple(p): i for i, p in enumerate(points.tolist())}
        shares = np.zeros(len(points))
        for level, p in zip(wanted.tolist(), distribution.probability, strict=True):
            if tuple(level) in place:
                shares[place[tuple(level)]] += p
        shares /= shares.sum()
    else:
        shares = distribution.probability @ interpolate_levels(points, unit, wanted)
    found = {"all levels, as often as they occur": shares}
    full = (points.sum(axis=1) == design.column.rows).astype(float)
    if full.any():
        found["all rows active, mean over the sums"] = full / full.sum()
    worst = np.zeros(len(points))
    worst[int(good["energy_j"].to_numpy().argmax())] = 1.0
    found["most expensive level"] = worst
    return found


def _finite(values: pd.Series) -> np.ndarray:
    """Return the values with what never happens (inf) as missing."""
    return values.replace(np.inf, np.nan).to_numpy(dtype=np.float64)
