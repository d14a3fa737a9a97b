"""Hold static noise margin."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.measurements.butterfly_sweeps import margin_steps
from sram_spice.measurements.cell_conditions import hold_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import CellSetup, Steps


class HoldSnm(CellMeasurement):
    """Hold SNM: word lines off."""

    title: ClassVar[str] = "Hold static noise margin"
    definition: ClassVar[str] = (
        "Side of the largest square between the butterfly curves with all word lines at 0 and both "
        "bit lines at VDD, in the smaller lobe; negative when a lobe is gone: minus the side of "
        "the smallest square between the curves there."
    )
    unit: ClassVar[str] = "V"
    signed_off: ClassVar[bool] = True
    source: ClassVar[str] = "Seevinck, List, Lohstroh, IEEE JSSC 22(5), 748-754, 1987"

    def steps(self, setup: CellSetup) -> Steps:
        """Sweep the broken loop in hold."""
        return margin_steps(setup, hold_bias(setup.design), "hold_snm")
