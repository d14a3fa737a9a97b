"""Voltage transfer curve of the cell's inverter."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd

from sram_spice.measurements.butterfly_sweeps import butterfly_run
from sram_spice.measurements.cell_conditions import describe_bias, hold_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import NOMINAL, CellSetup, Extraction, Quantity, Steps
from sram_spice.simulation.job import FloatArray


class InverterVtc(CellMeasurement):
    """Where the inverters of the cell switch, and how steeply."""

    title: ClassVar[str] = "Inverter transfer curve"
    definition: ClassVar[str] = (
        "Output of the cell's inverter that drives qb against its input, word lines at 0: its "
        "switching threshold, where output equals input, and its largest gain."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = "Seevinck, List, Lohstroh, IEEE JSSC 22(5), 748-754, 1987, fig. 2"

    def steps(self, setup: CellSetup) -> Steps:
        """Sweep the broken loop in hold (the sweep that hold_snm uses, too)."""
        bias = hold_bias(setup.design)
        (curves,) = yield (butterfly_run(setup, bias),)
        vin, vout = curves.x, curves.values[:, 2]
        condition = describe_bias(bias)
        gain = -np.gradient(vout, vin, axis=1).min(axis=1)
        quantities = (
            Quantity("switching_threshold", condition, "V", switching_threshold(vin, vout)),
            Quantity("largest_gain", condition, "1", gain),
        )
        nominal = pd.DataFrame({"curve": "inverter", "x_v": vin, "y_v": vout[NOMINAL]})
        return Extraction(quantities, nominal)


def switching_threshold(vin: FloatArray, vout: FloatArray) -> FloatArray:
    """Return the input at which the output equals it.

    Parameters
    ----------
    vin : ndarray, shape (n_points,)
        V, increasing.
    vout : ndarray, shape (n_rows, n_points)
        V, falling.

    Returns
    -------
    ndarray, shape (n_rows,)
        V, linear between the points on either side; NaN where there is no crossing.
    """
    above = vout - vin
    rows = np.arange(len(vout))
    last = (above > 0).sum(axis=1) - 1
    inside = (last >= 0) & (last < vin.size - 1)
    at = np.clip(last, 0, vin.size - 2)
    high, low = above[rows, at], above[rows, at + 1]
    fraction = np.divide(high, high - low, out=np.zeros_like(high), where=high != low)
    return np.where(inside, vin[at] + fraction * (vin[at + 1] - vin[at]), np.nan)
