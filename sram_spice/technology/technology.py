"""From the design's technology section to the cards that go into every deck."""

from __future__ import annotations

from sram_spice.design import Design
from sram_spice.technology.card import ModelCards
from sram_spice.technology.corners import CORNERS
from sram_spice.technology.ptm65 import ptm65_card
from sram_spice.technology.user_card import read_card_file

BUILT_IN = "ptm65"


def technology_cards(design: Design) -> ModelCards:
    """Return the cards of a design: model, corner, slim or full, temperature.

    Parameters
    ----------
    design : Design

    Returns
    -------
    ModelCards

    Raises
    ------
    InputError
        The card file is missing, holds more than cards, or lacks a polarity.
    """
    technology = design.technology
    if technology.model == BUILT_IN:
        cards = (ptm65_card("nmos"), ptm65_card("pmos"))
    else:
        cards = read_card_file(technology.model)
    corner = CORNERS[technology.corner]
    nmos, pmos = (corner.apply(card) for card in cards)
    if technology.card == "slim":
        nmos, pmos = nmos.slim(), pmos.slim()
    return ModelCards(nmos, pmos, design.conditions.temperature)
