"""At which levels a table run is compared with the simulator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sram_spice.column.levels import NominalLevel

SPREAD = 9  # levels from the first to the last


def certificate_levels(nominal: Sequence[NominalLevel], lost: NDArray[np.float64]) -> list[int]:
    """Return the positions of levels that stand for all.

    Evenly spread ones, those near both ends of the column with all rows active, and the one of
    whose samples nearest to half lose data, if any do: flips are hardest to tell there.

    Parameters
    ----------
    nominal : sequence of NominalLevel
    lost : ndarray, shape (levels,)
        Part of the samples of each level that lost data.
    """
    count = len(nominal)
    chosen = set(np.linspace(0, count - 1, min(SPREAD, count)).round().astype(int).tolist())
    active = np.array([level.n_plus + level.n_minus for level in nominal])
    full = np.flatnonzero(active == active.max())
    chosen |= {int(full[min(4, full.size - 1)]), int(full[max(full.size - 5, 0)])}
    if lost.any():
        chosen.add(int(np.abs(lost - 0.5).argmin()))
    return sorted(chosen)
