"""How probably an access loses data in one condition: counted, or by the tail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sram_spice.column.context import Context
from sram_spice.measurements.disturb import Disturb

WORST = "disturb_worst"
# Loss of all rows together below which no further level is looked at: all of them lose less, and no
# limit that anyone can check is there.
NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class DataLoss:
    """Probability that an access at the worst level loses a cell.

    Attributes
    ----------
    value, low, high : float
        With its 95 % interval; NaN where it is not known.
    method : {"nominal", "tail", "none"}
        The nominal column loses data; sampled as by the measurement `disturb`; a column without
        mismatch that keeps its data.
    bound : bool
        Only an upper bound is known: `value` is `high`, `low` 0.
    """

    value: float
    low: float
    high: float
    method: str
    bound: bool = False


def data_loss(context: Context, levels: pd.DataFrame) -> DataLoss:
    """Return the loss at the worst level.

    Parameters
    ----------
    context : Context
    levels : DataFrame
        As levels.csv.
    """
    if (levels["nominal_status"].astype(str) == "flipped").any():
        return DataLoss(1.0, 1.0, 1.0, "nominal")
    if context.design.mismatch.a_vt == 0:
        return DataLoss(0.0, 0.0, 0.0, "none")
    summary = Disturb(levels_at_risk(context.design.column.rows), NEGLIGIBLE).run(context).summary
    row = summary[summary["quantity"] == WORST]
    if row.empty:
        return DataLoss(np.nan, np.nan, np.nan, "tail")
    value, low, high = (float(row.iloc[0][name]) for name in ("mean", "mean_low", "mean_high"))
    return DataLoss(value, low, high, "tail", bool(row.iloc[0]["bound"]))


def levels_at_risk(rows: int) -> tuple[int, ...]:
    """Return the n_plus at which the loss is sampled.

    A lone cell stands on the lowest bit line; a few are more, on one hardly higher; a quarter of
    the rows is where the loss of all further cells is bounded.
    """
    return tuple(sorted({1, max(rows // 16, 1), max(rows // 4, 1)}))
