"""Codes of single Monte Carlo samples: one column after the other, not their average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sram_spice.errors import InputError
from sram_spice.lut.alias import NO_CODE
from sram_spice.lut.lookup import Lut, References
from sram_spice.lut.schema import GLOBAL_SET, STATUSES
from sram_spice.mlsa.kept_samples import KEPT

_KEPT = STATUSES.index(KEPT)


def sample_table(lut: Lut, references: References = "own") -> NDArray[np.int16]:
    """Return the code of every sample at every level, shape (levels, samples).

    Sample i is the same silicon at every level. `NO_CODE` where it has lost data
    or has no valid solution.

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
    voltage = data["v_bl_sample"].to_numpy()
    if lut.sensing == "differential":
        voltage = voltage - data["v_blb_sample"].to_numpy()
    codes = (_own_references(lut, references)[:, None, :] < voltage[:, :, None]).sum(axis=2)
    valid = (data["status"].to_numpy() == _KEPT) & np.isfinite(voltage)
    return np.where(valid, codes, NO_CODE).astype(np.int16)


def _own_references(lut: Lut, references: References) -> NDArray[np.float64]:
    sets = lut.data["set_n_active"].to_numpy().tolist()
    active = (lut.levels.n_plus + lut.levels.n_minus).tolist()
    fallback = GLOBAL_SET if GLOBAL_SET in sets else sets[0]
    chosen = [one if references == "own" and one in sets else fallback for one in active]
    found = np.asarray(lut.data["v_ref"].to_numpy()[[sets.index(one) for one in chosen]])
    if references == "own":  # no active row: sum 0 is certain, and no reference needs a voltage
        found[np.array(active) == 0] = np.where(lut.thresholds < 0, -np.inf, np.inf)
    return found
