"""Bit lines of single Monte Carlo samples at every level."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sram_spice.errors import InputError
from sram_spice.lut.decisions import KEPT_STATUS


def sample_voltages(data: xr.Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return BL and BLB of every sample, V, shape (levels, samples); NaN where data is lost.

    Raises
    ------
    InputError
        The table has no samples, or not of all levels.
    """
    if not data.sizes.get("sample") or bool((data["status"] == 0).any()):
        raise InputError(
            "not every level has its samples in this table",
            key="v_bl_sample",
            allowed="a table of a cell whose rows are always active (8T), with its samples",
        )
    valid = data["status"].to_numpy() == KEPT_STATUS
    bl, blb = (data[f"v_{line}_sample"].to_numpy().astype(float) for line in ("bl", "blb"))
    return np.where(valid, bl, np.nan), np.where(valid, blb, np.nan)
