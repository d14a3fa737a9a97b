"""Read-out `load`: the pre-charger stays on as a grounded-gate PMOS load; BL settles."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.design import Design
from sram_spice.generators.readout import PreChargerColumn
from sram_spice.generators.waveform import Source, word_line_source
from sram_spice.simulation.job import LevelAnalysis, OperatingPoint


class LoadReadout:
    """BL settles between the load and the cells; the level is a DC operating point."""

    Parameters: ClassVar[type[PreChargerColumn]] = PreChargerColumn

    def pre_charge_gate(self, design: Design) -> Source:
        """Return ground: the load is always on."""
        return Source(0.0)

    def word_line(self, design: Design) -> Source:
        """Return the word line: on in DC, pulsed in a transient."""
        return word_line_source(design, self.pulse_time(design))

    def level_analysis(self, design: Design, n_plus: int, n_minus: int) -> LevelAnalysis:
        """Return the operating point."""
        return OperatingPoint()

    def pulse_time(self, design: Design) -> float:
        """Return `access.word_line_pulse`, s."""
        return design.access.word_line_pulse
