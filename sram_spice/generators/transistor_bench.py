"""Bench of one transistor of a cell, between ideal sources."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySpice.Spice.Netlist import Circuit

from sram_spice.generators.deck import circuit_deck
from sram_spice.generators.transistor import Transistor
from sram_spice.technology import ModelCards

NODES = ("q", "qb", "bl", "blb")  # a transistor hangs on two of them; the rest is constant


@dataclass(frozen=True)
class Terminals:
    """How a transistor of a tabulated cell hangs on its nodes.

    Attributes
    ----------
    first, second : int
        Positions in NODES. The current into `first` is tabulated.
    through : bool
        The second node is its other channel end, from which this current comes; otherwise it is
        its gate.
    """

    first: int
    second: int
    through: bool


def terminals(transistor: Transistor) -> Terminals:
    """Return the two nodes of a transistor that are not constant.

    Raises
    ------
    ValueError
        There are not two of them: no transistor of a 6T or 8T cell is like this.
    """
    ends = [n for n in (transistor.drain, transistor.source) if n in NODES]
    if len(ends) == 2:
        first, second = sorted(ends, key=NODES.index)  # a storage node comes first
        return Terminals(NODES.index(first), NODES.index(second), True)
    if len(ends) == 1 and transistor.gate in NODES:
        return Terminals(NODES.index(ends[0]), NODES.index(transistor.gate), False)
    raise ValueError(f"transistor {transistor.name} does not hang on two nodes")


def at_supply(transistor: Transistor) -> bool:
    """Tell whether all constant nodes of a transistor are the supply.

    Its current is then one of the distances of its two nodes from the supply, whatever that is.
    """
    t = transistor
    return {t.drain, t.gate, t.source, t.bulk} - set(NODES) == {"vdd"}


def transistor_deck(transistor: Transistor, cards: ModelCards, vdd: float, v_wl: float) -> str:
    """Return the deck of one transistor between ideal sources ``vx`` and ``vy``.

    Sources that it does not hang on are not in it, so that one deck serves all their voltages.
    """
    found = terminals(transistor)
    names = {NODES[found.first]: "x", NODES[found.second]: "y"}
    t = transistor
    drain, gate, source, bulk = (names.get(n, n) for n in (t.drain, t.gate, t.source, t.bulk))
    if t.drain == NODES[found.second]:
        drain, source = source, drain  # a MOSFET is symmetric: twins have one deck
    circuit = Circuit("transistor")
    replace(t, name="dut", drain=drain, gate=gate, source=source, bulk=bulk).add_to(circuit)
    for name, volts in (("vdd", vdd), ("wl", v_wl)):
        if name in (drain, gate, source, bulk):
            circuit.V(name, name, circuit.gnd, f"DC {volts!r}")
    for name in ("x", "y"):
        circuit.V(name, name, circuit.gnd, "DC 0.0")
    return circuit_deck(circuit, cards)
