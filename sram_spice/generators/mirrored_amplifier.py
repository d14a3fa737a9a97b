"""What clocked latches of two equal sides share: sizes, names, mirror images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from sram_spice.design import SenseAmplifierDesign
from sram_spice.design.section import OF_PROCESS, AmplifierWidth, Length, Within
from sram_spice.generators.sense_amplifier import Polarity
from sram_spice.generators.transistor import Transistor


class LatchAmplifierDesign(SenseAmplifierDesign):
    """Transistor sizes of an amplifier that is a clocked latch."""

    area_keys: ClassVar[tuple[str, ...]] = (
        *("width_input", "width_latch", "width_tail", "width_switch", "width_output"),
        "load_capacitance",
    )

    width_input: AmplifierWidth = Field(4e-6, description="pair that decides, m")
    length_input: Annotated[Length, Within("length", ("amplifier",))] = Field(
        description="its channel length, m. Its area sets the offset: 4 um x 100 nm gives some "
        "7 mV (sigma) at A_VT = 3 mV um of each transistor",
        json_schema_extra=OF_PROCESS,
    )
    width_latch: AmplifierWidth = Field(1.5e-6, description="other cross-coupled transistors, m")
    width_tail: AmplifierWidth = Field(3e-6, description="transistors that switch the latch on, m")
    width_switch: AmplifierWidth = Field(1e-6, description="reset or isolation, m")
    width_output: AmplifierWidth = Field(
        0.3e-6, description="output gates and the inverter of SAEN, m"
    )


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
