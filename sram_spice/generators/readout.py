"""What a read-out provides; read-outs are plug-ins found by `column.readout`."""

from __future__ import annotations

from typing import Annotated, Protocol, cast

from pydantic import Field

from sram_spice.design import ColumnDesign, Design
from sram_spice.design.section import Width, Within
from sram_spice.generators.waveform import Source
from sram_spice.registry import READOUTS
from sram_spice.simulation.job import LevelAnalysis


class PreChargerColumn(ColumnDesign):
    """A column whose bit lines hang on PMOS pre-chargers or loads."""

    load_width: Annotated[Width, Within("width", ("load",))] = Field(
        2e-6, description="PMOS load (pre-charger) on BL and on BLB, m; L is the cell's length"
    )


class Readout(Protocol):
    """How the bit lines are pre-charged and when they are read."""

    def pre_charge_gate(self, design: Design) -> Source:
        """Return the source of the pre-charger's gate."""
        ...

    def word_line(self, design: Design) -> Source:
        """Return the source of an active word line."""
        ...

    def level_analysis(self, design: Design, n_plus: int, n_minus: int) -> LevelAnalysis:
        """Return the analysis that gives V_BL and V_BLB of a level."""
        ...

    def pulse_time(self, design: Design) -> float:
        """Return how long the word line is high in one access, s."""
        ...


def readout_of(design: Design) -> Readout:
    """Return the read-out of a design.

    Raises
    ------
    InputError
        No read-out of this name is registered.
    """
    return cast("type[Readout]", READOUTS.load(design.column.readout))()
