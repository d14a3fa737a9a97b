"""Bit-line write margin."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from sram_spice.generators.cell_bench import WholeCell, why_not_writable
from sram_spice.measurements.cell_conditions import not_measurable, write_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import CellSetup, Extraction, Steps
from sram_spice.measurements.state_loss import Ramp, state_losses
from sram_spice.measurements.write_quantities import of_both_bits


class BitLineWriteMargin(CellMeasurement):
    """Bit-line write margin: how little the bit line has to be pulled down."""

    title: ClassVar[str] = "Bit-line write margin"
    definition: ClassVar[str] = (
        "Bit-line voltage at which the cell flips while that bit line is swept down from VDD, word "
        "line at the write voltage, the other bit line at VDD; the smaller of writing 0 (through "
        "BL) and 1 (through BLB). No value when the cell still holds at 0 V (not writable), or "
        "does not hold at VDD."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = (
        "Guo et al., Large-scale SRAM variability characterization in 45 nm CMOS, IEEE JSSC "
        "44(11), 3174-3192, 2009"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Sweep BL, then BLB, down to 0."""
        if reason := why_not_writable(setup.cell):
            return not_measurable(reason)
        vdd = setup.design.conditions.vdd
        bias = replace(write_bias(setup.design), v_bl=vdd)
        ramps = (
            Ramp(WholeCell(setup.cell, bias, stored=1, swept="bl", access="write"), vdd, 0.0),
            Ramp(WholeCell(setup.cell, bias, stored=-1, swept="blb", access="write"), vdd, 0.0),
        )
        of_0, of_1 = yield from state_losses(ramps)
        where = f"VDD = {vdd:.4g} V, V_WL = {bias.v_wl:.4g} V, other bit line at VDD"
        conditions = (where, f"{where}; BL swept", f"{where}; BLB swept")
        reasons = (of_0.reasons, of_1.reasons)
        return Extraction(
            of_both_bits("bit_line_write_margin", conditions, of_0.at, of_1.at, reasons)
        )
