"""Data retention voltage."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sram_spice.generators.cell_bench import WholeCell
from sram_spice.measurements.cell_conditions import hold_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import (
    CellSetup,
    Extraction,
    Quantity,
    Steps,
    first_reasons,
)
from sram_spice.measurements.state_loss import Ramp, state_losses

LOWEST = 0.02  # V; below kT/q no CMOS latch has two states


class DataRetentionVoltage(CellMeasurement):
    """DRV: the lowest supply at which the cell keeps both states."""

    title: ClassVar[str] = "Data retention voltage"
    definition: ClassVar[str] = (
        "Lowest supply at which both states are stable with the word lines off, that is, at which "
        "the hold static noise margin reaches 0; found by sweeping the supply, and the bit lines "
        "with it, down from VDD until the state is lost. The larger of the two states."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = (
        "Qin, Cao, Markovic, Vladimirescu, Rabaey, SRAM leakage suppression by minimizing standby "
        "supply voltage, ISQED 2004, 55-60"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Sweep the supply down, from either state."""
        bias = hold_bias(setup.design)
        ramps = [
            Ramp(WholeCell(setup.cell, bias, stored, swept="dd", follow=True), bias.vdd, LOWEST)
            for stored in (1, -1)
        ]
        of_1, of_0 = yield from state_losses(ramps)
        # The state that a mismatched cell prefers is never lost; the other one decides.
        larger = np.fmax(of_1.at, of_0.at)
        where = "V_WL = 0 V, bit lines at the supply"
        why = first_reasons(of_1.reasons, of_0.reasons)
        return Extraction((Quantity("data_retention_voltage", where, "V", larger, why),))
