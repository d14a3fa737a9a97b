"""Process corners as shifts of a card.

PTM comes without statistical corners. What a corner shifts is therefore an assumption, stated here
once: three standard deviations of the global (die-to-die) variation of a 65 nm process, taken as
40 mV in |VTH0| and 5 % in the low-field mobility U0. In ngspice 39 that moves the read
current of the reference cell, word line at VDD, by 8 %. Foundry corners differ: with a
foundry's card file the shifts still apply to whatever VTH0 and U0 it has.
"""

from __future__ import annotations

from dataclasses import dataclass

from sram_spice.technology.card import DeviceCard

VTH0_SHIFT = 40e-3  # V, assumption (above)
U0_SHIFT = 0.05  # relative, assumption (above)


@dataclass(frozen=True)
class Corner:
    """Speed of each transistor type: +1 fast, 0 typical, -1 slow."""

    nmos: int
    pmos: int

    def apply(self, card: DeviceCard) -> DeviceCard:
        """Return the card of this corner.

        Parameters
        ----------
        card : DeviceCard
            Typical card with VTH0 (V) and U0 (m^2/Vs).

        Returns
        -------
        DeviceCard
            Fast: |VTH0| lower by 40 mV, U0 higher by 5 %; slow: the opposite.
        """
        speed = self.nmos if card.polarity == "nmos" else self.pmos
        if speed == 0:
            return card
        sign = 1.0 if card.polarity == "nmos" else -1.0
        return card.with_values(
            vth0=card["vth0"] - sign * speed * VTH0_SHIFT,
            u0=card["u0"] * (1.0 + speed * U0_SHIFT),
        )


CORNERS = {
    "tt": Corner(0, 0),
    "ff": Corner(1, 1),
    "ss": Corner(-1, -1),
    "fs": Corner(1, -1),
    "sf": Corner(-1, 1),
}
