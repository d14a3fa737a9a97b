"""A cell of your own: 6T with split word lines; only the left one computes, both write.

With one access transistor on, an access disturbs one storage node instead of two.
"""

from __future__ import annotations

from typing import ClassVar

from sram_spice.design import CellDesign
from sram_spice.generators.cell import (
    Cell,
    LatchCellDesign,
    WriteAccess,
    access_transistor,
    differential_write,
    storage_transistors,
)
from sram_spice.generators.transistor import Transistor


class Cell6TSplit(Cell):
    """A 6T cell whose access transistors have word lines of their own, WLL and WLR."""

    Parameters: ClassVar[type[CellDesign]] = LatchCellDesign
    name: ClassVar[str] = "cell_6t_split"
    word_lines: ClassVar[tuple[str, ...]] = ("wll", "wlr")
    inputs: ClassVar[tuple[int, ...]] = (1, 0)
    sizes: LatchCellDesign

    def transistors(self) -> tuple[Transistor, ...]:
        """Return the latch, then the access transistors of BL and BLB."""
        return (
            *storage_transistors(self.sizes),
            access_transistor("axl", "bl", "wll", "q", self.sizes),
            access_transistor("axr", "blb", "wlr", "qb", self.sizes),
        )

    def word_line_states(self, neuron: int) -> tuple[bool, ...]:
        """Return (WLL on, WLR on): an input of 1 switches the left one on."""
        return (neuron == 1, False)

    def write(self, bit: int) -> WriteAccess:
        """Return both word lines, with BL and BLB at the bit and its complement."""
        return differential_write(("wll", "wlr"), bit)
