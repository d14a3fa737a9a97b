"""Transistor model cards as data, by role, and their rendering as `.model` lines."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias, get_args

PARAMETERS_PER_LINE = 6
BSIM4_LEVELS = (14, 54)  # of ngspice; these cards have gate and body networks
BSIM3_LEVELS = (8, 49)
VERSION = "version"  # the one parameter that is text: 4.0 is a version, 4 is none, 4.7.0 no number
ROUNDING = 1e-9  # relative; 45e-9 is 45 nm, however it was calculated

Polarity: TypeAlias = Literal["nmos", "pmos"]
# What a transistor does: access, pull-down and pull-up of a cell, load (pre-charger) of a bit
# line, sense amplifier; `logic` is all else. A process may have a device of its own for each.
Role: TypeAlias = Literal["access", "pull_down", "pull_up", "load", "amplifier", "logic"]
ROLES: tuple[Role, ...] = get_args(Role)
Value: TypeAlias = float | str


@dataclass(frozen=True)
class DeviceCard:
    """One device: a `.model` card, or several, each for a range of sizes.

    Attributes
    ----------
    polarity : {"nmos", "pmos"}
        Type of the transistor.
    parameters : tuple of (str, float or str)
        Names in lower case and values in the units of the model, in the order of the card;
        `version` may be text. Empty where there are bins.
    name : str
        The model's name in decks; default: the polarity.
    bins : tuple of DeviceCard
        Cards of the device for other sizes each, within their `lmin`, `lmax`, `wmin`, `wmax`; each
        has a name. Of two that share an edge the first has it, as in ngspice.
    """

    polarity: Polarity
    parameters: tuple[tuple[str, Value], ...]
    name: str = ""
    bins: tuple[DeviceCard, ...] = ()

    @property
    def model(self) -> str:
        """The model's name in decks."""
        return self.name or self.polarity

    def __getitem__(self, name: str) -> float:
        """Return the value of a parameter; KeyError when the card does not set it."""
        return float(self._values[name])

    def __contains__(self, name: str) -> bool:
        """Tell whether the card sets a parameter."""
        return name in self._values

    @cached_property
    def _values(self) -> dict[str, Value]:  # asked for at each transistor of each deck
        return dict(self.parameters)

    def _value(self, name: str, default: float) -> float:
        return float(self._values.get(name, default))

    @property
    def cards(self) -> tuple[DeviceCard, ...]:
        """Its bins; itself, where it has none."""
        return self.bins or (self,)

    @property
    def sizes(self) -> dict[str, tuple[float, float]]:
        """Drawn lengths (l) and widths (w) that the card is for, m, as far as it says so."""
        ends = {size: (f"{size}min", f"{size}max") for size in ("l", "w")}
        return {
            size: (self._value(low, 0.0), self._value(high, math.inf))
            for size, (low, high) in ends.items()
            if low in self or high in self
        }

    def of_size(self, length: float, width: float) -> DeviceCard | None:
        """Return the card of a transistor by its drawn sizes, m; None where it has none.

        The rule of ngspice, without the nanometre by which that lets a size be beyond every bin.
        """
        drawn = {"l": length, "w": width}
        for card in self.cards:
            if all(
                low - ROUNDING * drawn[size] <= drawn[size] <= high + ROUNDING * drawn[size]
                for size, (low, high) in card.sizes.items()
            ):
                return card
        return None

    def effective(self, drawn: float, size: str) -> float | None:
        """Return what the card leaves of a drawn length or width, m; None: neither BSIM3 nor 4.

        Parameters
        ----------
        drawn : float
            m.
        size : {"l", "w"}
        """
        if self._values.get("level") not in (*BSIM4_LEVELS, *BSIM3_LEVELS):
            return None
        return drawn + self._value(f"x{size}", 0.0) - 2 * self._value(f"{size}int", 0.0)

    def with_values(self, **values: float) -> DeviceCard:
        """Return a card in which these parameters have these values."""
        return replace(self, parameters=tuple({**self._values, **values}.items()))

    def slim(self) -> DeviceCard:
        """Return the card with gate and body resistance networks off.

        Four internal nodes less per transistor; the bit-line level moves by tens of microvolts at
        most (tested). Cards of other models than BSIM4 have none.
        """
        if self.bins:
            return replace(self, bins=tuple(card.slim() for card in self.bins))
        if "level" in self and self["level"] not in BSIM4_LEVELS:
            return self
        return self.with_values(rgatemod=0, rbodymod=0)

    def render(self) -> str:
        """Return the card as SPICE text, every value in full precision; of bins, all of them."""
        return "\n".join(card._text for card in self.cards)

    @cached_property
    def _text(self) -> str:
        words = [f"{name}={_text_of(name, value)}" for name, value in self.parameters]
        lines = [
            "+ " + " ".join(words[i : i + PARAMETERS_PER_LINE])
            for i in range(0, len(words), PARAMETERS_PER_LINE)
        ]
        return "\n".join([f".model {self.model} {self.polarity}", *lines])


@dataclass(frozen=True)
class ModelCards:
    """The cards of a process at a corner, and the temperature at which they are used.

    Attributes
    ----------
    nmos, pmos : DeviceCard
        Transistors of every role that `by_role` has none for.
    temperature : float
        degC.
    by_role : tuple of (role, DeviceCard)
        Transistors with a device of their own, for example those of a foundry's bit cell. Each has
        a name; one device may serve several roles.
    """

    nmos: DeviceCard
    pmos: DeviceCard
    temperature: float = 27.0
    by_role: tuple[tuple[Role, DeviceCard], ...] = ()

    def of(self, polarity: Polarity, role: Role | None = None) -> DeviceCard:
        """Return the card of a transistor by its type and what it does."""
        for name, card in self.by_role:
            if name == role and card.polarity == polarity:
                return card
        return self.nmos if polarity == "nmos" else self.pmos

    @property
    def every(self) -> tuple[DeviceCard, ...]:
        """All cards, each once."""
        own = dict.fromkeys(card for _, card in self.by_role)
        return (self.nmos, self.pmos, *(c for c in own if c not in (self.nmos, self.pmos)))

    @cached_property
    def by_model(self) -> dict[str, DeviceCard]:
        """The card of a transistor by its polarity (``nmos``), and role (``nmos_access``)."""
        polarities: tuple[Polarity, Polarity] = ("nmos", "pmos")
        plain = {str(polarity): self.of(polarity) for polarity in polarities}
        return plain | {f"{p}_{role}": self.of(p, role) for p in polarities for role in ROLES}

    def slim(self) -> ModelCards:
        """Return the cards with their gate and body resistance networks off."""
        by_role = tuple((role, card.slim()) for role, card in self.by_role)
        return replace(self, nmos=self.nmos.slim(), pmos=self.pmos.slim(), by_role=by_role)

    def render(self, used: Collection[str] | None = None) -> str:
        """Return all cards and the temperature as SPICE text.

        Parameters
        ----------
        used : collection of str, optional
            Names of models: bins that are none of these are left out. Default: all are there.
        """
        if used is None or not any(card.bins for card in self.every):
            return self._text
        return self._joined(
            card.render()
            for device in self.every
            for card in device.cards
            if not device.bins or card.model in used
        )

    @cached_property
    def _text(self) -> str:  # every deck of a run holds it
        return self._joined(card.render() for card in self.every)

    def _joined(self, cards: Iterable[str]) -> str:
        return "\n".join([*cards, f".temp {_number(self.temperature)}"])


def _text_of(name: str, value: Value) -> str:
    if isinstance(value, str):
        return value
    return repr(float(value)) if name == VERSION else _number(value)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e6 else repr(float(value))
