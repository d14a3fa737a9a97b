"""Leakage current."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.generators.cell_bench import WholeCell
from sram_spice.measurements.cell_conditions import describe_bias, hold_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import BenchRun, CellSetup, Extraction, Quantity, Steps
from sram_spice.simulation import OperatingPoint


class Leakage(CellMeasurement):
    """Leakage: what an idle cell draws."""

    title: ClassVar[str] = "Leakage current"
    definition: ClassVar[str] = (
        "Sum of the currents from VDD, BL and BLB into a cell that stores 1, word lines at 0 and "
        "both bit lines at VDD: sub-threshold, gate and junction leakage together."
    )
    unit: ClassVar[str] = "A"
    source: ClassVar[str] = (
        "Qin, Cao, Markovic, Vladimirescu, Rabaey, SRAM leakage suppression by minimizing standby "
        "supply voltage, ISQED 2004, 55-60"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Solve one operating point."""
        bias = hold_bias(setup.design)
        outputs = ("vdd#branch", "vbl#branch", "vblb#branch")
        (found,) = yield (
            BenchRun(WholeCell(setup.cell, bias, stored=1), OperatingPoint(), outputs),
        )
        current = -found.values.sum(axis=1)
        return Extraction((Quantity("leakage", describe_bias(bias), "A", current),))
