"""Customized 8T cell for XNOR-BNN: input neuron +1/-1 is WL/WLB = 1/0 or 0/1 (fig. 2b, 2d)."""

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


class Cell8TXnor(Cell):
    """6T plus a crossed second access pair gated by WLB: Q to BLB, QB to BL.

    Parameters
    ----------
    sizes : LatchCellDesign
    """

    Parameters = LatchCellDesign
    name: ClassVar[str] = "cell_8t_xnor"
    word_lines: ClassVar[tuple[str, ...]] = ("wl", "wlb")
    inputs: ClassVar[tuple[int, ...]] = (1, -1)
    published_energy: ClassVar[PublishedEnergy | None] = PublishedEnergy(
        64, 2.56e-12, "more than 50 TOPS/W, 2 operations per MAC: R. Liu et al., DAC 2018, fig. 8b"
    )
    sizes: LatchCellDesign

    def transistors(self) -> tuple[Transistor, ...]:
        """Return pull-ups, pull-downs, straight access pair, crossed access pair."""
        return (
            *storage_transistors(self.sizes),
            access_transistor("axl", "bl", "wl", "q", self.sizes),
            access_transistor("axr", "blb", "wl", "qb", self.sizes),
            access_transistor("cxl", "blb", "wlb", "q", self.sizes),
            access_transistor("cxr", "bl", "wlb", "qb", self.sizes),
        )

    def word_line_states(self, neuron: int) -> tuple[bool, ...]:
        """Return (WL on, WLB on): exactly one is."""
        return (neuron == 1, neuron == -1)

    def write(self, bit: int) -> WriteAccess:
        """Return WL, with BL and BLB at the bit and its complement; WLB stays off."""
        return differential_write(("wl",), bit)
