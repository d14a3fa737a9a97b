"""Read current."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.generators.cell_bench import WholeCell
from sram_spice.measurements.cell_conditions import describe_bias, read_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import BenchRun, CellSetup, Extraction, Quantity, Steps
from sram_spice.simulation import OperatingPoint


class ReadCurrent(CellMeasurement):
    """Read current: what a cell takes from the bit line on its low side."""

    title: ClassVar[str] = "Read current"
    definition: ClassVar[str] = (
        "Current from BL, held at VDD, into a cell that stores 0, word line at "
        "column.word_line_voltage, BLB at VDD. The access transistor of BL carries it."
    )
    unit: ClassVar[str] = "A"
    source: ClassVar[str] = (
        "Grossar, Stucchi, Maex, Dehaene, IEEE JSSC 41(11), 2577-2588, 2006, section II"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Solve one operating point."""
        bias = read_bias(setup.design)
        bench = WholeCell(setup.cell, bias, stored=-1)
        (found,) = yield (BenchRun(bench, OperatingPoint(), ("vbl#branch",)),)
        current = -found.values[:, 0]
        return Extraction((Quantity("read_current", describe_bias(bias), "A", current),))
