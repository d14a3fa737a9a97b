"""Pull-up and pull-down current of a cell against the voltage of its bit line."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd

from sram_spice.generators.cell_bench import WholeCell
from sram_spice.measurements.cell_conditions import describe_bias, read_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import (
    NOMINAL,
    BenchRun,
    CellSetup,
    Curves,
    Extraction,
    Quantity,
    Steps,
)
from sram_spice.simulation import DcSweep
from sram_spice.simulation.job import FloatArray

POINTS = 100  # steps of the sweep, even: VDD / 2 is one of them


class CellCurrent(CellMeasurement):
    """What an active cell does to its bit line: the two currents a column balances."""

    title: ClassVar[str] = "Cell current against the bit line"
    definition: ClassVar[str] = (
        "Current between BL and an active cell while BL is swept from VDD to 0 and BLB held at "
        "VDD: pull-down of a cell whose product is -1 (it takes current from BL), pull-up of one "
        "whose product is +1 (it gives current to BL). The quantities are the values at VDD / 2. "
        "Where the pull-up ends, the cell has flipped."
    )
    unit: ClassVar[str] = "A"
    source: ClassVar[str] = "Liu et al., DAC 2018, fig. 2: i_BL of the truth tables"

    def steps(self, setup: CellSetup) -> Steps:
        """Sweep BL for both stored values."""
        bias = read_bias(setup.design)
        sweep = DcSweep("vbl", bias.vdd, 0.0, bias.vdd / POINTS)
        outputs = ("vbl#branch", "q", "qb")
        down, up = yield (
            BenchRun(WholeCell(setup.cell, bias, stored=-1), sweep, outputs),
            BenchRun(WholeCell(setup.cell, bias, stored=+1), sweep, outputs),
        )
        middle = bias.vdd / 2
        condition = describe_bias(bias) + f"; V_BL = {middle:.4g} V"
        quantities = (
            _at_middle("pull_down_current", condition, -_while_held(down, -1)),
            _at_middle("pull_up_current", condition, _while_held(up, 1)),
        )
        return Extraction(quantities, _nominal(down, up))


def _at_middle(name: str, condition: str, current: FloatArray) -> Quantity:
    values = current[:, POINTS // 2]
    reasons = np.where(np.isfinite(values), "", "has lost its data by then").tolist()
    return Quantity(name, condition, "A", values, tuple(reasons))


def _while_held(found: Curves, stored: int) -> FloatArray:
    """Return the current out of BL's source, NaN once the cell has flipped."""
    current, q, qb = found.values[:, 1], found.values[:, 2], found.values[:, 3]
    held = np.logical_and.accumulate(stored * (q - qb) > 0, axis=1)
    return np.where(held, current, np.nan)


def _nominal(down: Curves, up: Curves) -> pd.DataFrame:
    parts = [
        ("pull-down, product -1", down.values[NOMINAL, 0], -_while_held(down, -1)[NOMINAL]),
        ("pull-up, product +1", up.values[NOMINAL, 0], _while_held(up, 1)[NOMINAL]),
    ]
    frames = [pd.DataFrame({"curve": name, "x_v": x, "y_a": y}) for name, x, y in parts]
    return pd.concat(frames, ignore_index=True)
