"""A cell of your own: 8T with a decoupled read port, for inputs 1 and 0.

Chang et al., "Stable SRAM cell design for the 32 nm node and beyond", Symposium on VLSI
Technology, 2005. The read port never touches a storage node, so that computing cannot disturb the
data; the write port is that of a 6T cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from sram_spice.design import CellDesign
from sram_spice.design.section import Width
from sram_spice.generators.cell import (
    Cell,
    LatchCellDesign,
    Rail,
    WriteAccess,
    access_transistor,
    storage_transistors,
)
from sram_spice.generators.transistor import Transistor


class DecoupledCellDesign(LatchCellDesign):
    """The section [cell] with a key of this cell."""

    width_read: Width = Field(150e-9, description="both transistors of the read port, m")


class Cell8TDecoupled(Cell):
    """Latch, write port, and two transistors in series that pull BL down where -1 is stored."""

    Parameters: ClassVar[type[CellDesign]] = DecoupledCellDesign
    name: ClassVar[str] = "cell_8t_decoupled"
    word_lines: ClassVar[tuple[str, ...]] = ("rwl",)
    inputs: ClassVar[tuple[int, ...]] = (1, 0)
    # The write port while the array computes: word line off, bit lines pre-charged.
    idle_ports: ClassVar[Mapping[str, Rail]] = {"wbl": "vdd", "wblb": "vdd", "wwl": "vss"}
    sizes: DecoupledCellDesign

    def transistors(self) -> tuple[Transistor, ...]:
        """Return the latch, the write port, the read port."""
        sizes = self.sizes
        size = (sizes.width_read, sizes.length, sizes.diffusion_length)
        return (
            *storage_transistors(sizes),
            access_transistor("wal", "wbl", "wwl", "q", sizes),
            access_transistor("war", "wblb", "wwl", "qb", sizes),
            Transistor("rda", "nmos", "bl", "rwl", "rs", "vss", *size),
            Transistor("rdg", "nmos", "rs", "qb", "vss", "vss", *size),
        )

    def word_line_states(self, neuron: int) -> tuple[bool, ...]:
        """Return (RWL on,): an input of 1 switches the read word line on."""
        return (neuron == 1,)

    def write(self, bit: int) -> WriteAccess:
        """Return the write word line, with the bit and its complement on the write bit lines."""
        return WriteAccess(("wwl",), {"wbl": bit, "wblb": 1 - bit})
