"""6T cell for HBNN: input neuron 1/0 is WL on/off (Liu et al., DAC 2018, fig. 2a, 2c)."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.generators.cell import LatchCellDesign, access_transistor, storage_transistors
from sram_spice.generators.transistor import Transistor


class Cell6T:
    """Six transistors; Q connects to BL, QB to BLB, both gated by WL.

    Parameters
    ----------
    sizes : LatchCellDesign
    """

    Parameters: ClassVar[type[LatchCellDesign]] = LatchCellDesign
    name: ClassVar[str] = "cell_6t"
    word_lines: ClassVar[tuple[str, ...]] = ("wl",)
    inputs: ClassVar[tuple[int, ...]] = (1, 0)
    always_active: ClassVar[bool] = False

    def __init__(self, sizes: LatchCellDesign) -> None:
        self.sizes = sizes

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

    def product(self, weight: int, neuron: int) -> int:
        """Return weight x neuron: +1, -1 or 0."""
        return weight * neuron

    def row(self, product: int, position: int) -> tuple[int, int]:
        """Return (weight, neuron); rows with product 0 hold +1 and -1 alternately."""
        if product == 0:
            return (1 if position % 2 == 0 else -1, 0)
        return (product, 1)
