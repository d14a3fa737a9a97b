"""6T cell for HBNN: input neuron 1/0 is WL on/off (Liu et al., DAC 2018, fig. 2a, 2c)."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.generators.cell import (
    Cell,
    LatchCellDesign,
    PublishedEnergy,
    WriteAccess,
    access_transistor,
    differential_write,
    storage_transistors,
)
from sram_spice.generators.transistor import Transistor


class Cell6T(Cell):
    """Six transistors; Q connects to BL, QB to BLB, both gated by WL.

    Parameters
    ----------
    sizes : LatchCellDesign
    """

    Parameters = LatchCellDesign
    name: ClassVar[str] = "cell_6t"
    word_lines: ClassVar[tuple[str, ...]] = ("wl",)
    inputs: ClassVar[tuple[int, ...]] = (1, 0)
    published_energy: ClassVar[PublishedEnergy | None] = PublishedEnergy(
        64, 1.28e-12, "more than 100 TOPS/W, 2 operations per MAC: R. Liu et al., DAC 2018, fig. 8b"
    )
    sizes: LatchCellDesign

    def transistors(self) -> tuple[Transistor, ...]:
        """Return pull-ups, pull-downs, then the access transistors of BL and BLB."""
        return (
            *storage_transistors(self.sizes),
            access_transistor("axl", "bl", "wl", "q", self.sizes),
            access_transistor("axr", "blb", "wl", "qb", self.sizes),
        )

    def word_line_states(self, neuron: int) -> tuple[bool, ...]:
        """Return (WL on,)."""
        return (neuron == 1,)

    def write(self, bit: int) -> WriteAccess:
        """Return WL, with BL and BLB at the bit and its complement."""
        return differential_write(("wl",), bit)
