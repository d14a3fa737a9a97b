"""A user's own card file in the place of a process: cards, and assumptions that say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sram_spice.technology.card import BSIM4_LEVELS, VERSION, DeviceCard, ModelCards
from sram_spice.technology.card_reading import card_warnings
from sram_spice.technology.corners import corner_cards
from sram_spice.technology.process import UNKNOWN_LIMITS
from sram_spice.technology.ptm65.process import SHIFT, Ptm65
from sram_spice.technology.user_card import read_card_file

_AS_4_5 = ("4.0", "4.1", "4.2", "4.3", "4.4")


@dataclass(frozen=True)
class CardFile:
    """The process of a card file: its cards; all that no card says is assumed as for 65 nm.

    Its limits are unknown: any length, width and supply that a design file can hold is tried.

    Attributes
    ----------
    path : str
        The file, as `read_card_file` reads it.
    nmos, pmos : str, optional
        Names of its devices, where it has several of a type.
    """

    path: str
    nmos: str | None = None
    pmos: str | None = None

    corners = Ptm65.corners
    limits = UNKNOWN_LIMITS
    supply = Ptm65.supply
    a_vt = Ptm65.a_vt
    wire = Ptm65.wire
    sizes = Ptm65.sizes

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Limits are unknown, an old version is computed as a later one; the rest as for 65 nm."""
        return (
            "limits unknown: no supply or temperature is refused, nor a length or width that the "
            "cards do not exclude",
            *_later_versions(*self._devices()),
            *Ptm65.assumptions,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the simulator ignores of the cards, or takes for something else."""
        return card_warnings(*self._devices(), self.path)

    @property
    def source(self) -> str:
        """The file."""
        return f"card file {self.path}"

    def cards(self, corner: str) -> ModelCards:
        """Return the cards of the file, shifted to a corner.

        Raises
        ------
        InputError
            The file is missing, holds more than cards, or lacks a polarity; the simulator refuses a
        card, or it has parameters of another model.
        """
        devices = self._devices()
        card_warnings(*devices, self.path)
        return corner_cards(*devices, corner, SHIFT)

    def _devices(self) -> tuple[DeviceCard, DeviceCard]:
        return read_card_file(self.path, self.nmos, self.pmos)


def _later_versions(*devices: DeviceCard) -> Iterator[str]:
    found = {
        str(value)
        for device in devices
        for card in device.cards
        for name, value in card.parameters
        if name == VERSION and card["level"] in BSIM4_LEVELS and str(value).startswith(_AS_4_5)
    }
    if found:
        yield (
            f"version {', '.join(sorted(found))} of BSIM4: ngspice computes 4.0 to 4.4 with its 4.5"
        )
