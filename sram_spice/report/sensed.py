"""Levels and samples of a run as the sense amplifier sees them: V_BL, or V_BL - V_BLB."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.mlsa import Sensing
from sram_spice.mlsa.kept_samples import KEPT, LOST, is_lost
from sram_spice.mlsa.level_model import sensed_voltage, solved_voltage


def sensed_samples(samples: pd.DataFrame, sensing: Sensing) -> pd.DataFrame:
    """Return all samples: n_plus, n_minus, n_active, sum, voltage, lost_voltage (V), status.

    The sensed voltage is NaN where a sample has lost data or has no valid solution; where it has
    lost data, it is `lost_voltage`, if it is known.
    """
    lost = np.where(is_lost(samples), solved_voltage(samples, sensing), np.nan)
    return pd.DataFrame(
        {
            "n_plus": samples["n_plus"],
            "n_minus": samples["n_minus"],
            "n_active": samples["n_plus"] + samples["n_minus"],
            "sum": samples["n_plus"] - samples["n_minus"],
            "voltage": sensed_voltage(samples, sensing),
            "lost_voltage": lost,
            "status": samples["status"].astype(str),
        }
    )


def sensed_levels(
    levels: pd.DataFrame, samples: pd.DataFrame | None, sensing: Sensing
) -> pd.DataFrame:
    """Return all levels, sorted by n_active and sum.

    Columns: n_plus, n_minus, n_active, sum; nominal, mean, std (V, of the sensed voltage);
    samples; lost, failed (samples, plus 1 where the nominal column itself is).

    Parameters
    ----------
    levels : DataFrame
        As in a run's tables.
    samples : DataFrame or None
        Of :func:`sensed_samples`; needed for differential sensing: BL and BLB share their
        transistors, so that the spread of the difference is not in `levels`.
    sensing : {"single_ended", "differential"}
    """
    status = levels["nominal_status"].astype(str)
    found = pd.DataFrame(
        {
            "n_plus": levels["n_plus"],
            "n_minus": levels["n_minus"],
            "n_active": levels["n_plus"] + levels["n_minus"],
            "sum": levels["sum"],
            "nominal": _sensed(levels, "nominal", sensing),
            "mean": _sensed(levels, "mean", sensing),
            "std": _std(levels, samples),
            "samples": levels["samples"],
            "lost": levels["flipped"] + (status == LOST),
            "failed": levels["failed"] + ~status.isin([KEPT, LOST]),
        }
    )
    return found.sort_values(["n_active", "sum"], ignore_index=True)


def spread_choice(values: NDArray[np.int64], wanted: NDArray[np.float64]) -> list[int]:
    """Return the values nearest to the wanted ones, each once, ascending."""
    if not values.size:
        return []
    return sorted({int(values[np.abs(values - one).argmin()]) for one in wanted})


def _sensed(levels: pd.DataFrame, which: str, sensing: Sensing) -> NDArray[np.float64]:
    voltage = levels[f"v_bl_{which}_v"].to_numpy(dtype=np.float64)
    if sensing == "differential":
        voltage = voltage - levels[f"v_blb_{which}_v"].to_numpy(dtype=np.float64)
    return voltage


def _std(levels: pd.DataFrame, samples: pd.DataFrame | None) -> NDArray[np.float64]:
    if samples is None:
        return levels["v_bl_std_v"].to_numpy(dtype=np.float64)
    std = samples.groupby(["n_plus", "n_minus"])["voltage"].std()
    wanted = pd.MultiIndex.from_frame(levels[["n_plus", "n_minus"]])
    return np.asarray(std.reindex(wanted), dtype=np.float64)
