"""The margins of a cell that a sign-off looks at."""

from __future__ import annotations

import numpy as np

from sram_spice.column.context import Context
from sram_spice.measurements.cell_measurement import CellMeasurement, run_together
from sram_spice.measurements.measurement import measurement_of
from sram_spice.registry import MEASUREMENTS
from sram_spice.runs.point_store import Cell

DEVIATIONS = 5.0  # sigmas below the mean at which a margin is looked at


def margins(context: Context) -> dict[str, Cell]:
    """Return the margins that a sign-off looks at: nominal, and 5 sigma below the mean."""
    chosen: list[CellMeasurement] = []
    for name in MEASUREMENTS.names():
        one = measurement_of(name, context.design)
        if isinstance(one, CellMeasurement) and one.signed_off:
            chosen.append(one)
    row: dict[str, Cell] = {}
    for result in run_together(context, chosen):
        for quantity in result.summary.to_dict("records"):
            low = quantity.get("mean", np.nan) - DEVIATIONS * quantity.get("sigma", np.nan)
            row[f"{quantity['quantity']}_v"] = float(quantity["nominal"])
            row[f"{quantity['quantity']}_low_v"] = float(low)
    return row
