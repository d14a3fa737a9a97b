"""What a process provides; processes are plug-ins found by `technology.process`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sram_spice.technology.card import ModelCards, Role


@dataclass(frozen=True)
class Range:
    """An interval, its ends included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Tell whether a value is within, up to the rounding of a decimal number."""
        slack = 1e-9 * max(abs(self.low), abs(self.high))
        return self.low - slack <= value <= self.high + slack

    def __str__(self) -> str:
        """Return the interval for a message."""
        if self.low == self.high:
            return f"{self.low:g} only"
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class DeviceLimits:
    """Drawn sizes of one device.

    Attributes
    ----------
    length, width : Range
        m. A device that exists in one size has a range of one value.
    """

    length: Range
    width: Range


@dataclass(frozen=True)
class Limits:
    """What a process can make and bear; designs beyond it are refused with these figures.

    Attributes
    ----------
    length, width : Range
        Drawn sizes of its transistors, m.
    supply : Range
        V. A word line may be anywhere up to the highest supply.
    temperature : Range
        degC.
    by_role : mapping of role to DeviceLimits
        Transistors with limits of their own, for example those of a foundry's bit cell.
    """

    length: Range
    width: Range
    supply: Range
    temperature: Range
    by_role: Mapping[Role, DeviceLimits] = field(default_factory=dict)

    def of(self, quantity: str, role: Role | None = None) -> Range:
        """Return the range of a quantity.

        Parameters
        ----------
        quantity : {"length", "width", "supply", "word_line", "temperature"}
        role : str, optional
            For sizes: of which transistor.
        """
        if quantity == "word_line":
            return Range(0.0, self.supply.high)
        own = self.by_role.get(role) if role is not None else None
        found: Range = getattr(own if own and quantity in ("length", "width") else self, quantity)
        return found


@dataclass(frozen=True)
class Wire:
    """The metal of bit lines, rails and word lines.

    Attributes
    ----------
    capacitance : float
        Of the bit line, F/m.
    resistance : float
        Of the bit line, ohm/m.
    cell_height : float
        Length of bit line per cell, m.
    cell_width : float, optional
        Length of word line per cell, m; default twice the height.
    rail_resistance : float, optional
        Of one column's own ground rail, and of its supply rail, which run along the bit line,
        ohm/m; default that of the bit line.
    word_line_resistance, word_line_capacitance : float, optional
        ohm/m, and F/m of the wire alone; default those of the bit line.
    """

    capacitance: float
    resistance: float
    cell_height: float
    cell_width: float | None = None
    rail_resistance: float | None = None
    word_line_resistance: float | None = None
    word_line_capacitance: float | None = None

    @property
    def capacitance_per_cell(self) -> float:
        """Bit-line wire per cell, F."""
        return _rounded(self.capacitance * self.cell_height)

    @property
    def resistance_per_cell(self) -> float:
        """Bit-line wire per cell, ohm."""
        return _rounded(self.resistance * self.cell_height)

    @property
    def rail_resistance_per_cell(self) -> float:
        """Rail per cell, ohm."""
        rail = self.resistance if self.rail_resistance is None else self.rail_resistance
        return _rounded(rail * self.cell_height)

    @property
    def word_line_resistance_per_cell(self) -> float:
        """Word-line wire per cell, ohm."""
        own = self.word_line_resistance
        return _rounded((self.resistance if own is None else own) * self._width)

    @property
    def word_line_capacitance_per_cell(self) -> float:
        """Word-line wire per cell, without gates, F."""
        own = self.word_line_capacitance
        return _rounded((self.capacitance if own is None else own) * self._width)

    @property
    def _width(self) -> float:
        return 2 * self.cell_height if self.cell_width is None else self.cell_width


def _rounded(value: float) -> float:
    """Return a product of two figures without its rounding error."""
    return float(f"{value:.12g}")


class Process(Protocol):
    """Transistors, and all that a design takes from the process it is made in.

    It is a class without parameters, registered in the entry-point group `sram_spice.processes`.
    A `Parameters` class (a subclass of `sram_spice.design.TechnologyDesign`) may declare further
    keys of [technology], which `cards` cannot see: variants are corners or processes of their own.
    """

    @property
    def source(self) -> str:
        """Where the models come from: what is measured, published, predicted, and by whom."""
        ...

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed because the source does not say it; manifest and report repeat it."""
        ...

    @property
    def corners(self) -> Mapping[str, str]:
        """Name of each corner, and what it is; `tt` is among them."""
        ...

    @property
    def limits(self) -> Limits:
        """What it can make and bear."""
        ...

    @property
    def supply(self) -> float:
        """Nominal supply, V: the default of `conditions.vdd`."""
        ...

    @property
    def a_vt(self) -> float:
        """A_VT of each transistor, V m: the default of `mismatch.a_vt`.

        Published values are often of a pair's difference (Pelgrom's eq. 1): sqrt(2) times it.
        """
        ...

    @property
    def wire(self) -> Wire:
        """The metal: defaults of `column.wire_capacitance_per_cell` and of the section [wires]."""
        ...

    @property
    def sizes(self) -> Mapping[str, float]:
        """Defaults of other keys of a design, by key; `NEEDED_SIZES` are there, others may be."""
        ...

    def cards(self, corner: str) -> ModelCards:
        """Return the full model cards of a corner.

        Devices that differ by role (those of a bit cell, several thresholds) are in `by_role`.
        """
        ...


NEEDED_SIZES = (
    *("cell.length", "cell.diffusion_length"),
    *("sense_amplifier.length", "sense_amplifier.length_input"),
)


def defaults_of(process: Process) -> dict[str, float]:
    """Return the keys of a design that the process gives where the design does not."""
    return {
        "conditions.vdd": process.supply,
        "column.wire_capacitance_per_cell": process.wire.capacitance_per_cell,
        "wires.bit_line_resistance_per_cell": process.wire.resistance_per_cell,
        "wires.ground_resistance_per_cell": process.wire.rail_resistance_per_cell,
        "wires.supply_resistance_per_cell": process.wire.rail_resistance_per_cell,
        "wires.word_line_resistance_per_cell": process.wire.word_line_resistance_per_cell,
        "wires.word_line_capacitance_per_cell": process.wire.word_line_capacitance_per_cell,
        "mismatch.a_vt": process.a_vt,
        **process.sizes,
    }


# A user's card says nothing of what it can bear: bounds of sanity alone.
UNKNOWN_LIMITS = Limits(
    length=Range(0.0, math.inf),
    width=Range(0.0, math.inf),
    supply=Range(0.0, math.inf),
    temperature=Range(-math.inf, math.inf),
)
