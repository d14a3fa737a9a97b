"""A read-out of your own that senses currents: each bit line's is mirrored into a resistor."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from PySpice.Spice.Netlist import Circuit

from sram_spice.design import ColumnDesign, own_section
from sram_spice.design.section import Number, Width
from sram_spice.generators.readout import Readout
from sram_spice.generators.transistor import Transistor
from sram_spice.simulation import LevelAnalysis, OperatingPoint


class CurrentColumn(ColumnDesign):
    """The section [column] with the keys of this read-out."""

    clamp_width: Width = Field(
        8e-6, description="diode-connected PMOS that holds a bit line and takes its current, m"
    )
    mirror_width: Width = Field(2e-6, description="PMOS that copies the current, m")
    sense_resistance: Number = Field(
        20e3, ge=10.0, le=1e9, description="resistor that the copy flows through, ohm"
    )


class CurrentReadout(Readout):
    """Wide diodes hold the bit lines; `o_bl` and `o_blb` are the copies of their currents, as V.

    A product of -1 makes the current of BL larger and V(o_bl) higher: what stands for BL, which has
    to fall then, is V(o_blb).
    """

    Parameters: ClassVar[type[ColumnDesign]] = CurrentColumn
    sensed: ClassVar[tuple[str, str]] = ("o_blb", "o_bl")
    not_tabulated: ClassVar[str] = "it senses mirrored currents, not the bit lines"

    def loads(self) -> tuple[Transistor, ...]:
        """Return the diodes and the transistors that copy their currents."""
        cell, keys = self.design.cell, self._keys
        size = (cell.length, cell.diffusion_length)
        clamp, mirror = (keys.clamp_width, *size), (keys.mirror_width, *size)
        return (
            Transistor("clamp_bl", "pmos", "bl", "bl", "vdd", "vdd", *clamp),
            Transistor("clamp_blb", "pmos", "blb", "blb", "vdd", "vdd", *clamp),
            Transistor("mirror_bl", "pmos", "o_bl", "bl", "vdd", "vdd", *mirror),
            Transistor("mirror_blb", "pmos", "o_blb", "blb", "vdd", "vdd", *mirror),
        )

    def add_to(self, circuit: Circuit) -> None:
        """Add the resistors."""
        for node in self.sensed:
            circuit.R(node, node, circuit.gnd, self._keys.sense_resistance)

    def level_analysis(self, n_plus: int, n_minus: int) -> LevelAnalysis:
        """Return the operating point."""
        return OperatingPoint()

    def rest(self) -> dict[str, float]:
        """Return bit lines up, no current."""
        return super().rest() | dict.fromkeys(self.sensed, 0.0)

    def scaled_to(self, rows: int) -> dict[str, float]:
        """Return widths in proportion to the rows, and the resistance against it."""
        factor, keys = rows / self.design.column.rows, self._keys
        return {
            "column.clamp_width": keys.clamp_width * factor,
            "column.mirror_width": keys.mirror_width * factor,
            "column.sense_resistance": keys.sense_resistance / factor,
        }

    def labels(self) -> dict[str, str]:
        """Return the resistance, for titles of figures."""
        return {"column.sense_resistance": f"{1e-3 * self._keys.sense_resistance:g} kilohm"}

    @property
    def _keys(self) -> CurrentColumn:
        return own_section(self.design.column, CurrentColumn)
