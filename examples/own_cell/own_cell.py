"""A cell of your own: 10T with decoupled read ports, for inputs 1 and 0.

Two transistors in series pull each bit line down: one driven by the word line, one by a storage
node. The bit lines never touch the storage nodes, so that computing cannot disturb the data. The
idea is that of the 8T cell of Chang et al., "Stable SRAM cell design for the 32 nm node and
beyond", Symposium on VLSI Technology, 2005, here with a port for each bit line.
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


class DecoupledDesign(LatchCellDesign):
    """The section [cell] of a design, with a key of this cell."""

    width_read: Width = Field(120e-9, description="all transistors of the read ports, m")


class Cell10TDecoupled(Cell):
    """Latch, read ports of BL (conducts when the cell stores -1) and BLB (+1), write port."""

    Parameters: ClassVar[type[CellDesign]] = DecoupledDesign
    name: ClassVar[str] = "cell_10t_decoupled"
    word_lines: ClassVar[tuple[str, ...]] = ("wl",)
    inputs: ClassVar[tuple[int, ...]] = (1, 0)
    # The write port while the array computes: its word line off, its bit lines pre-charged.
    idle_ports: ClassVar[Mapping[str, Rail]] = {"wbl": "vdd", "wblb": "vdd", "wwl": "vss"}
    sizes: DecoupledDesign

    def transistors(self) -> tuple[Transistor, ...]:
        """Return the latch, the read ports, the write port."""
        return (
            *storage_transistors(self.sizes),
            self._read("rdl", drain="bl", gate="wl", source="rl"),
            self._read("pgl", drain="rl", gate="qb", source="vss"),
            self._read("rdr", drain="blb", gate="wl", source="rr"),
            self._read("pgr", drain="rr", gate="q", source="vss"),
            access_transistor("wrl", "wbl", "wwl", "q", self.sizes),
            access_transistor("wrr", "wblb", "wwl", "qb", self.sizes),
        )

    def _read(self, name: str, drain: str, gate: str, source: str) -> Transistor:
        s = self.sizes
        nodes = (drain, gate, source, "vss")
        return Transistor(name, "nmos", *nodes, s.width_read, s.length, s.diffusion_length)

    def word_line_states(self, neuron: int) -> tuple[bool, ...]:
        """Return (WL on,): an input of 1 switches the word line on."""
        return (neuron == 1,)

    def write(self, bit: int) -> WriteAccess:
        """Return the write word line, with the bit and its complement on the write bit lines."""
        return WriteAccess(("wwl",), {"wbl": bit, "wblb": 1 - bit})
