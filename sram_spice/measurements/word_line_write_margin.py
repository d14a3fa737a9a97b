"""Word-line write margin."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from sram_spice.generators.cell_bench import WholeCell, why_not_writable
from sram_spice.measurements.cell_conditions import not_measurable, write_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import CellSetup, Extraction, Steps
from sram_spice.measurements.state_loss import Ramp, state_losses
from sram_spice.measurements.write_quantities import of_both_bits

BEYOND = 1.5  # times VDD: a margin is followed into the negative as far as this


class WordLineWriteMargin(CellMeasurement):
    """Word-line write margin: how much word line is left when the cell flips."""

    title: ClassVar[str] = "Word-line write margin"
    definition: ClassVar[str] = (
        "VDD minus the word-line voltage at which the cell flips while the word line is swept up "
        "from 0, one bit line at 0, the other at VDD; the smaller of writing 0 and 1. Negative "
        "when it takes more than VDD; no value when it takes more than 1.5 VDD."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = (
        "Takeda et al., Redefinition of write margin for next-generation SRAM, IEEE ISSCC 2006; "
        "Guo et al., IEEE JSSC 44(11), 3174-3192, 2009"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Sweep the word line up, while BL, then while BLB is at 0."""
        if reason := why_not_writable(setup.cell):
            return not_measurable(reason)
        vdd = setup.design.conditions.vdd
        bias = replace(write_bias(setup.design), v_wl=0.0)
        ramps = [
            Ramp(
                WholeCell(setup.cell, one, stored, swept="wl", access="write"),
                0.0,
                BEYOND * vdd,
                coarse_steps=75,
            )
            for one, stored in ((bias, 1), (bias.mirrored, -1))
        ]
        at_0, at_1 = yield from state_losses(ramps)
        where = f"VDD = {vdd:.4g} V, one bit line at 0, the other at VDD"
        conditions = (where, f"{where}; BL at 0", f"{where}; BLB at 0")
        margins, reasons = (vdd - at_0.at, vdd - at_1.at), (at_0.reasons, at_1.reasons)
        return Extraction(of_both_bits("word_line_write_margin", conditions, *margins, reasons))
