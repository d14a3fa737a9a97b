"""Read-out `divider`: BL is released and settles where the cells balance each other."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.design import Design
from sram_spice.generators.readout import PreChargerColumn
from sram_spice.generators.waveform import (
    Source,
    access_timing,
    pre_charge_source,
    word_line_source,
)
from sram_spice.simulation.job import LevelAnalysis, OperatingPoint, Transient

MAX_STEP = 20e-12  # s


class DividerReadout:
    """The pre-charger switches off before WL rises; the level is a DC operating point.

    At n_minus = 0 no cell pulls BL down, at n_plus = 0 none pulls BLB down: nothing but leakage
    drives that bit line, and its operating point is reached in microseconds, if ever. Such levels
    are taken from the transient, at the end of the word-line pulse, where a sense amplifier looks.

    An operating point in the stored states is not the whole of an access: few cells pull on their
    bit line at the ends, and on the way from VDD one of them may flip although it has a place to
    rest in (tested). Where a cell rests near its trip the access therefore decides
    (`column.levels.DOUBT_AT_REST`).
    """

    Parameters: ClassVar[type[PreChargerColumn]] = PreChargerColumn

    def pre_charge_gate(self, design: Design) -> Source:
        """Return VDD (off) in DC, off during the word-line pulse in a transient."""
        return pre_charge_source(design, self.pulse_time(design))

    def word_line(self, design: Design) -> Source:
        """Return the word line: on in DC, pulsed in a transient."""
        return word_line_source(design, self.pulse_time(design))

    def level_analysis(self, design: Design, n_plus: int, n_minus: int) -> LevelAnalysis:
        """Return the operating point; where a bit line is not driven the transient."""
        if n_plus and n_minus:
            return OperatingPoint()
        timing = access_timing(design, self.pulse_time(design))
        return Transient(timing.stop, MAX_STEP, sample_at=timing.fall)

    def pulse_time(self, design: Design) -> float:
        """Return `access.word_line_pulse`, s."""
        return design.access.word_line_pulse
