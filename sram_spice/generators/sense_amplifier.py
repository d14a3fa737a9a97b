"""What a sense-amplifier generator provides; they are plug-ins (`sense_amplifier.topology`)."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Literal, Protocol, TypeAlias, cast

from PySpice.Spice.Netlist import SubCircuit

from sram_spice.design import Design, SenseAmplifierDesign
from sram_spice.errors import InputError
from sram_spice.generators.names import deck_name
from sram_spice.generators.plugin_checks import Plugin, check_static_amplifier, made
from sram_spice.generators.transistor import Transistor
from sram_spice.registry import SENSE_AMPLIFIERS

Polarity: TypeAlias = Literal["nmos", "pmos"]

CAPACITANCE_PER_WIDTH = 1e-9  # F/m; assumption: gate, overlap and junction at 65 nm, 1 fF/um
PORTS = ("bl", "ref", "saen", "out", "vdd", "vss")
SECOND_PAIR = ("blb", "refb")  # further ports of an amplifier with two input pairs


class SenseAmplifier(Protocol):
    """A clocked comparator of BL and REF: SAOUT rises with SAEN where BL is above REF.

    While SAEN is low, SAOUT is low and the amplifier is reset.

    Attributes
    ----------
    name : str
        Name of its sub-circuit; ports as in :data:`PORTS`.
    polarity : {"nmos", "pmos"}
        Type of the pair that decides: NMOS for inputs near VDD, PMOS for inputs near ground.
    latch : (str, str)
        Internal nodes that end high and low when BL is above REF.
    Parameters : type of SenseAmplifierDesign
        Model of the section [sense_amplifier], with the keys of this amplifier.
    most_pairs : int
        1, or 2 when it can have a second input pair.
    pairs : {1, 2}
        Input pairs. With two it has the ports :data:`SECOND_PAIR`, too, and compares BL - BLB with
        REF - REFB.
    """

    Parameters: ClassVar[type[SenseAmplifierDesign]]
    polarity: Polarity
    latch: ClassVar[tuple[str, str]]
    pairs: int
    most_pairs: ClassVar[int]

    def __init__(
        self,
        sizes: SenseAmplifierDesign,
        polarity: Polarity,
        diffusion_length: float,
        pairs: int = 1,
    ) -> None: ...

    @property
    def name(self) -> str:
        """Name of its sub-circuit."""
        ...

    def transistors(self) -> tuple[Transistor, ...]:
        """Return its transistors between the ports and inner nodes, in canonical order."""
        ...

    def capacitances(self) -> dict[str, float]:
        """Return the capacitances to ground that it adds at inner nodes, F."""
        ...

    def sampling_capacitance(self) -> float:
        """Return what holds each input during the decision, F; for the estimate of its noise."""
        ...

    def reset_state(self, vdd: float, v_bl: float, v_ref: float) -> dict[str, float]:
        """Return the voltages of inner nodes while SAEN is low: where the solver should start.

        Without them it now and then ends at a false solution, some volts above the supply.
        """
        ...

    def mirror(self, name: str) -> str:
        """Return the transistor that has the place of transistor `name` on the other side.

        One that belongs to neither side is its own mirror image.
        """
        ...


def sizes_of(design: Design) -> SenseAmplifierDesign:
    """Return the section [sense_amplifier] of a design.

    Raises
    ------
    InputError
        The design has none.
    """
    if design.sense_amplifier is None:
        raise InputError(
            "the design has no such section",
            key="sense_amplifier",
            allowed=f"[sense_amplifier] with topology = {' or '.join(SENSE_AMPLIFIERS.names())}",
        )
    return design.sense_amplifier


def sense_amplifier_of(design: Design, polarity: Polarity, pairs: int = 1) -> SenseAmplifier:
    """Return the sense amplifier of a design, one of its two variants.

    Raises
    ------
    InputError
        The design has no [sense_amplifier], no plug-in of this name is registered, or it has no
        second input pair.
    """
    sizes = sizes_of(design)
    name, kind = sizes.topology, SENSE_AMPLIFIERS.load(sizes.topology)
    if pairs > 1 and not has_second_pair(design):
        raise InputError(
            "this sense amplifier has no second input pair",
            key="sense_amplifier.topology",
            value=sizes.topology,
            allowed=", ".join(with_second_pair()) or "sensing single_ended",
        )
    arguments = (sizes, polarity, design.cell.diffusion_length)
    return _checked(name, cast("type[SenseAmplifier]", kind), arguments, pairs)


@lru_cache(maxsize=64)
def _checked(
    name: str,
    kind: type[SenseAmplifier],
    arguments: tuple[SenseAmplifierDesign, Polarity, float],
    pairs: int,
) -> SenseAmplifier:
    plugin = Plugin(SENSE_AMPLIFIERS.key, name)
    more = () if pairs == 1 else (pairs,)
    amplifier: SenseAmplifier = made(plugin, kind, *arguments, *more)
    check_static_amplifier(plugin, amplifier, ports_of(amplifier))
    return amplifier


def with_second_pair() -> list[str]:
    """Return the names of the sense amplifiers that can have two input pairs."""
    loaded = {}
    for name in SENSE_AMPLIFIERS.names():
        try:
            loaded[name] = SENSE_AMPLIFIERS.load(name)
        except InputError:
            continue
    return [name for name, kind in loaded.items() if getattr(kind, "most_pairs", 1) > 1]


def has_second_pair(design: Design) -> bool:
    """Return whether the design's sense amplifier can have two input pairs."""
    chosen = SENSE_AMPLIFIERS.load(sizes_of(design).topology)
    return bool(getattr(chosen, "most_pairs", 1) > 1)


def polarity_at(design: Design, v_ref: float) -> Polarity:
    """Return the variant for a reference level, V."""
    return "nmos" if v_ref >= sizes_of(design).crossover * design.conditions.vdd else "pmos"


def ports_of(amplifier: SenseAmplifier) -> tuple[str, ...]:
    """Return the ports of an amplifier's sub-circuit."""
    return PORTS if getattr(amplifier, "pairs", 1) == 1 else (*PORTS, *SECOND_PAIR)


def amplifier_subcircuit(amplifier: SenseAmplifier) -> SubCircuit:
    """Return the amplifier as a PySpice sub-circuit."""
    circuit = SubCircuit(amplifier.name, *ports_of(amplifier))
    for transistor in amplifier.transistors():
        transistor.add_to(circuit)
    for node, value in amplifier.capacitances().items():
        circuit.C(deck_name(node, "node of a sense amplifier"), node, "vss", value)
    deck_name(amplifier.name, "name of a sense amplifier")
    return circuit


def reset_nodesets(
    amplifier: SenseAmplifier, instance: str, vdd: float, v_bl: float, v_ref: float
) -> list[str]:
    """Return the `.nodeset` line of one amplifier that is reset."""
    found = amplifier.reset_state(vdd, v_bl, v_ref).items()
    return [".nodeset " + " ".join(f"v({instance}.{node})={value!r}" for node, value in found)]
