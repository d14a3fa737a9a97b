"""One row, or the loads, with both bit lines held: what it draws from them."""

from __future__ import annotations

from dataclasses import dataclass

from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design
from sram_spice.generators.cell import BIT_LINES, cell_of, computing_nodes, subcircuit
from sram_spice.generators.deck import OPERATING_POINT_OPTIONS, OPTIONS, circuit_deck
from sram_spice.generators.readout import readout_of
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.waveform import access_timing, word_line_source
from sram_spice.simulation.job import Latch
from sram_spice.technology import ModelCards

OUTPUTS = ("vbl#branch", "vblb#branch")  # into the sources: minus what flows out of the bit lines
HELD = ("@vbl[dc]", "@vblb[dc]")


@dataclass(frozen=True)
class HeldBench:
    """A row of some weight and input, or the read-out's loads where there is no row.

    Attributes
    ----------
    design : Design
    row : (int, int), or None
        Weight and neuron; None: the loads.
    """

    design: Design
    row: tuple[int, int] | None

    @property
    def devices(self) -> tuple[tuple[str, Transistor], ...]:
        """Its transistors by their flat ngspice name."""
        if self.row is None:
            return tuple((f"m{t.name}", t) for t in readout_of(self.design).loads())
        return tuple((f"m.xcell0.m{t.name}", t) for t in cell_of(self.design).transistors())

    @property
    def alter(self) -> tuple[str, ...]:
        """Threshold shifts, then the voltages of BL and BLB."""
        return (*(f"@{name}[delvto]" for name, _ in self.devices), *HELD)

    @property
    def latches(self) -> tuple[Latch, ...]:
        """Storage nodes of the cell, if there is one."""
        return () if self.row is None else (Latch("xcell0.q", "xcell0.qb", self.row[0] > 0),)

    def deck(self, cards: ModelCards) -> str:
        """Return the deck of its operating point."""
        design, vdd = self.design, self.design.conditions.vdd
        readout = readout_of(design)
        timing = access_timing(design, readout.pulse_time())
        circuit = Circuit("held bit lines")
        last = [OPERATING_POINT_OPTIONS]
        circuit.V("dd", "vdd", circuit.gnd, f"DC {vdd!r}")
        for line in BIT_LINES:
            circuit.V(line, line, circuit.gnd, f"DC {vdd!r}")
        if self.row is None:
            for name, source in readout.sources(timing).items():
                circuit.V(name, name, circuit.gnd, source.render(transient=False))
            for load in readout.loads():
                load.add_to(circuit)
        else:
            cell = cell_of(design)
            circuit.subcircuit(subcircuit(cell))
            circuit.V("wl", "wl", circuit.gnd, word_line_source(design, timing).render(False))
            circuit.X("cell0", cell.name, *computing_nodes(cell, self.row[1]))
            q, qb = (vdd, 0.0) if self.row[0] > 0 else (0.0, vdd)
            last.append(f".nodeset v(xcell0.q)={q!r} v(xcell0.qb)={qb!r}")
        return circuit_deck(circuit, cards, OPTIONS, last)
