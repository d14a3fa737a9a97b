"""From the design's technology section to the cards that go into every deck."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from sram_spice.technology.card import ModelCards
from sram_spice.technology.card_file import CardFile
from sram_spice.technology.process import Process
from sram_spice.technology.registered import process_of


class ChosenProcess(Protocol):
    """Which process, or card file, and which of its corners: keys of [technology]."""

    @property
    def process(self) -> str | None:
        """Name of the process; None beside a card file."""
        ...

    @property
    def model(self) -> str:
        """The process again, or the path of a card file."""
        ...

    @property
    def corner(self) -> str:
        """A corner that it has."""
        ...

    @property
    def nmos(self) -> str | None:
        """Name of a device of a card file."""
        ...

    @property
    def pmos(self) -> str | None:
        """Name of a device of a card file."""
        ...


class _Technology(ChosenProcess, Protocol):
    @property
    def card(self) -> str: ...


class _Conditions(Protocol):
    @property
    def temperature(self) -> float: ...


class HasTechnology(Protocol):
    """What of a design its cards depend on."""

    @property
    def technology(self) -> _Technology:
        """Section [technology]."""
        ...

    @property
    def conditions(self) -> _Conditions:
        """Section [conditions]."""
        ...


def design_process(design: HasTechnology) -> Process:
    """Return the process that a design is made in.

    Raises
    ------
    InputError
        It is not registered, cannot be loaded, or lacks something.
    """
    chosen = design.technology
    return process_of(chosen.process, chosen.model, chosen.nmos, chosen.pmos)


def technology_cards(design: HasTechnology) -> ModelCards:
    """Return the cards of a design: process or card file, corner, slim or full, temperature.

    Parameters
    ----------
    design : Design

    Returns
    -------
    ModelCards

    Raises
    ------
    InputError
        The process cannot be used, or the card file is missing, holds more than cards, or lacks a
        polarity.
    """
    cards = design_process(design).cards(design.technology.corner)
    if design.technology.card == "slim":
        cards = cards.slim()
    return replace(cards, temperature=design.conditions.temperature)


def process_record(design: HasTechnology) -> dict[str, Any]:
    """Return what manifest and report say of the process: source, corner, assumptions, warnings."""
    process, corner = design_process(design), design.technology.corner
    return {
        "name": design.technology.process or "card file",
        "source": process.source,
        "corner": f"{corner}: {process.corners[corner]}",
        "assumptions": list(process.assumptions),
        "warnings": list(process_warnings(design)),
    }


def process_warnings(design: HasTechnology) -> tuple[str, ...]:
    """Return what the simulator ignores of a card file, or takes for something else."""
    process = design_process(design)
    return process.warnings if isinstance(process, CardFile) else ()
