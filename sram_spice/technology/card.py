"""Transistor model cards as data, by role, and their rendering as `.model` lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias, get_args

PARAMETERS_PER_LINE = 6
BSIM4_LEVELS = (14, 54)  # of ngspice; these cards have gate and body networks

Polarity: TypeAlias = Literal["nmos", "pmos"]
# What a transistor does: access, pull-down and pull-up of a cell, load (pre-charger) of a bit
# line, sense amplifier; `logic` is all else. A process may have a device of its own for each.
Role: TypeAlias = Literal["access", "pull_down", "pull_up", "load", "amplifier", "logic"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class DeviceCard:
    """One `.model` card.

    Attributes
    ----------
    polarity : {"nmos", "pmos"}
        Type of the transistor.
    parameters : tuple of (str, float)
        Names in lower case and values in the units of BSIM4, in the order of the card.
    name : str
        The model's name in decks; default: the polarity.
    """

    polarity: Polarity
    parameters: tuple[tuple[str, float], ...]
    name: str = ""

    @property
    def model(self) -> str:
        """The model's name in decks."""
        return self.name or self.polarity

    def __getitem__(self, name: str) -> float:
        """Return the value of a parameter; KeyError when the card does not set it."""
        return dict(self.parameters)[name]

    def __contains__(self, name: str) -> bool:
        """Tell whether the card sets a parameter."""
        return name in dict(self.parameters)

    def effective(self, drawn: float, size: str) -> float | None:
        """Return what the card leaves of a drawn length or width, m; None: not a BSIM4 card.

        Parameters
        ----------
        drawn : float
            m.
        size : {"l", "w"}
        """
        values = dict(self.parameters)
        if values.get("level") not in BSIM4_LEVELS:
            return None
        return drawn + values.get(f"x{size}", 0.0) - 2 * values.get(f"{size}int", 0.0)

    def with_values(self, **values: float) -> DeviceCard:
        """Return a card in which these parameters have these values."""
        return replace(self, parameters=tuple({**dict(self.parameters), **values}.items()))

    def slim(self) -> DeviceCard:
        """Return the card with gate and body resistance networks off.

        Four internal nodes less per transistor; the bit-line level moves by tens of microvolts at
        most (tested). Cards of other models than BSIM4 have none.
        """
        if "level" in self and self["level"] not in BSIM4_LEVELS:
            return self
        return self.with_values(rgatemod=0, rbodymod=0)

    def render(self) -> str:
        """Return the card as SPICE text, every value in full precision."""
        return self._text

    @cached_property
    def _text(self) -> str:
        words = [f"{name}={_number(value)}" for name, value in self.parameters]
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

    def render(self) -> str:
        """Return all cards and the temperature as SPICE text."""
        return self._text

    @cached_property
    def _text(self) -> str:  # every deck of a run holds it
        cards = [card.render() for card in self.every]
        return "\n".join([*cards, f".temp {_number(self.temperature)}"])


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e6 else repr(float(value))
