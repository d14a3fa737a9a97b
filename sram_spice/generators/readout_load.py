"""Read-out `load`: the pre-charger stays on as a grounded-gate PMOS load; BL settles."""

from __future__ import annotations

from sram_spice.generators.pre_charger import PreChargerReadout
from sram_spice.generators.waveform import Source, Timing
from sram_spice.simulation.job import LevelAnalysis, OperatingPoint


class LoadReadout(PreChargerReadout):
    """BL settles between the load and the cells; the level is a DC operating point."""

    def sources(self, timing: Timing) -> dict[str, Source]:
        """Return ground: the load is always on."""
        return {"pre": Source(0.0)}

    def level_analysis(self, n_plus: int, n_minus: int) -> LevelAnalysis:
        """Return the operating point."""
        return OperatingPoint()
