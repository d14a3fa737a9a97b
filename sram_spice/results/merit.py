"""Figures of merit of one run: what a designer compares between designs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Merit:
    """What one run amounts to, all rows active.

    Attributes
    ----------
    swing_v : float
        Highest minus lowest nominal V_BL, V.
    step_v : float
        Nominal V_BL per row that changes its product (LSB), at the middle, V.
    sigma_v : float
        Standard deviation of V_BL at the middle level, V; NaN without mismatch.
    sigma_rows : float
        The same in rows: sigma_v / step_v.
    energy_j : float
        Largest energy of one nominal access, J.
    settling_time_s : float
        Longest settling of a bit line, s; NaN when one does not settle.
    samples, failed, flipped : int
        Monte Carlo samples over all levels.
    nominal_flipped, nominal_failed : int
        Levels that lose data, or have no solution, without mismatch.
    """

    swing_v: float
    step_v: float
    sigma_v: float
    sigma_rows: float
    energy_j: float
    settling_time_s: float
    samples: int
    failed: int
    flipped: int
    nominal_flipped: int
    nominal_failed: int


def merit(levels: pd.DataFrame, access: pd.DataFrame, rows: int) -> Merit:
    """Return the figures of merit of a run with `rows` rows, from its tables of these names."""
    full = levels[levels["n_plus"] + levels["n_minus"] == rows].sort_values("n_plus")
    nominal = full["v_bl_nominal_v"].to_numpy(dtype=float)
    middle = len(full) // 2
    around = nominal[max(0, middle - 1) : middle + 2]
    step = float(np.diff(around).mean())
    sigma = float(full["v_bl_std_v"].to_numpy(dtype=float)[middle])
    settling = access[["settling_time_bl_s", "settling_time_blb_s"]].to_numpy(dtype=float)
    flipped, failed = _nominal_losses(levels)
    return Merit(
        swing_v=float(np.nanmax(nominal) - np.nanmin(nominal))
        if np.isfinite(nominal).any()
        else float("nan"),
        step_v=step,
        sigma_v=sigma,
        sigma_rows=sigma / step if step > 0 else float("nan"),
        energy_j=float(access["energy_j"].max()),
        settling_time_s=float(settling.max()) if settling.size else float("nan"),
        samples=int(levels["samples"].sum()),
        failed=int(levels["failed"].sum()),
        flipped=int(levels["flipped"].sum()),
        nominal_flipped=flipped,
        nominal_failed=failed,
    )


def _nominal_losses(levels: pd.DataFrame) -> tuple[int, int]:
    status = levels["nominal_status"].astype(str)
    return int((status == "flipped").sum()), int((~status.isin(["ok", "flipped"])).sum())
