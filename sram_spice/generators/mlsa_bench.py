"""A column with its multi-level sense amplifier, whole: parallel, serial or plain binary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from PySpice.Spice.Netlist import Circuit

from sram_spice.generators.column import Column
from sram_spice.generators.deck import QUICK_OPTIONS, circuit_deck
from sram_spice.generators.mlsa_timing import MlsaTiming, mlsa_timing, pulses
from sram_spice.generators.reference_generator import (
    ReferenceCircuit,
    Setting,
    Tap,
    reference_generator_of,
)
from sram_spice.generators.reference_selection import add_selection
from sram_spice.generators.sense_amplifier import (
    Polarity,
    SenseAmplifier,
    amplifier_subcircuit,
    polarity_at,
    ports_of,
    reset_nodesets,
    sense_amplifier_of,
    sizes_of,
)
from sram_spice.generators.transistor import Transistor
from sram_spice.simulation import Latch
from sram_spice.technology import ModelCards

MlsaMode: TypeAlias = Literal["parallel", "serial", "binary"]


@dataclass(frozen=True)
class Decision:
    """One decision of an access.

    Attributes
    ----------
    reference : int
        Number of the reference it is about; 0 in the binary mode.
    amplifier : int
        Number of the sense amplifier that makes it.
    cycle : int
        Sensing cycle.
    """

    reference: int
    amplifier: int
    cycle: int


@dataclass(frozen=True)
class MlsaBench:
    """A column, its sense amplifiers, the reference generator and everything that drives them.

    Nodes ``bl``, ``blb``, ``wl`` and those of the read-out as in the column, ``out<i>`` and
    ``saen<i>`` of each amplifier; in the serial mode ``ref`` is the stepped reference. Supplies
    are separate: ``vdd`` column, ``vsa`` amplifiers, those of the reference generator. References
    at or beyond a rail need no amplifier: their decision is known.

    Attributes
    ----------
    column : Column
        Of a design with [sense_amplifier].
    references : tuple of float
        V, one per threshold in ascending order of the sums; none in the binary mode.
    mode : {"parallel", "serial", "binary"}
        One amplifier per reference; one amplifier (of each variant that is needed) with a stepped
        reference, from the highest down; or one that compares BL with BLB.
    cycles : int, optional
        Serial mode: stop after so many cycles (early stop).
    common_mode : float, optional
        Binary mode: where BL and BLB are when they are equal, V; chooses the variant.
    recover : bool
        With the pre-charge after the access.
    vernier : bool
        With a current source ``inudge`` that moves the sensed node of BL by a little.
    complements : tuple of float
        Differential sensing, parallel mode: amplifiers with two input pairs compare BL - BLB with
        the difference of each reference and its complement, V. Each pair of taps is where BL and
        BLB are at the threshold. Empty: single-ended.
    settings : tuple of Setting
        What the generator fixes of each reference, where its taps are not made by their voltage
        alone; None at a rail. Empty: by their voltage.
    """

    column: Column
    references: tuple[float, ...]
    mode: MlsaMode
    cycles: int | None = None
    common_mode: float | None = None
    recover: bool = True
    vernier: bool = False
    complements: tuple[float, ...] = ()
    settings: tuple[Setting, ...] = ()

    def __post_init__(self) -> None:
        """Check that every reference has its complement, or none has."""
        if self.complements and (
            self.mode != "parallel" or len(self.complements) != len(self.references)
        ):
            raise ValueError("differential sensing is parallel, with one complement per reference")

    @cached_property
    def compared(self) -> tuple[int, ...]:
        """Numbers of the references that lie between the rails."""
        vdd = self.column.design.conditions.vdd
        return tuple(i for i, v in enumerate(self.references) if 0.0 < v < vdd)

    def amplifier(self, polarity: Polarity) -> SenseAmplifier:
        """Return the sense amplifier of this access, one of its variants."""
        return sense_amplifier_of(self.column.design, polarity, 2 if self.complements else 1)

    @cached_property
    def known_ones(self) -> int:
        """References at or below ground, which BL is always above."""
        return sum(v <= 0.0 for v in self.references)

    @cached_property
    def generator(self) -> ReferenceCircuit | None:
        """The reference generator; none in the binary mode or without a reference."""
        if not self.compared:
            return None
        # Merged rows are a sign of a bench without mismatch.
        merged = len(self.column.groups) < self.column.rows
        return reference_generator_of(self.column.design).circuit(self.taps, merged)

    @cached_property
    def taps(self) -> tuple[Tap, ...]:
        """Taps of the generator: those of all references, then their complements."""
        settings = self.settings or (None,) * len(self.references)
        taps = [Tap(self.references[i], settings[i]) for i in self.compared]
        if self.complements:
            taps += [Tap(self.complements[i], settings[i], True) for i in self.compared]
        return tuple(taps)

    @cached_property
    def amplifiers(self) -> tuple[Polarity, ...]:
        """Variant of each sense amplifier."""
        design = self.column.design
        if self.mode == "binary":
            middle = self.common_mode
            return (polarity_at(design, design.conditions.vdd if middle is None else middle),)
        variants = [self._polarity(i) for i in self.compared]
        return tuple(variants) if self.mode == "parallel" else tuple(sorted(set(variants)))

    def _polarity(self, reference: int) -> Polarity:
        """Return the variant for a reference: by the mean of both inputs, if there are two."""
        v = self.references[reference]
        middle = (v + self.complements[reference]) / 2 if self.complements else v
        return polarity_at(self.column.design, middle)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """All decisions, in the order in which they are made."""
        wanted = self.compared
        if self.mode == "binary":
            return (Decision(0, 0, 0),)
        if self.mode == "parallel":
            return tuple(Decision(i, number, 0) for number, i in enumerate(wanted))
        falling = sorted(wanted, key=lambda i: -self.references[i])
        found = [
            Decision(i, self.amplifiers.index(self._polarity(i)), cycle)
            for cycle, i in enumerate(falling)
        ]
        return tuple(found[: self.cycles])

    @cached_property
    def timing(self) -> MlsaTiming:
        """Instants of the access."""
        last = max((d.cycle for d in self.decisions), default=0)
        return mlsa_timing(self.column.design, last + 1, self.recover)

    def latch_of(self, decision: Decision) -> tuple[str, str]:
        """Return the nodes that end high and low when BL is above the reference."""
        polarity = self.amplifiers[decision.amplifier]
        high, low = self.amplifier(polarity).latch
        return f"xsa{decision.amplifier}.{high}", f"xsa{decision.amplifier}.{low}"

    @property
    def latches(self) -> tuple[Latch, ...]:
        """Storage nodes of the cells, those of the references included; what they have to keep."""
        return self.column.latches + (() if self.generator is None else self.generator.latches)

    @cached_property
    def devices(self) -> tuple[tuple[str, Transistor], ...]:
        """Transistors of the sense amplifiers by their flat ngspice name."""
        return tuple(
            (f"m.xsa{number}.m{t.name}", t)
            for number, polarity in enumerate(self.amplifiers)
            for t in self.amplifier(polarity).transistors()
        )

    @property
    def alter(self) -> tuple[str, ...]:
        """Threshold shifts of column and amplifiers (V), and what varies in the generator."""
        names = (name for name, _ in (*self.column.devices, *self.devices))
        shifts = tuple(f"@{name}[delvto]" for name in names)
        return shifts + (() if self.generator is None else self.generator.alter)

    @property
    def supplies(self) -> tuple[str, ...]:
        """Sources of the access by name without the leading v; their node is `node_of`."""
        column = self.column.sources(self.timing)
        found = ["dd", *column, "sa", *(f"saen{i}" for i in range(len(self.amplifiers)))]
        return (*found, *self.reference_supplies)

    @property
    def reference_supplies(self) -> tuple[str, ...]:
        """Those of the supplies that are the reference generator's, and the selection's."""
        if self.generator is None:
            return ()
        steps = [f"sel{d.cycle}" for d in self.decisions] if self.mode == "serial" else []
        return (*self.generator.supplies(self.timing), *steps)

    @property
    def reference_drivers(self) -> tuple[str, ...]:
        """Those of the generator's supplies that are not at VDD all the time."""
        return () if self.generator is None else self.generator.drivers(self.timing)

    def deck(self, cards: ModelCards, options: str = QUICK_OPTIONS) -> str:
        """Return the deck without analyses."""
        column, design = self.column, self.column.design
        title = f"{design.name} n_plus={column.n_plus} n_minus={column.n_minus} {self.mode} MLSA"
        circuit = column.circuit(title, transient=True)
        self._replace_sources(circuit)
        circuit.V("sa", "vsa", circuit.gnd, f"DC {design.conditions.vdd!r}")
        for polarity in sorted(set(self.amplifiers)):
            circuit.subcircuit(amplifier_subcircuit(self.amplifier(polarity)))
        for number in range(len(self.amplifiers)):
            self._add_amplifier(circuit, number)
        if self.generator is not None:
            self.generator.add_to(circuit, self.timing)
            if self.mode == "serial":
                self._add_selection(circuit)
        if self.vernier:
            circuit.I("nudge", circuit.gnd, self.column.sensed[0], "DC 0.0")
        return circuit_deck(circuit, cards, options, self._initial_states())

    def _initial_states(self) -> list[str]:
        """Hold the cells in their states while the operating point before the access is sought.

        `.nodeset` is not enough: with the amplifiers Newton often needs gmin stepping, which leads
        cells out of their states.
        """
        vdd = self.column.design.conditions.vdd
        lines = []
        for latch in self.latches:
            q, qb = (vdd, 0.0) if latch.high else (0.0, vdd)
            lines.append(f".ic v({latch.node})={q!r} v({latch.complement})={qb!r}")
        rest = self.column.readout.rest()
        around = rest | ({} if self.generator is None else self.generator.rest())
        lines.append(".nodeset " + " ".join(f"v({node})={v!r}" for node, v in around.items()))
        v_bl = rest.get(self.column.sensed[0], vdd)
        for number, polarity in enumerate(self.amplifiers):
            first = next((d for d in self.decisions if d.amplifier == number), None)
            v_ref = (
                v_bl if self.mode == "binary" or first is None else self.references[first.reference]
            )
            amplifier = self.amplifier(polarity)
            lines += reset_nodesets(amplifier, f"xsa{number}", vdd, v_bl, v_ref)
        return lines

    def _replace_sources(self, circuit: Circuit) -> None:
        """Give WL and the read-out's sources the waveforms of this access."""
        for name, source in self.column.sources(self.timing).items():
            circuit.element(f"V{name}").detach()
            circuit.V(name, name, circuit.gnd, source.render(transient=True))

    def _add_amplifier(self, circuit: Circuit, number: int) -> None:
        design, timing, sizes = self.column.design, self.timing, sizes_of(self.column.design)
        mine = [d for d in self.decisions if d.amplifier == number]
        spans = tuple((timing.enable[d.cycle], timing.disable[d.cycle]) for d in mine)
        saen = pulses(0.0, design.conditions.vdd, spans, timing.saen_edge)
        circuit.V(f"saen{number}", f"saen{number}", circuit.gnd, saen.render(transient=True))
        nodes = {
            "bl": self.column.sensed[0],
            "ref": self._reference_node(number),
            "saen": f"saen{number}",
            "out": f"out{number}",
            "vdd": "vsa",
            "vss": "0",
        }
        if self.complements and self.generator is not None:
            complement = self.generator.tap_node(len(self.compared) + number)
            nodes |= {"blb": self.column.sensed[1], "refb": complement}
        amplifier = self.amplifier(self.amplifiers[number])
        circuit.X(f"sa{number}", amplifier.name, *(nodes[port] for port in ports_of(amplifier)))
        if sizes.load_capacitance:
            circuit.C(f"out{number}", f"out{number}", circuit.gnd, sizes.load_capacitance)

    def _reference_node(self, number: int) -> str:
        if self.mode == "binary":
            return self.column.sensed[1]
        if self.mode == "serial" or self.generator is None:
            return "ref"
        return self.generator.tap_node(number)

    def _add_selection(self, circuit: Circuit) -> None:
        """Connect ``ref`` to one tap per cycle, from the highest down."""
        assert self.generator is not None
        taps = [
            (
                self.generator.tap_node(self.compared.index(d.reference)),
                self.amplifiers[d.amplifier],
            )
            for d in self.decisions
        ]
        add_selection(circuit, self.column.design, self.timing, taps)
