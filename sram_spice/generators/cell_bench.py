"""Benches of one cell, of any topology: with its feedback loop broken, and whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from PySpice.Spice.Netlist import Circuit

from sram_spice.generators.cell import Cell, NotWritable, computing_nodes, ports, rail_node
from sram_spice.generators.deck import circuit_deck
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.waveform import Source
from sram_spice.simulation.job import Latch
from sram_spice.technology import ModelCards

STORAGE = ("q", "qb")

BenchNode = Literal["q", "qb"]
BenchAccess: TypeAlias = Literal["compute", "write"]
BenchLine = Literal["dd", "wl", "bl", "blb"]


@dataclass(frozen=True)
class CellBias:
    """Voltages at the ports of a cell.

    Attributes
    ----------
    vdd : float
        Supply, V.
    v_wl : float
        The word lines that are on (see :func:`bench_transistors`), V; the others are at 0. With 0
        all are off: hold.
    v_bl, v_blb : float
        Bit lines, V: those that compute, or those that write.
    """

    vdd: float
    v_wl: float
    v_bl: float
    v_blb: float

    @property
    def mirrored(self) -> CellBias:
        """The same with the bit lines exchanged."""
        return replace(self, v_bl=self.v_blb, v_blb=self.v_bl)


@dataclass(frozen=True)
class SplitCell:
    """A cell whose feedback loop is broken at both gates.

    Every transistor is there once. Those with their gate at ``q`` or ``qb`` have it at ``vin``, so
    ``q`` and ``qb`` are the outputs of the two inverters, each with its access transistors as
    load. One sweep of ``vin`` gives both curves of a butterfly. The gate current of an inverter
    (some nA) then comes from ``vin``, not from the other one: some 20 uV at an output.

    Attributes
    ----------
    cell : Cell
    bias : CellBias
    access : {"compute", "write"}
        What the word lines and bit lines of `bias` are: those that compute, or those that write.
    """

    cell: Cell
    bias: CellBias
    access: BenchAccess = "compute"

    def transistors(self) -> tuple[Transistor, ...]:
        """Return the transistors between the nodes of the bench."""
        return tuple(
            replace(t, gate="vin" if t.gate in STORAGE else t.gate)
            for t in bench_transistors(self.cell, self.access)
        )

    def deck(self, cards: ModelCards) -> str:
        """Return the deck without analyses; sources vdd, vwl, vbl, vblb, vin."""
        circuit = _circuit(f"split {self.cell.name}", self.transistors())
        _add_sources(circuit, self.bias)
        circuit.V("in", "vin", circuit.gnd, "DC 0.0")
        return circuit_deck(circuit, cards)


@dataclass(frozen=True)
class WholeCell:
    """A cell with all its feedback between ideal sources.

    Attributes
    ----------
    cell : Cell
    bias : CellBias
    stored : {+1, -1}
        Weight: +1 is q high.
    swept : {"dd", "wl", "bl", "blb"} or None
        Source in series with which ``vstep`` stands, for sweeps that begin where the source is.
    follow : bool
        Bit lines at the supply whatever it is, also while it is swept (sources ebl, eblb).
    held : {"q", "qb"} or None
        Node that ``vin`` holds: N-curve; the current into the node is -i(vin).
    held_wave : Source or None
        Waveform of ``vin`` in a transient; None: DC.
    other_wave : Source or None
        Waveform of ``vother``, which then holds the other node.
    word_line : Source or None
        Waveform of the word line in a transient; None is constant at ``bias.v_wl``.
    bit_line : Source or None
        Waveform of BL in a transient; None is constant at ``bias.v_bl``.
    injected : float or None
        Current into ``q`` from the source ``inoise``, A.
    access : {"compute", "write"}
        As in :class:`SplitCell`.
    """

    cell: Cell
    bias: CellBias
    stored: int = 1
    swept: BenchLine | None = None
    follow: bool = False
    held: BenchNode | None = None
    held_wave: Source | None = None
    other_wave: Source | None = None
    word_line: Source | None = None
    bit_line: Source | None = None
    injected: float | None = None
    access: BenchAccess = "compute"

    def transistors(self) -> tuple[Transistor, ...]:
        """Return the transistors between the nodes of the bench."""
        return bench_transistors(self.cell, self.access)

    def deck(self, cards: ModelCards) -> str:
        """Return the deck without analyses; sources vdd, vwl, vbl, vblb, and those asked for."""
        circuit = _circuit(f"whole {self.cell.name}", self.transistors())
        _add_sources(circuit, self.bias, self.swept, self.follow, self.word_line, self.bit_line)
        if self.held is not None:
            wave = "DC 0.0" if self.held_wave is None else self.held_wave.render(transient=True)
            circuit.V("in", self.held, circuit.gnd, wave)
            if self.other_wave is not None:
                other = "qb" if self.held == "q" else "q"
                circuit.V("other", other, circuit.gnd, self.other_wave.render(transient=True))
        if self.injected is not None:
            circuit.I("noise", circuit.gnd, "q", f"DC {self.injected!r}")
        q, qb = (self.bias.vdd, 0.0) if self.stored > 0 else (0.0, self.bias.vdd)
        # Set as an initial guess only; without it ngspice finds the metastable point.
        return circuit_deck(circuit, cards, last=[f".nodeset v(q)={q!r} v(qb)={qb!r}"])

    @property
    def latch(self) -> Latch:
        """What the cell stores."""
        return Latch("q", "qb", self.stored > 0)


def bench_transistors(cell: Cell, access: BenchAccess = "compute") -> tuple[Transistor, ...]:
    """Return a cell's transistors between the nodes of a bench.

    Word lines that are on are at ``wl``, the others at 0. Computing, those are the ones of the
    input with product +1 at weight +1, and other ports are idle. Writing, ``bl`` and ``blb`` are
    the ports at the bit and its complement; bit lines that do not take part are at the supply.

    Their order is the cell's own: threshold shift i of a bench is that of transistor i of the cell
    in every bench.

    Raises
    ------
    ValueError
        The cell is not written through its ports.
    """
    nodes = _computing(cell) if access == "compute" else _writing(cell)
    return tuple(
        replace(
            t,
            drain=nodes.get(t.drain, t.drain),
            gate=nodes.get(t.gate, t.gate),
            source=nodes.get(t.source, t.source),
            bulk=nodes.get(t.bulk, t.bulk),
        )
        for t in cell.transistors()
    )


def _computing(cell: Cell) -> dict[str, str]:
    neuron = next(n for n in cell.inputs if cell.product(1, n) > 0)
    return {"vss": "0", **dict(zip(ports(cell), computing_nodes(cell, neuron), strict=True))}


def _writing(cell: Cell) -> dict[str, str]:
    zero, one = cell.write(0), cell.write(1)
    if isinstance(zero, NotWritable) or isinstance(one, NotWritable):
        raise ValueError("the cell is not written through its ports")
    idle = {port: rail_node(rail) for port, rail in cell.idle_ports.items()}
    nodes = {"vss": "0", "bl": "vdd", "blb": "vdd"} | dict.fromkeys(cell.word_lines, "0") | idle
    names = {(0, 1): "bl", (1, 0): "blb", (0, 0): "0", (1, 1): "vdd"}
    written = {port: names[zero.bit_lines[port], one.bit_lines[port]] for port in zero.bit_lines}
    return nodes | dict.fromkeys(zero.word_lines, "wl") | written


def why_not_writable(cell: Cell) -> str:
    """Return why a cell cannot be written through its ports; empty when it can."""
    access = cell.write(0)
    return access.reason if isinstance(access, NotWritable) else ""


def threshold_names(cell: Cell) -> tuple[str, ...]:
    """Return the threshold shift of every transistor of a bench, as `alter` names it."""
    return tuple(f"@m{t.name}[delvto]" for t in cell.transistors())


def _circuit(title: str, transistors: tuple[Transistor, ...]) -> Circuit:
    circuit = Circuit(title)
    for transistor in transistors:
        transistor.add_to(circuit)
    return circuit


def _add_sources(
    circuit: Circuit,
    bias: CellBias,
    swept: BenchLine | None = None,
    follow: bool = False,
    word_line: Source | None = None,
    bit_line: Source | None = None,
) -> None:
    wl = f"DC {bias.v_wl!r}" if word_line is None else word_line.render(transient=True)
    bl = f"DC {bias.v_bl!r}" if bit_line is None else bit_line.render(transient=True)
    values = {"dd": f"DC {bias.vdd!r}", "wl": wl}
    if follow:
        for line in ("bl", "blb"):
            circuit.VCVS(line, line, circuit.gnd, "vdd", circuit.gnd, voltage_gain=1)
    else:
        values |= {"bl": bl, "blb": f"DC {bias.v_blb!r}"}
    for name, value in values.items():
        node = "vdd" if name == "dd" else name
        foot = "foot" if name == swept else circuit.gnd
        circuit.V(name, node, foot, value)
        if name == swept:
            circuit.V("step", foot, circuit.gnd, "DC 0.0")
