"""Read-out `divider`: BL is released and settles where the cells balance each other."""

from __future__ import annotations

from sram_spice.generators.pre_charger import PreChargerReadout
from sram_spice.generators.waveform import access_timing
from sram_spice.simulation.job import LevelAnalysis, OperatingPoint, Transient

MAX_STEP = 20e-12  # s


class DividerReadout(PreChargerReadout):
    """The pre-charger switches off before WL rises; the level is a DC operating point.

    At n_minus = 0 no cell pulls BL down, at n_plus = 0 none pulls BLB down: nothing but leakage
    drives that bit line, and its operating point is reached in microseconds, if ever. Such levels
    are taken from the transient, at the end of the word-line pulse, where a sense amplifier looks.

    An operating point in the stored states is not the whole of an access: few cells pull on their
    bit line at the ends, and on the way from VDD one of them may flip although it has a place to
    rest in (tested). Where a cell rests near its trip the access therefore decides
    (`column.levels.DOUBT_AT_REST`).
    """

    def level_analysis(self, n_plus: int, n_minus: int) -> LevelAnalysis:
        """Return the operating point; where a bit line is not driven the transient."""
        if n_plus and n_minus:
            return OperatingPoint()
        timing = access_timing(self.design, self.pulse_time())
        return Transient(timing.stop, MAX_STEP, sample_at=timing.fall)
