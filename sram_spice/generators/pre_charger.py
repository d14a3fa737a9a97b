"""PMOS pre-chargers on both bit lines, shared by read-outs that differ in when they are on."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from sram_spice.design import ColumnDesign, own_section
from sram_spice.design.section import Width, Within
from sram_spice.generators.readout import Readout
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.waveform import Source, Timing, pre_charge_source


class PreChargerColumn(ColumnDesign):
    """A column whose bit lines hang on PMOS pre-chargers or loads."""

    load_width: Annotated[Width, Within("width", ("load",))] = Field(
        2e-6, description="PMOS load (pre-charger) on BL and on BLB, m; L is the cell's length"
    )


class PreChargerReadout(Readout):
    """A read-out with a PMOS on each bit line; its gate ``pre`` is released during an access."""

    Parameters: ClassVar[type[ColumnDesign]] = PreChargerColumn
    not_tabulated: ClassVar[str] = ""
    alternatives: ClassVar[tuple[str, ...]] = ("load", "divider", "discharge")

    def loads(self) -> tuple[Transistor, ...]:
        """Return the pre-charger PMOS of BL and of BLB."""
        sizes = self.design.cell
        common = (self._width, sizes.length, sizes.diffusion_length)
        return (
            Transistor("load_bl", "pmos", "bl", "pre", "vdd", "vdd", *common, "load"),
            Transistor("load_blb", "pmos", "blb", "pre", "vdd", "vdd", *common, "load"),
        )

    def sources(self, timing: Timing) -> dict[str, Source]:
        """Return the gate of the pre-charger: off during the word-line pulse, and in DC."""
        return {"pre": pre_charge_source(self.design, timing)}

    def scaled_to(self, rows: int) -> dict[str, float]:
        """Return a width in proportion to the rows."""
        return {"column.load_width": self._width * rows / self.design.column.rows}

    def labels(self) -> dict[str, str]:
        """Return the width of the load."""
        return {"column.load_width": f"load {1e6 * self._width:g} µm"}

    @property
    def _width(self) -> float:
        return own_section(self.design.column, PreChargerColumn).load_width
