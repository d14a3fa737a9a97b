"""Codes of single Monte Carlo samples: one column after the other, not their average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sram_spice.errors import InputError
from sram_spice.lut.decisions import KEPT_STATUS, Decisions
from sram_spice.lut.lookup import Lut, References


def sample_table(lut: Lut, references: References = "own") -> NDArray[np.int16]:
    """Return the code of every sample at every level, shape (levels, samples).

    The amplifiers are nominal ones: :meth:`Lut.chip` has their mismatch, too. Sample i is the same
    silicon at every level. `NO_CODE` where it has lost data or has no valid solution.

    Raises
    ------
    InputError
        The table has no samples, or not of all levels.
    """
    bl, blb = sample_voltages(lut)
    return Decisions.of(lut, references).codes(np.arange(len(bl))[:, None], bl, blb)


def sample_voltages(lut: Lut) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return BL and BLB of every sample, V, shape (levels, samples); NaN where data is lost.

    Raises
    ------
    InputError
        The table has no samples, or not of all levels.
    """
    lut.check_one_point()
    data = lut.data
    if not data.sizes.get("sample") or bool((data["status"] == 0).any()):
        raise InputError(
            "not every level has its samples in this table",
            key="v_bl_sample",
            allowed="a table of a cell whose rows are always active (8T), with its samples",
        )
    valid = data["status"].to_numpy() == KEPT_STATUS
    bl, blb = (data[f"v_{line}_sample"].to_numpy().astype(float) for line in ("bl", "blb"))
    return np.where(valid, bl, np.nan), np.where(valid, blb, np.nan)
