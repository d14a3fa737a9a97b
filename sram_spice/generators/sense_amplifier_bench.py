"""Bench of one sense amplifier: inputs from sources with an impedance, one or more decisions."""

from __future__ import annotations

from dataclasses import dataclass

from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design
from sram_spice.generators.deck import circuit_deck
from sram_spice.generators.sense_amplifier import (
    Polarity,
    SenseAmplifier,
    amplifier_subcircuit,
    reset_nodesets,
    sense_amplifier_of,
    sizes_of,
)
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.waveform import pulse
from sram_spice.technology import ModelCards

START = 50e-12  # s; SAEN begins to rise. The operating point before it is the settled reset state.
REST = 0.3e-9  # s after SAEN has fallen, in which the amplifier is reset again


@dataclass(frozen=True)
class InputImpedance:
    """What drives an input of a sense amplifier: a resistance, and a capacitance at the input.

    Attributes
    ----------
    resistance : float
        ohm, 0 is an ideal source.
    capacitance : float
        F.
    """

    resistance: float = 0.0
    capacitance: float = 0.0


IDEAL = InputImpedance()


@dataclass(frozen=True)
class SenseAmplifierBench:
    """One sense amplifier that compares ``bl`` with ``ref``.

    The source ``vin`` sets the difference of the two before the decision, V, and `common_mode` the
    reference.

    Attributes
    ----------
    design : Design
        With [sense_amplifier].
    polarity : {"nmos", "pmos"}
    common_mode : float
        Reference level, V.
    bit_line, reference : InputImpedance
        What drives the inputs.
    complement : float, optional
        Level of REFB, V: an amplifier with two input pairs, BLB from an ideal source.
    unbalance : float
        Level of BLB minus that of REFB, V.
    """

    design: Design
    polarity: Polarity
    common_mode: float
    bit_line: InputImpedance = IDEAL
    reference: InputImpedance = IDEAL
    complement: float | None = None
    unbalance: float = 0.0

    @property
    def amplifier(self) -> SenseAmplifier:
        """The sense amplifier."""
        return sense_amplifier_of(self.design, self.polarity, 1 if self.complement is None else 2)

    @property
    def decided(self) -> float:
        """Instant at which the decision has to be there, s: SAEN begins to fall."""
        sizes = sizes_of(self.design)
        return START + sizes.edge_time + sizes.sensing_time

    @property
    def saen_middle(self) -> float:
        """Instant at which SAEN crosses half of VDD, s."""
        return START + sizes_of(self.design).edge_time / 2

    @property
    def stop(self) -> float:
        """End of one decision and the reset after it, s."""
        return self.decided + sizes_of(self.design).edge_time + REST

    @property
    def latch(self) -> tuple[str, str]:
        """Nodes that end high and low when BL is above REF, as ngspice names them."""
        high, low = self.amplifier.latch
        return f"xsa.{high}", f"xsa.{low}"

    def transistors(self) -> tuple[Transistor, ...]:
        """Return the amplifier's transistors, in the order of :attr:`alter`."""
        return self.amplifier.transistors()

    @property
    def alter(self) -> tuple[str, ...]:
        """Threshold shift of every transistor, as `alter` names it."""
        return tuple(f"@m.xsa.m{t.name}[delvto]" for t in self.transistors())

    def deck(self, cards: ModelCards, options: str) -> str:
        """Return the deck without analyses; sources vdd, vsaen, vref, vin."""
        amplifier = sense_amplifier_of(self.design, self.polarity)
        vdd, level = self.design.conditions.vdd, self.common_mode
        nodesets = reset_nodesets(amplifier, "xsa", vdd, level, level)
        return circuit_deck(self.circuit(), cards, options, nodesets)

    def circuit(self, v_in: float = 0.0) -> Circuit:
        """Return the circuit with the input difference `v_in`, V."""
        design, sizes = self.design, sizes_of(self.design)
        amplifier = self.amplifier
        vdd = design.conditions.vdd
        circuit = Circuit(f"{amplifier.name} at {self.common_mode:.4g} V")
        circuit.subcircuit(amplifier_subcircuit(amplifier))
        circuit.V("dd", "vdd", circuit.gnd, f"DC {vdd!r}")
        saen = pulse(0.0, 0.0, vdd, START, self.decided, sizes.edge_time)
        circuit.V("saen", "saen", circuit.gnd, saen.render(transient=True))
        circuit.V("ref", "refs", circuit.gnd, f"DC {self.common_mode!r}")
        circuit.V("in", "bls", "refs", f"DC {v_in!r}")
        _drive(circuit, "bl", self.bit_line)
        _drive(circuit, "ref", self.reference)
        nodes = ["bl", "ref", "saen", "out", "vdd", "0"]
        if self.complement is not None:
            circuit.V("refb", "refb", circuit.gnd, f"DC {self.complement!r}")
            circuit.V("blb", "blb", "refb", f"DC {self.unbalance!r}")
            nodes += ["blb", "refb"]
        circuit.X("sa", amplifier.name, *nodes)
        if sizes.load_capacitance:
            circuit.C("load", "out", circuit.gnd, sizes.load_capacitance)
        return circuit


def _drive(circuit: Circuit, node: str, impedance: InputImpedance) -> None:
    if impedance.resistance:
        circuit.R(node, f"{node}s", node, impedance.resistance)
    else:
        circuit.V(f"{node}_tie", f"{node}s", node, "DC 0.0")
    if impedance.capacitance:
        circuit.C(node, node, circuit.gnd, impedance.capacitance)
