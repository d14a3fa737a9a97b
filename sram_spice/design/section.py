"""What every section of a design file shares: its base class and the types of its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from sram_spice.technology import Role


@dataclass(frozen=True)
class Within:
    """Mark of a key whose value has to keep the limits of the process; the last mark counts.

    Attributes
    ----------
    quantity : str
        Which of the limits.
    roles : tuple of str
        For sizes: of which transistors. Default: of any.
    """

    quantity: Literal["length", "width", "supply", "word_line", "temperature"]
    roles: tuple[Role, ...] = ()


# Schema of a key that has no default of its own: `Design` takes it from the process.
OF_PROCESS: JsonDict = {"default": "of the process"}

# Bounds here are of sanity; what can be made is said by the process (`Within`).
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Metres = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Length = Annotated[Metres, Field(ge=1e-9, le=1e-4), Within("length")]
Width = Annotated[Metres, Field(ge=1e-9, le=1e-3), Within("width")]
AmplifierWidth = Annotated[Width, Within("width", ("amplifier",))]
Supply = Annotated[Number, Field(ge=0.05, le=10.0), Within("supply")]
WordLine = Annotated[Number, Field(gt=0.0, le=10.0), Within("word_line")]
Temperature = Annotated[Number, Field(ge=-200.0, le=400.0), Within("temperature")]
Probability = Annotated[Number, Field(ge=0.0, le=1.0)]
Seconds = Annotated[Number, Field(ge=1e-12, le=1e-6)]
# Names become file names and deck titles: no separators, quotes, spaces or line ends.
Name = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Text = Annotated[str, Field(strict=True, max_length=4096)]


def leaves(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Go through nested mappings: each ``section.key`` and its value."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


class Section(BaseModel):
    """Base of all sections: frozen, no unknown keys, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @classmethod
    def derived(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the keys that follow from others that are given; they go before defaults.

        Parameters
        ----------
        given : mapping
            The section's data as a user wrote them, not validated.
        """
        return {}


def section_of(annotation: object) -> type[Section] | None:
    """Return the section among the types of a field."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    for one in get_args(annotation):
        found = section_of(one)
        if found is not None:
            return found
    return None
