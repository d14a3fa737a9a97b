"""Bench of one cell that a column drives: its bit line has the column's voltage and resistance."""

from __future__ import annotations

from dataclasses import dataclass

from PySpice.Spice.Netlist import Circuit

from sram_spice.generators.cell_bench import WholeCell
from sram_spice.generators.deck import circuit_deck
from sram_spice.technology import ModelCards


@dataclass(frozen=True)
class CoupledCell(WholeCell):
    """A cell between the Thevenin equivalents of a column's bit lines.

    Sources as in :class:`WholeCell`; ``bias.v_bl`` and ``bias.v_blb`` are the voltages that the
    column has without this cell. With both resistances 0 the bit lines are ideal.

    Attributes
    ----------
    resistance_bl, resistance_blb : float
        Output resistance of the rest of the column, ohm.
    """

    resistance_bl: float = 0.0
    resistance_blb: float = 0.0

    def deck(self, cards: ModelCards) -> str:
        """Return the deck without analyses; sources vdd, vwl, vbl, vblb (and vstep)."""
        if self.follow or self.held is not None or self.injected is not None:
            raise ValueError("a coupled cell is driven by its column only")
        circuit = Circuit(f"coupled {self.cell.name}")
        for transistor in self.transistors():
            transistor.add_to(circuit)
        self._add_drive(circuit)
        q, qb = (self.bias.vdd, 0.0) if self.stored > 0 else (0.0, self.bias.vdd)
        # From the rails the solver finds the stored state wherever it exists, to 0.5 mV of bit line
        # (tested); from a guess nearer to the fold it loses cells that hold.
        return circuit_deck(circuit, cards, last=[f".nodeset v(q)={q!r} v(qb)={qb!r}"])

    def _add_drive(self, circuit: Circuit) -> None:
        bias, constant = self.bias, f"DC {self.bias.v_wl!r}"
        wave = constant if self.word_line is None else self.word_line.render(transient=True)
        values = {"dd": f"DC {bias.vdd!r}", "wl": wave}
        values |= {"bl": f"DC {bias.v_bl!r}", "blb": f"DC {bias.v_blb!r}"}
        resistances = {"bl": self.resistance_bl, "blb": self.resistance_blb}
        for name, value in values.items():
            node = "vdd" if name == "dd" else name
            resistance = resistances.get(name, 0.0)
            if resistance > 0:
                circuit.R(name, node, f"{node}_open", resistance)
                node = f"{node}_open"
            foot = "foot" if name == self.swept else circuit.gnd
            circuit.V(name, node, foot, value)
            if name == self.swept:
                circuit.V("step", foot, circuit.gnd, "DC 0.0")
