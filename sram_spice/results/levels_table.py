"""levels.csv: one row per level, whichever engine sampled it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.column.levels import NominalLevel
from sram_spice.results.tables import as_written
from sram_spice.simulation.job import FloatArray


@dataclass(frozen=True, eq=False)
class LevelStatistics:
    """What mismatch makes of each of some levels.

    Attributes
    ----------
    mean, std : ndarray, shape (levels, 2)
        Of V_BL and V_BLB over the samples that keep their data, V; NaN where these are too few.
    samples, failed, flipped : ndarray of int, shape (levels,)
        All samples; those without a solution; those in which a cell lost its data.
    """

    mean: FloatArray
    std: FloatArray
    samples: NDArray[np.int64]
    failed: NDArray[np.int64]
    flipped: NDArray[np.int64]


def written_levels(nominal: Sequence[NominalLevel], found: LevelStatistics) -> pd.DataFrame:
    """Return one row per level: nominal voltages, mean and sigma, counts.

    Voltages have the digits of levels.csv, so that references made anew from the file are the same.
    """
    table = pd.DataFrame(
        {
            "n_plus": [level.n_plus for level in nominal],
            "n_minus": [level.n_minus for level in nominal],
            "sum": [level.n_plus - level.n_minus for level in nominal],
            "v_bl_nominal_v": [level.v_bl for level in nominal],
            "v_blb_nominal_v": [level.v_blb for level in nominal],
            "v_bl_mean_v": found.mean[:, 0],
            "v_bl_std_v": found.std[:, 0],
            "v_blb_mean_v": found.mean[:, 1],
            "v_blb_std_v": found.std[:, 1],
            "samples": found.samples,
            "failed": found.failed,
            "flipped": found.flipped,
            "nominal_status": [str(level.status) for level in nominal],
        }
    )
    return as_written(table)
