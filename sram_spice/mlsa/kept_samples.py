"""Which samples a level is made of: the one rule, for every mean, sigma, histogram and code."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

KEPT, LOST = "ok", "flipped"


def is_kept(samples: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which samples have a level: solved, and every cell holds its data.

    A column that has lost data is no level of its sum any more: where it ends is that of other
    data, and depends on how long one looks. It is counted (`flipped`) beside what has no valid
    solution (`failed`), has no voltage in mean, sigma and references, and no code.

    Parameters
    ----------
    samples : DataFrame
        Column ``status`` of samples.parquet.
    """
    return np.asarray(samples["status"].astype(str) == KEPT, dtype=np.bool_)


def is_lost(samples: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell in which samples a cell lost its data; parameters as of :func:`is_kept`."""
    return np.asarray(samples["status"].astype(str) == LOST, dtype=np.bool_)
