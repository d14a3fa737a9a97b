"""Energy and latency of one access at any level, of the column alone and with its MLSA."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError
from sram_spice.lut.amplifier import REMEDY
from sram_spice.lut.levels import LevelIndex
from sram_spice.workload.level_interpolation import interpolate_levels


def access_value(
    data: xr.Dataset,
    levels: LevelIndex,
    names: Sequence[str],
    sums: ArrayLike,
    n_active: ArrayLike | None,
) -> NDArray[np.float64]:
    """Return the greatest of some variables over simulated accesses, linear between their levels.

    Raises
    ------
    InputError
        The table has no access, or a sum that the column cannot have.
    """
    if any(name not in data for name in names):
        raise InputError(
            "not in this table: format version 1 did not keep it",
            key=names[0],
            allowed="a table of a newer run; sram-spice references DIR rewrites it",
        )
    level = levels.of(sums, n_active)
    values = np.max([data[name].to_numpy() for name in names], axis=0)
    kind = names[0].partition("_")[0]  # access, mlsa
    known = np.stack([data[f"{kind}_{n}"].to_numpy() for n in ("n_plus", "n_minus")], axis=1)
    wanted = np.stack([levels.n_plus, levels.n_minus], axis=1)
    return interpolate_levels(known, values[:, None].astype(float), wanted)[:, 0][level]


def check_mlsa_access(data: xr.Dataset) -> None:
    """Raise an InputError when no access with the MLSA was simulated for this table."""
    if "mlsa_energy_bit_line" in data:
        return
    raise InputError(
        "energy and latency of an access with its sense amplifier are not in this table",
        key="mlsa_energy",
        allowed=f"{REMEDY}; lut.pulse_energy and lut.settling_time are of the column alone",
    )
