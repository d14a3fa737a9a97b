"""A read-out of your own: a diode-connected PMOS on each bit line instead of a pre-charger."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from sram_spice.design import ColumnDesign, own_section
from sram_spice.design.section import Width
from sram_spice.generators.readout import Readout
from sram_spice.generators.transistor import Transistor
from sram_spice.simulation import LevelAnalysis, OperatingPoint


class DiodeColumn(ColumnDesign):
    """The section [column] with a key of this read-out."""

    diode_width: Width = Field(1e-6, description="diode-connected PMOS on BL and on BLB, m")


class DiodeLoad(Readout):
    """BL settles where the diode gives what the cells take; the level is an operating point."""

    Parameters: ClassVar[type[ColumnDesign]] = DiodeColumn
    # With no cell that pulls, a diode is all but off: a table of it was 6 mV off full SPICE there.
    not_tabulated: ClassVar[str] = "a diode that is all but off leaves its bit line to leakage"

    def loads(self) -> tuple[Transistor, ...]:
        """Return the diodes; each has mismatch of its own."""
        cell = self.design.cell
        size = (self._width, cell.length, cell.diffusion_length)
        return (
            Transistor("diode_bl", "pmos", "bl", "bl", "vdd", "vdd", *size),
            Transistor("diode_blb", "pmos", "blb", "blb", "vdd", "vdd", *size),
        )

    def level_analysis(self, n_plus: int, n_minus: int) -> LevelAnalysis:
        """Return the operating point."""
        return OperatingPoint()

    def scaled_to(self, rows: int) -> dict[str, float]:
        """Return a width in proportion to the rows."""
        return {"column.diode_width": self._width * rows / self.design.column.rows}

    def labels(self) -> dict[str, str]:
        """Return the width, for titles of figures."""
        return {"column.diode_width": f"diode {1e6 * self._width:g} µm"}

    @property
    def _width(self) -> float:
        return own_section(self.design.column, DiodeColumn).diode_width
