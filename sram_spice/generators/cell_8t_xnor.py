"""Customized 8T cell for XNOR-BNN: input neuron +1/-1 is WL/WLB = 1/0 or 0/1 (fig. 2b, 2d)."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.generators.cell import LatchCellDesign, access_transistor, storage_transistors
from sram_spice.generators.transistor import Transistor


class Cell8TXnor:
    """6T plus a crossed second access pair gated by WLB: Q to BLB, QB to BL.

    Parameters
    ----------
    sizes : LatchCellDesign
    """

    Parameters: ClassVar[type[LatchCellDesign]] = LatchCellDesign
    name: ClassVar[str] = "cell_8t_xnor"
    word_lines: ClassVar[tuple[str, ...]] = ("wl", "wlb")
    inputs: ClassVar[tuple[int, ...]] = (1, -1)
    always_active: ClassVar[bool] = True

    def __init__(self, sizes: LatchCellDesign) -> None:
        self.sizes = sizes

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

    def product(self, weight: int, neuron: int) -> int:
        """Return weight x neuron (XNOR): +1 or -1."""
        return weight * neuron

    def row(self, product: int, position: int) -> tuple[int, int]:
        """Return (weight, neuron); even rows have input +1, odd rows -1, so both pairs work."""
        neuron = 1 if position % 2 == 0 else -1
        return (product * neuron, neuron)
