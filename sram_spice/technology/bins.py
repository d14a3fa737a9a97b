"""Which card of a device a transistor has, by its drawn sizes."""

from __future__ import annotations

from sram_spice.errors import InputError
from sram_spice.technology.card import DeviceCard, ModelCards


def card_of(
    cards: ModelCards, model: str, transistor: str, length: float, width: float
) -> DeviceCard:
    """Return the card of a transistor.

    Parameters
    ----------
    cards : ModelCards
    model : str
        Polarity, or polarity and role, as `ModelCards.by_model` has it.
    transistor : str
        Its name, for the message.
    length, width : float
        Drawn sizes, m.

    Raises
    ------
    InputError
        Its device has cards for other sizes only. Extrapolated, their current is off by a third.
    """
    device = cards.by_model[model]
    found = device.of_size(length, width)
    if found is None:
        raise InputError(
            f"transistor {transistor}: no card of {device.model} is for its size",
            key="drawn length and width",
            value=f"L = {length:g} m, W = {width:g} m",
            allowed="; ".join(_said(card) for card in device.cards),
        )
    return found


def _said(card: DeviceCard) -> str:
    return ", ".join(
        f"{size.upper()} {low:g} to {high:g} m" for size, (low, high) in card.sizes.items()
    )
