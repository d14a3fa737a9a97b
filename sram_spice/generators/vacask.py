"""A circuit as a netlist of VACASK, the second simulator: walked element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySpice.Spice.BasicElement import Capacitor, Mosfet, Resistor, SubCircuitElement, VoltageSource
from PySpice.Spice.Netlist import Circuit, Element, Netlist, SubCircuit

from sram_spice.simulation.job import LevelAnalysis, OperatingPoint, Transient
from sram_spice.technology import DeviceCard, ModelCards, card_of

ANALYSIS = "witness"
# Modules of VACASK that were made from the C code of ngspice's own models by a compiler.
_LOADED = ("bsim4v8", "capacitor", "resistor")
_MODELS = ("model capacitor sp_capacitor", "model resistor sp_resistor", "model vsource vsource")
# As generators/deck.py sets them for ngspice. For operating points steps in gmin or in the sources
# are off for the same reason as there: they lead a column out of its stored states.
_OPTIONS = {"reltol": 1e-6, "vntol": 1e-8, "abstol": 1e-14, "gmin": 1e-15}
_TRANSIENT_RELTOL = 1e-4  # with 1e-6 its Newton does not get through the edge of SAEN
# Newton iterations in which nodes are held at the guess. With the default of one, the transistors'
# own first guess throws all cells of a column into the other state; with ten the solver may stop
# before it lets go, 100 mV away from the solution. From two to seven the solution is the same.
_HELD = 3
_NOT_OF_VACASK = ("level", "version")  # the module is the level; it knows 4.8.x only


@dataclass(frozen=True)
class NodeVoltage:
    """Where the solver starts: a node as ngspice names it (``xcell0.q``), and V."""

    node: str
    voltage: float


def vacask_netlist(
    circuit: Circuit,
    cards: ModelCards,
    analysis: LevelAnalysis,
    start: Sequence[NodeVoltage],
) -> str:
    """Return a circuit, its cards and one analysis as a netlist of VACASK.

    Parameters
    ----------
    circuit : PySpice Circuit
        Of MOSFETs, resistors, capacitors, voltage sources (DC or PWL) and sub-circuits of these.
    cards : ModelCards
        Their version is not used: VACASK has BSIM4.8 only.
    analysis : OperatingPoint or Transient
    start : sequence of NodeVoltage
        Initial guess of the operating point (also of the one before a transient).

    Returns
    -------
    str
        Its results have the name ``witness``, its nodes the names of :func:`vacask_node`.

    Raises
    ------
    ValueError
        The circuit has an element that is not known here; nothing is left out silently.
    """
    lines = [f"{circuit.title}", ""]
    lines += [f'load "spice/{name}.osdi"' for name in _LOADED]
    lines += [*_MODELS, *(_model(card) for device in cards.every for card in device.cards), ""]
    for subcircuit in circuit.subcircuits:
        lines += _subcircuit(subcircuit, cards)
    lines += _elements(circuit, cards)
    return "\n".join([*lines, "", *_control(cards.temperature, analysis, start)]) + "\n"


def vacask_node(node: str) -> str:
    """Return a node's name in VACASK, from the one that ngspice has for it."""
    return node.replace(".", ":")


def _model(card: DeviceCard) -> str:
    kind = 1 if card.polarity == "nmos" else -1
    values = [f"{n}={_number(card[n])}" for n, _ in card.parameters if n not in _NOT_OF_VACASK]
    return f"model {card.model} sp_bsim4v8 (\n  type={kind}\n  " + "\n  ".join(values) + "\n)"


def _subcircuit(subcircuit: SubCircuit, cards: ModelCards) -> list[str]:
    names = list(subcircuit.parameters)
    own = [f"parameters {' '.join(f'{name}=0' for name in names)}"] if names else []
    head = f"subckt {subcircuit.name} ({_words(subcircuit.external_nodes)})"
    return [head, *own, *_elements(subcircuit, cards), "ends", ""]


def _elements(netlist: Netlist, cards: ModelCards) -> list[str]:
    return [_element(element, cards) for element in netlist.elements]


def _element(element: Element, cards: ModelCards) -> str:
    name = str(element.name).lower()
    nodes = _words(element.node_names)
    if isinstance(element, Mosfet):
        values = _mosfet(element)
        sizes = (float(element.length), float(element.width))
        card = card_of(cards, str(element.model), name, *sizes)
        return f"{name} ({nodes}) {card.model} {values}"
    if isinstance(element, Resistor):
        return f"{name} ({nodes}) resistor r={_number(float(element.resistance))}"
    if isinstance(element, Capacitor):
        return f"{name} ({nodes}) capacitor c={_number(float(element.capacitance))}"
    if isinstance(element, VoltageSource):
        return f"{name} ({nodes}) vsource {_source(str(element.dc_value))}"
    if isinstance(element, SubCircuitElement) and "m" not in element.parameters:
        values = " ".join(f"{key}={value}" for key, value in element.parameters.items())
        return f"{name} ({nodes}) {element.subcircuit_name} {values}".rstrip()
    raise ValueError(f"not known to the netlist of VACASK: {element}")


def _mosfet(element: Mosfet) -> str:
    sizes = {
        "w": element.width,
        "l": element.length,
        "ad": element.drain_area,
        "as": element.source_area,
        "pd": element.drain_perimeter,
        "ps": element.source_perimeter,
    }
    name, _, shift = str(element.raw_spice).partition("=")
    if name != "delvto":
        raise ValueError(f"not known to the netlist of VACASK: {element.raw_spice}")
    words = [f"{key}={_number(float(value))}" for key, value in sizes.items()]
    return " ".join([*words, f"delvto={shift.strip('{}')}"])


def _source(value: str) -> str:
    """DC or PWL, as `generators.waveform.Source` renders them."""
    if value.startswith("DC "):
        return f"dc={_number(float(value.removeprefix('DC ')))}"
    if not (value.startswith("PWL(") and value.endswith(")")):
        raise ValueError(f"not known to the netlist of VACASK: {value}")
    numbers = [float(word) for word in value[len("PWL(") : -1].split()]
    return f'type="pwl" wave=[{", ".join(map(_number, numbers))}]'


def _control(
    temperature: float, analysis: LevelAnalysis, start: Sequence[NodeVoltage]
) -> list[str]:
    options = {**_OPTIONS, "temp": temperature, "op_nsiter": _HELD}
    if isinstance(analysis, OperatingPoint):
        options |= {"homotopy_gminsteps": 0, "homotopy_srcsteps": 0}
    else:
        options["reltol"] = _TRANSIENT_RELTOL
    lines = ["control", "  abort always"]
    lines += [f"  options {name}={_number(value)}" for name, value in options.items()]
    what = "op"
    if isinstance(analysis, Transient):
        step = _number(analysis.max_step)
        what = f"tran stop={_number(analysis.stop)} step={step} maxstep={step}"
    guess = ", ".join(f'"{vacask_node(one.node)}", {_number(one.voltage)}' for one in start)
    nodesets = f" nodeset={{{guess}}}" if start else ""
    return [*lines, f"  analysis {ANALYSIS} {what}{nodesets}", "endc"]


def _words(names: Iterable[object]) -> str:
    return " ".join(str(name) for name in names)


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else repr(float(value))
