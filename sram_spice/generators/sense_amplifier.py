"""What a sense-amplifier generator provides; they are plug-ins (`sense_amplifier.topology`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Protocol, TypeAlias, cast

from pydantic import Field
from PySpice.Spice.Netlist import SubCircuit

from sram_spice.design import Design, SenseAmplifierDesign
from sram_spice.design.section import OF_PROCESS, AmplifierWidth, Length, Within
from sram_spice.errors import InputError
from sram_spice.generators.names import deck_name
from sram_spice.generators.transistor import Transistor
from sram_spice.registry import SENSE_AMPLIFIERS

Polarity: TypeAlias = Literal["nmos", "pmos"]

CAPACITANCE_PER_WIDTH = 1e-9  # F/m; assumption: gate, overlap and junction at 65 nm, 1 fF/um
PORTS = ("bl", "ref", "saen", "out", "vdd", "vss")
SECOND_PAIR = ("blb", "refb")  # further ports of an amplifier with two input pairs


class LatchAmplifierDesign(SenseAmplifierDesign):
    """Transistor sizes of an amplifier that is a clocked latch."""

    area_keys: ClassVar[tuple[str, ...]] = (
        *("width_input", "width_latch", "width_tail", "width_switch", "width_output"),
        "load_capacitance",
    )

    width_input: AmplifierWidth = Field(4e-6, description="pair that decides, m")
    length_input: Annotated[Length, Within("length", ("amplifier",))] = Field(
        description="its channel length, m. Its area sets the offset: 4 um x 100 nm gives some "
        "7 mV (sigma) at A_VT = 3 mV um",
        json_schema_extra=OF_PROCESS,
    )
    width_latch: AmplifierWidth = Field(1.5e-6, description="other cross-coupled transistors, m")
    width_tail: AmplifierWidth = Field(3e-6, description="transistors that switch the latch on, m")
    width_switch: AmplifierWidth = Field(1e-6, description="reset or isolation, m")
    width_output: AmplifierWidth = Field(
        0.3e-6, description="output gates and the inverter of SAEN, m"
    )


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
    pairs : {1, 2}
        Input pairs. With two it has the ports :data:`SECOND_PAIR`, too, and compares BL - BLB with
        REF - REFB.
    """

    polarity: Polarity
    latch: ClassVar[tuple[str, str]]
    pairs: int

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
            allowed='[sense_amplifier] with topology = "strongarm" or "isolated_latch"',
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
    chosen = cast("type[SenseAmplifier]", SENSE_AMPLIFIERS.load(sizes.topology))
    if pairs == 1:
        return chosen(sizes, polarity, design.cell.diffusion_length)
    if not has_second_pair(design):
        raise InputError(
            "this sense amplifier has no second input pair",
            key="sense_amplifier.topology",
            value=sizes.topology,
            allowed="strongarm",
        )
    return chosen(sizes, polarity, design.cell.diffusion_length, pairs)


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


@dataclass(frozen=True)
class Side:
    """Names for a circuit that exists with NMOS and with PMOS inputs, one the mirror of the other.

    Attributes
    ----------
    polarity : {"nmos", "pmos"}
        Type of the pair that decides.
    length, diffusion_length : float
        Of all transistors but those that say otherwise, m.
    """

    polarity: Polarity
    length: float
    diffusion_length: float

    @property
    def other(self) -> Polarity:
        """The opposite type."""
        return "pmos" if self.polarity == "nmos" else "nmos"

    @property
    def tail_rail(self) -> str:
        """Rail at the sources of the pair that decides."""
        return rail(self.polarity)

    @property
    def reset_rail(self) -> str:
        """The opposite rail."""
        return rail(self.other)

    def first(
        self, name: str, drain: str, gate: str, source: str, width: float, length: float = 0.0
    ) -> Transistor:
        """Return a transistor of the type that decides."""
        return self.place(name, self.polarity, (drain, gate, source), width, length)

    def second(
        self, name: str, drain: str, gate: str, source: str, width: float, length: float = 0.0
    ) -> Transistor:
        """Return a transistor of the opposite type."""
        return self.place(name, self.other, (drain, gate, source), width, length)

    def place(
        self,
        name: str,
        polarity: Polarity,
        nodes: tuple[str, str, str],
        width: float,
        length: float = 0.0,
    ) -> Transistor:
        """Return a transistor with its bulk on the rail of its type."""
        size = (width, length or self.length, self.diffusion_length)
        return Transistor(name, polarity, *nodes, rail(polarity), *size, "amplifier")

    def inverter(self, name: str, gate: str, out: str, width: float) -> tuple[Transistor, ...]:
        """Return an inverter; its PMOS is twice as wide."""
        return (
            self.place(f"{name}n", "nmos", (out, gate, "vss"), width),
            self.place(f"{name}p", "pmos", (out, gate, "vdd"), 2 * width),
        )


def rail(polarity: Polarity) -> str:
    """Return the rail of the sources (and bulk) of a type."""
    return "vss" if polarity == "nmos" else "vdd"


class MirroredAmplifier:
    """What amplifiers of two equal sides share: sizes, name, mirror images.

    Parameters
    ----------
    sizes : LatchAmplifierDesign
    polarity : {"nmos", "pmos"}
        Type of the pair that decides.
    diffusion_length : float
        m.
    pairs : int
        Input pairs, up to `most_pairs`.
    """

    Parameters: ClassVar[type[LatchAmplifierDesign]] = LatchAmplifierDesign
    kind: ClassVar[str]
    most_pairs: ClassVar[int] = 1

    def __init__(
        self,
        sizes: LatchAmplifierDesign,
        polarity: Polarity,
        diffusion_length: float,
        pairs: int = 1,
    ) -> None:
        self.sizes = sizes
        self.polarity: Polarity = polarity
        self.pairs = pairs
        self.side = Side(polarity, sizes.length, diffusion_length)

    @property
    def name(self) -> str:
        """Name of the sub-circuit."""
        return f"{self.kind}_{self.polarity}" + ("_pairs" if self.pairs > 1 else "")

    def mirror(self, name: str) -> str:
        """Return the transistor in the same place on the other side."""
        return swap_side(name)


def swap_side(name: str) -> str:
    """Return a name with its side, the letters ``_l`` or ``_r`` at its end or within, exchanged."""
    if "_l" in name:
        return name.replace("_l", "_r")
    return name.replace("_r", "_l")
