"""What a plug-in has to be, checked without a simulator when it is first used.

Each check raises one InputError that names the plug-in and what is wrong. Whether a cell computes
what it says is decided by `sram_spice.column.truth`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySpice.Spice.Netlist import Circuit

from sram_spice.errors import InputError, SramSpiceError
from sram_spice.generators.names import deck_name
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.waveform import Source, access_timing
from sram_spice.simulation.job import OperatingPoint, Transient

if TYPE_CHECKING:
    from sram_spice.generators.cell import Cell
    from sram_spice.generators.readout import Readout
    from sram_spice.generators.sense_amplifier import SenseAmplifier

R = TypeVar("R")
CELL = (
    *("name", "word_lines", "inputs", "idle_ports", "published_energy", "always_active"),
    *("transistors", "word_line_states", "product", "row", "write"),
)
READOUT = (
    *("sensed", "not_tabulated", "alternatives", "loads", "sources", "add_to", "level_analysis"),
    *("pulse_time", "sampling_time", "rest", "scaled_to", "labels"),
)
SENSE_AMPLIFIER = (
    *("name", "polarity", "latch", "pairs", "most_pairs", "transistors", "capacitances"),
    *("sampling_capacitance", "reset_state", "mirror"),
)
RESERVED = ("bl", "blb", "vdd", "vss", "q", "qb", "0")
STORAGE = ("q", "qb")


class Plugin:
    """A plug-in under check: what is wrong with it is said in its name.

    Parameters
    ----------
    key : str
        Design key that names it.
    name : str
    """

    def __init__(self, key: str, name: str) -> None:
        self.key, self.name = key, name

    def fail(self, message: str, value: object = None, allowed: str | None = None) -> InputError:
        """Return the error that says what is wrong."""
        return InputError(
            f"plug-in {self.name}: {message}", key=self.key, value=value, allowed=allowed
        )

    def need(self, condition: bool, message: str, value: object = None, allowed: str = "") -> None:
        """Raise unless a condition holds."""
        if not condition:
            raise self.fail(message, value, allowed or None)

    def ask(self, what: str, function: Callable[[], R]) -> R:
        """Return what a method of the plug-in gives; whatever it raises is one message."""
        try:
            return function()
        except SramSpiceError:
            raise
        except Exception as error:  # a third party's code may fail in any way
            raise self.fail(f"{what} fails: {type(error).__name__}: {error}") from error

    def members(self, one: object, names: Iterable[str]) -> None:
        """Raise when it lacks a method or an attribute."""
        missing = [name for name in names if not hasattr(one, name)]
        self.need(not missing, f"lacks {', '.join(missing)}")

    def transistors(self, found: object) -> tuple[Transistor, ...]:
        """Return transistors, checked: of the right type, each with a name of its own."""
        right = isinstance(found, tuple | list) and all(isinstance(t, Transistor) for t in found)
        self.need(right, "transistors are not a tuple of Transistor", found)
        assert isinstance(found, tuple | list)
        twice = [n for n, count in Counter(t.name for t in found).items() if count > 1]
        self.need(not twice, "two transistors have the same name", ", ".join(twice))
        return tuple(found)

    def connected(
        self, found: Sequence[Transistor], ports: Iterable[str], more: Counter[str]
    ) -> None:
        """Raise for a node that leads nowhere: a port that is not there, or a slip of the pen."""
        ends = more + Counter(n for t in found for n in (t.drain, t.gate, t.source, t.bulk))
        known = set(ports)
        loose = [node for node, count in ends.items() if count < 2 and node not in known]
        self.need(not loose, "a node leads nowhere", ", ".join(loose), f"ports {', '.join(ports)}")


def made(plugin: Plugin, kind: Any, *arguments: object) -> Any:
    """Return an instance of a plug-in's class."""
    if not isinstance(kind, type):
        raise plugin.fail("is not a class", kind)
    abstract = sorted(getattr(kind, "__abstractmethods__", ()))
    plugin.need(not abstract, f"lacks {', '.join(abstract)}")
    return plugin.ask("its construction", partial(kind, *arguments))


def check_static_cell(plugin: Plugin, cell: Cell) -> None:
    """Check ports, inputs, products, rows, transistors and write of a cell."""
    plugin.members(cell, CELL)
    deck_name(cell.name, f"plug-in {plugin.name}: name")
    lines, idle = cell.word_lines, cell.idle_ports
    plugin.need(isinstance(lines, tuple) and bool(lines), "word_lines is no tuple of names", lines)
    plugin.need(isinstance(idle, Mapping), "idle_ports does not map ports to rails", idle)
    for port in (*lines, *idle):
        deck_name(port, f"plug-in {plugin.name}: port")
        plugin.need(port not in RESERVED, "a port has the name of another node", port)
    plugin.need(len({*lines, *idle}) == len(lines) + len(idle), "two ports have one name", lines)
    for port, rail in idle.items():
        plugin.need(rail in ("vdd", "vss"), f"idle port {port} is at no rail", rail, "vdd, vss")
    _check_computing(plugin, cell)
    transistors = plugin.transistors(plugin.ask("transistors", cell.transistors))
    nodes = {n for t in transistors for n in (t.drain, t.gate, t.source)}
    missing = [n for n in (*STORAGE, *lines, *idle) if n not in nodes]
    plugin.need(not missing, "no transistor is at a port or storage node", ", ".join(missing))
    plugin.need(bool(nodes & {"bl", "blb"}), "no transistor is at bl or blb")
    all_ports = ("bl", "blb", *lines, *idle, "vdd", "vss")
    plugin.connected(transistors, all_ports, Counter())
    _check_write(plugin, cell, all_ports)


def _check_computing(plugin: Plugin, cell: Cell) -> None:
    inputs = cell.inputs
    right = isinstance(inputs, tuple) and bool(inputs) and set(inputs) <= {1, 0, -1}
    plugin.need(right, "inputs are no tuple of +1, 0 and -1", inputs)
    products = set()
    for neuron in inputs:
        states = plugin.ask("word_line_states", partial(cell.word_line_states, neuron))
        plugin.need(
            isinstance(states, tuple) and len(states) == len(cell.word_lines),
            f"word_line_states of input {neuron} is not one state for each of "
            f"{len(cell.word_lines)} word lines",
            states,
        )
        for weight in (1, -1):
            one = plugin.ask("product", partial(cell.product, weight, neuron))
            plugin.need(one in (1, 0, -1), "a product is not +1, 0 or -1", one)
            products.add(one)
    plugin.need({1, -1} <= products, "no input gives both products, +1 and -1", sorted(products))
    for product in sorted(products):
        for position in range(4):
            row = plugin.ask("row", partial(cell.row, product, position))
            right = (
                isinstance(row, tuple)
                and len(row) == 2
                and row[0] in (1, -1)
                and row[1] in inputs
                and cell.product(*row) == product
            )
            plugin.need(right, f"row({product}, {position}) does not give that product", row)
    wanted = 0 not in products
    plugin.need(cell.always_active == wanted, "always_active does not fit its products", products)


def _check_write(plugin: Plugin, cell: Cell, ports: Sequence[str]) -> None:
    from sram_spice.generators.cell import NotWritable, WriteAccess

    zero, one = (plugin.ask("write", partial(cell.write, bit)) for bit in (0, 1))
    for access in (zero, one):
        right = isinstance(access, WriteAccess | NotWritable)
        plugin.need(right, "write gives no WriteAccess or NotWritable", access)
        if isinstance(access, NotWritable):
            plugin.need(bool(access.reason.strip()), "write gives no reason", access)
    if isinstance(zero, NotWritable) or isinstance(one, NotWritable):
        plugin.need(type(zero) is type(one), "write writes one bit only", (zero, one))
        return
    for access in (zero, one):
        control = {*cell.word_lines, *cell.idle_ports}
        used = {*access.word_lines, *access.bit_lines}
        wrong = [p for p in access.word_lines if p not in control]
        wrong += [p for p in access.bit_lines if p not in ports or p in ("vdd", "vss")]
        allowed = f"ports {', '.join(ports)}"
        plugin.need(not wrong, "write uses a port that is not there", ", ".join(wrong), allowed)
        plugin.need(set(access.bit_lines.values()) <= {0, 1}, "a bit line is not 0 or 1", access)
        plugin.need(len(used) > len(access.bit_lines), "write has no word line", access)
    same = zero.word_lines == one.word_lines and set(zero.bit_lines) == set(one.bit_lines)
    plugin.need(same, "write uses other ports for 0 than for 1", (zero, one))
    plugin.need(zero.bit_lines != one.bit_lines, "write is the same for 0 and 1", zero)


def check_static_readout(plugin: Plugin, readout: Readout) -> None:
    """Check loads, sources, sensed nodes and analysis of a read-out."""
    plugin.members(readout, READOUT)
    design, sensed = readout.design, readout.sensed
    right = isinstance(sensed, tuple) and len(sensed) == 2 and sensed[0] != sensed[1]
    plugin.need(right, "sensed is not two nodes", sensed)
    loads = plugin.transistors(plugin.ask("loads", readout.loads))
    pulse = plugin.ask("pulse_time", readout.pulse_time)
    plugin.need(isinstance(pulse, float) and pulse > 0, "pulse_time is no time", pulse)
    timing = access_timing(design, pulse)
    sources = plugin.ask("sources", partial(readout.sources, timing))
    for node, source in sources.items():
        deck_name(node, f"plug-in {plugin.name}: source")
        plugin.need(node not in ("wl", "dd", *RESERVED), "a source has the name of another", node)
        plugin.need(isinstance(source, Source), "sources does not map nodes to Source", source)
    circuit = Circuit("read-out")
    plugin.ask("add_to", partial(readout.add_to, circuit))
    more = Counter(str(node) for element in circuit.elements for node in element.node_names)
    known = ("bl", "blb", "vdd", "0", "wl", *sources)
    plugin.connected(loads, known, more)
    nodes = {*more, *known, *(n for t in loads for n in (t.drain, t.gate, t.source, t.bulk))}
    plugin.need("vss" not in nodes, "ground is the node 0", "vss")
    lost = [node for node in sensed if node not in nodes]
    plugin.need(not lost, "a sensed node is not there", ", ".join(lost), ", ".join(sorted(nodes)))
    analysis = plugin.ask("level_analysis", partial(readout.level_analysis, 1, 1))
    right = isinstance(analysis, OperatingPoint | Transient)
    plugin.need(right, "level_analysis gives no OperatingPoint or Transient", analysis)
    if not readout.not_tabulated:
        at = [{t.drain, t.source} & {"bl", "blb"} for t in loads]
        right = at == [{"bl"}, {"blb"}] and not more and sensed == ("bl", "blb")
        plugin.need(right, "not_tabulated has to say why: its loads are no two transistors")


def check_static_amplifier(plugin: Plugin, amplifier: SenseAmplifier, ports: Sequence[str]) -> None:
    """Check ports, latch and mirror images of a sense amplifier."""
    plugin.members(amplifier, SENSE_AMPLIFIER)
    deck_name(amplifier.name, f"plug-in {plugin.name}: name")
    transistors = plugin.transistors(plugin.ask("transistors", amplifier.transistors))
    nodes = {n for t in transistors for n in (t.drain, t.gate, t.source)}
    missing = [port for port in (*ports, *amplifier.latch) if port not in nodes]
    plugin.need(not missing, "no transistor is at a port or latch node", ", ".join(missing))
    inner = plugin.ask("capacitances", amplifier.capacitances)
    plugin.connected(transistors, ports, Counter(inner.keys()))
    by_name = {t.name: t for t in transistors}
    for t in transistors:
        image = plugin.ask("mirror", partial(amplifier.mirror, t.name))
        there = image in by_name and amplifier.mirror(image) == t.name
        plugin.need(there, f"mirror of {t.name} is no transistor whose mirror it is", image)
