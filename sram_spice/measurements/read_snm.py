"""Read static noise margin."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.measurements.butterfly_sweeps import margin_steps
from sram_spice.measurements.cell_conditions import read_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import CellSetup, Steps


class ReadSnm(CellMeasurement):
    """Read SNM: word line on, bit lines at VDD."""

    title: ClassVar[str] = "Read static noise margin"
    definition: ClassVar[str] = (
        "Side of the largest square between the butterfly curves with the word line at "
        "column.word_line_voltage and both bit lines at VDD, in the smaller lobe; negative when a "
        "lobe is gone: minus the side of the smallest square between the curves there."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = "Seevinck, List, Lohstroh, IEEE JSSC 22(5), 748-754, 1987"

    def steps(self, setup: CellSetup) -> Steps:
        """Sweep the broken loop in read."""
        return margin_steps(setup, read_bias(setup.design), "read_snm")
