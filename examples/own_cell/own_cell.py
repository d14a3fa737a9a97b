"""A cell of your own: 10T with decoupled read ports, for inputs 1 and 0.

Two transistors in series pull each bit line down: one driven by the word line, one by a storage
node. The bit lines never touch the storage nodes, so that computing cannot disturb the data. The
idea is that of the 8T cell of Chang et al., "Stable SRAM cell design for the 32 nm node and
beyond", Symposium on VLSI Technology, 2005, here with a port for each bit line.
"""

from __future__ import annotations

from typing import ClassVar

from sram_spice.generators.cell import LatchCellDesign, storage_transistors
from sram_spice.generators.transistor import Transistor


class Cell10TDecoupled:
    """Latch, read ports of BL (conducts when the cell stores -1) and BLB (+1), write access.

    Parameters
    ----------
    sizes : LatchCellDesign
        `width_access` is the width of all transistors but those of the latch.
    """

    Parameters: ClassVar[type[LatchCellDesign]] = LatchCellDesign
    name: ClassVar[str] = "cell_10t_decoupled"
    word_lines: ClassVar[tuple[str, ...]] = ("wl",)
    inputs: ClassVar[tuple[int, ...]] = (1, 0)
    always_active: ClassVar[bool] = False

    def __init__(self, sizes: LatchCellDesign) -> None:
        self.sizes = sizes

    def transistors(self) -> tuple[Transistor, ...]:
        """Return the latch, then the ports."""
        return (
            *storage_transistors(self.sizes),
            self._nmos("rdl", drain="bl", gate="wl", source="rl"),
            self._nmos("pgl", drain="rl", gate="qb", source="vss"),
            self._nmos("rdr", drain="blb", gate="wl", source="rr"),
            self._nmos("pgr", drain="rr", gate="q", source="vss"),
            # Write access, off: its word line is low and its bit lines wait at VDD.
            self._nmos("wrl", drain="vdd", gate="vss", source="q"),
            self._nmos("wrr", drain="vdd", gate="vss", source="qb"),
        )

    def _nmos(self, name: str, drain: str, gate: str, source: str) -> Transistor:
        s = self.sizes
        nodes = (drain, gate, source, "vss")
        return Transistor(name, "nmos", *nodes, s.width_access, s.length, s.diffusion_length)

    def word_line_states(self, neuron: int) -> tuple[bool, ...]:
        """Return (WL on,): an input of 1 switches the word line on."""
        return (neuron == 1,)

    def product(self, weight: int, neuron: int) -> int:
        """Return weight x input; +1 leaves BL up and pulls BLB down."""
        return weight * neuron

    def row(self, product: int, position: int) -> tuple[int, int]:
        """Return (weight, input); rows with product 0 hold +1 and -1 alternately."""
        if product == 0:
            return (1 if position % 2 == 0 else -1, 0)
        return (product, 1)
