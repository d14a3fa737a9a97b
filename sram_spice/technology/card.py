"""A transistor model card as data, and its rendering as a `.model` line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

PARAMETERS_PER_LINE = 6


@dataclass(frozen=True)
class DeviceCard:
    """One `.model` card.

    Attributes
    ----------
    polarity : {"nmos", "pmos"}
        Type of the transistor; it is also the model's name in every deck.
    parameters : tuple of (str, float)
        Names in lower case and values in the units of BSIM4, in the order of the card.
    """

    polarity: Literal["nmos", "pmos"]
    parameters: tuple[tuple[str, float], ...]

    def __getitem__(self, name: str) -> float:
        """Return the value of a parameter; KeyError when the card does not set it."""
        return dict(self.parameters)[name]

    def __contains__(self, name: str) -> bool:
        """Tell whether the card sets a parameter."""
        return name in dict(self.parameters)

    def with_values(self, **values: float) -> DeviceCard:
        """Return a card in which these parameters have these values."""
        return replace(self, parameters=tuple({**dict(self.parameters), **values}.items()))

    def slim(self) -> DeviceCard:
        """Return the card with gate and body resistance networks off.

        Four internal nodes less per transistor; the bit-line level moves by tens of microvolts at
        most (tested).
        """
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
        return "\n".join([f".model {self.polarity} {self.polarity}", *lines])


@dataclass(frozen=True)
class ModelCards:
    """The two cards of a technology and the temperature at which they are used.

    Attributes
    ----------
    nmos, pmos : DeviceCard
    temperature : float
        degC, -55 to 175.
    """

    nmos: DeviceCard
    pmos: DeviceCard
    temperature: float = 27.0

    def render(self) -> str:
        """Return both cards and the temperature as SPICE text."""
        return self._text

    @cached_property
    def _text(self) -> str:  # every deck of a run holds it
        return "\n".join(
            [self.nmos.render(), self.pmos.render(), f".temp {_number(self.temperature)}"]
        )


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e6 else repr(float(value))
