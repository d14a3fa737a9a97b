"""Read-out `discharge`: BL is released, WL pulsed for a given time, BL sampled."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from sram_spice.design import ColumnDesign, own_section
from sram_spice.design.section import Seconds
from sram_spice.generators.pre_charger import PreChargerColumn, PreChargerReadout
from sram_spice.generators.waveform import access_timing
from sram_spice.simulation.job import LevelAnalysis, Transient

MAX_STEP = 20e-12  # s; finer ones move a nominal level by less than 0.1 mV (tested)


class DischargeColumn(PreChargerColumn):
    """A column that is read while it discharges."""

    discharge_time: Seconds = Field(
        0.5e-9, description="read-out `discharge`: BL is sampled this long after WL rises, s"
    )


class DischargeReadout(PreChargerReadout):
    """V_BL ~ VDD - n_minus I t / C; the level is sampled from a transient.

    The sample is taken `column.discharge_time` after WL crosses half its voltage, when WL begins
    to fall; the transient goes on to the end of the access, where the states have to hold.
    """

    Parameters: ClassVar[type[ColumnDesign]] = DischargeColumn

    def level_analysis(self, n_plus: int, n_minus: int) -> LevelAnalysis:
        """Return the transient, sampled when the word line begins to fall."""
        timing = access_timing(self.design, self.pulse_time())
        return Transient(timing.stop, MAX_STEP, sample_at=timing.fall)

    def pulse_time(self) -> float:
        """Return `column.discharge_time` plus half an edge, s."""
        return self.sampling_time() + self.design.access.edge_time / 2

    def sampling_time(self) -> float:
        """Return `column.discharge_time`, s."""
        return own_section(self.design.column, DischargeColumn).discharge_time
