"""Transistor models: PTM 65 nm or a user's card, corners, temperature, mismatch."""

from sram_spice.technology.card import DeviceCard, ModelCards
from sram_spice.technology.corners import CORNERS, Corner
from sram_spice.technology.mismatch import draw_threshold_shifts, pelgrom_sigma
from sram_spice.technology.technology import technology_cards

__all__ = [
    "CORNERS",
    "Corner",
    "DeviceCard",
    "ModelCards",
    "draw_threshold_shifts",
    "pelgrom_sigma",
    "technology_cards",
]
