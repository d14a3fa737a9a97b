"""A user's own card file in the place of a process: cards, and assumptions that say so."""

from __future__ import annotations

from dataclasses import dataclass

from sram_spice.technology.card import ModelCards
from sram_spice.technology.corners import corner_cards
from sram_spice.technology.process import UNKNOWN_LIMITS
from sram_spice.technology.ptm65.process import SHIFT, Ptm65
from sram_spice.technology.user_card import read_card_file


@dataclass(frozen=True)
class CardFile:
    """The process of a card file: its cards; all that no card says is assumed as for 65 nm.

    Its limits are unknown: any length, width and supply that a design file can hold is tried.

    Attributes
    ----------
    path : str
        The file, as `read_card_file` reads it.
    """

    path: str

    corners = Ptm65.corners
    limits = UNKNOWN_LIMITS
    supply = Ptm65.supply
    a_vt = Ptm65.a_vt
    wire = Ptm65.wire
    sizes = Ptm65.sizes
    assumptions = (
        "limits unknown: no length, width, supply or temperature is refused",
        *Ptm65.assumptions,
    )

    @property
    def source(self) -> str:
        """The file."""
        return f"card file {self.path}"

    def cards(self, corner: str) -> ModelCards:
        """Return the cards of the file, shifted to a corner.

        Raises
        ------
        InputError
            The file is missing, holds more than cards, or lacks a polarity.
        """
        return corner_cards(*read_card_file(self.path), corner, SHIFT)
