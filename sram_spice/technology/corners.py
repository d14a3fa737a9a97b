"""Process corners as shifts of a card, for processes that come without corners of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sram_spice.errors import InputError
from sram_spice.technology.card import DeviceCard, ModelCards


@dataclass(frozen=True)
class CornerShift:
    """How far a fast or slow transistor is from a typical one.

    Attributes
    ----------
    vth0 : float
        In |VTH0|, V.
    u0 : float
        In the low-field mobility, relative.
    """

    vth0: float
    u0: float


@dataclass(frozen=True)
class Corner:
    """Speed of each transistor type: +1 fast, 0 typical, -1 slow."""

    nmos: int
    pmos: int

    def apply(self, card: DeviceCard, shift: CornerShift) -> DeviceCard:
        """Return the card of this corner.

        Parameters
        ----------
        card : DeviceCard
            Typical card with VTH0 (V) and U0 (m^2/Vs).
        shift : CornerShift

        Returns
        -------
        DeviceCard
            Fast: |VTH0| lower and U0 higher by the shift; slow: the opposite.
        """
        speed = self.nmos if card.polarity == "nmos" else self.pmos
        if speed == 0:
            return card
        if card.bins:
            return replace(card, bins=tuple(self.apply(one, shift) for one in card.bins))
        sign = 1.0 if card.polarity == "nmos" else -1.0
        return card.with_values(
            vth0=card["vth0"] - sign * speed * shift.vth0,
            u0=card["u0"] * (1.0 + speed * shift.u0),
        )


CORNERS = {
    "tt": Corner(0, 0),
    "ff": Corner(1, 1),
    "ss": Corner(-1, -1),
    "fs": Corner(1, -1),
    "sf": Corner(-1, 1),
}


def corner_cards(nmos: DeviceCard, pmos: DeviceCard, name: str, shift: CornerShift) -> ModelCards:
    """Return typical cards shifted to one of the corners tt, ff, ss, fs, sf.

    Raises
    ------
    InputError
        There is no such corner.

    Examples
    --------
    >>> from sram_spice.technology.ptm65 import ptm65_card
    >>> cards = corner_cards(
    ...     ptm65_card("nmos"), ptm65_card("pmos"), "fs", CornerShift(vth0=0.04, u0=0.05)
    ... )
    >>> round(cards.nmos["vth0"], 6)
    0.383
    """
    if name not in CORNERS:
        raise InputError(
            "no such corner", key="technology.corner", value=name, allowed=", ".join(CORNERS)
        )
    corner = CORNERS[name]
    return ModelCards(corner.apply(nmos, shift), corner.apply(pmos, shift))
