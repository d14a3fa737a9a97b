"""One transistor of a generator, and how it enters a PySpice netlist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySpice.Spice.Netlist import Netlist

from sram_spice.errors import InputError
from sram_spice.generators.names import deck_name
from sram_spice.technology import ROLES, Polarity, Role, pelgrom_sigma


@dataclass(frozen=True)
class Transistor:
    """A MOSFET.

    Attributes
    ----------
    name : str
        Instance name without the leading M.
    polarity : {"nmos", "pmos"}
    drain, gate, source, bulk : str
        Nodes.
    width, length : float
        Drawn sizes, m.
    diffusion_length : float
        Length of source and drain, m; 0 leaves the junctions out.
    role : str, optional
        What it does; a process may have a device of its own for it.
    """

    name: str
    polarity: Polarity
    drain: str
    gate: str
    source: str
    bulk: str
    width: float
    length: float
    diffusion_length: float
    role: Role | None = None

    def __post_init__(self) -> None:
        """Check names and role: those of a plug-in reach the deck, too."""
        deck_name(self.name, "name of a transistor")
        for node in (self.drain, self.gate, self.source, self.bulk):
            deck_name(node, "node of a transistor")
        if self.role is not None and self.role not in ROLES:
            raise InputError("no such role", key=self.name, value=self.role, allowed=str(ROLES))

    @property
    def model(self) -> str:
        """Its model as `ModelCards.by_model` has it; decks name the process's device instead."""
        return self.polarity if self.role is None else f"{self.polarity}_{self.role}"

    def add_to(self, netlist: Netlist, delvto: str = "0") -> None:
        """Add the transistor to a circuit or sub-circuit.

        Parameters
        ----------
        netlist : PySpice Circuit or SubCircuit
        delvto : str
            Threshold shift as SPICE text, V: a number or ``{parameter}``. For a PMOS a positive
            shift makes it stronger (ngspice adds it to a negative threshold).
        """
        # Twelve digits: a product of two sizes is not worth its rounding error in every deck.
        area = float(f"{self.width * self.diffusion_length:.12g}")
        around = 2 * (self.width + self.diffusion_length) if self.diffusion_length else 0.0
        perimeter = float(f"{around:.12g}")
        netlist.MOSFET(
            self.name,
            self.drain,
            self.gate,
            self.source,
            self.bulk,
            model=self.model,
            width=self.width,
            length=self.length,
            drain_area=area,
            source_area=area,
            drain_perimeter=perimeter,
            source_perimeter=perimeter,
            # PySpice 1.5 knows no `delvto`, and raises when it is given as a keyword.
            raw_spice=f"delvto={delvto}",
        )


def threshold_sigma(transistors: Sequence[Transistor], a_vt: float) -> NDArray[np.float64]:
    """Return sigma(VT) of each of some transistors, V.

    Parameters
    ----------
    transistors : sequence of Transistor
    a_vt : float
        A_VT of each transistor, V m (see :func:`sram_spice.technology.pelgrom_sigma`).
    """
    widths, lengths = [t.width for t in transistors], [t.length for t in transistors]
    return pelgrom_sigma(a_vt, widths, lengths)
