"""Processes: transistor models, corners, limits, and what is assumed; mismatch."""

from sram_spice.technology.bins import card_of
from sram_spice.technology.card import ROLES, DeviceCard, ModelCards, Polarity, Role
from sram_spice.technology.corners import CORNERS, Corner, CornerShift, corner_cards
from sram_spice.technology.mismatch import draw_threshold_shifts, pelgrom_sigma
from sram_spice.technology.parameter_table import read_parameter_table
from sram_spice.technology.process import DeviceLimits, Limits, Process, Range, Wire, defaults_of
from sram_spice.technology.process_check import DeviceCurrent, check_process
from sram_spice.technology.registered import process_of, registered_process
from sram_spice.technology.technology import (
    design_process,
    process_record,
    process_warnings,
    technology_cards,
)

__all__ = [
    "CORNERS",
    "ROLES",
    "Corner",
    "CornerShift",
    "DeviceCard",
    "DeviceCurrent",
    "DeviceLimits",
    "Limits",
    "ModelCards",
    "Polarity",
    "Process",
    "Range",
    "Role",
    "Wire",
    "card_of",
    "check_process",
    "corner_cards",
    "defaults_of",
    "design_process",
    "draw_threshold_shifts",
    "pelgrom_sigma",
    "process_of",
    "process_record",
    "process_warnings",
    "read_parameter_table",
    "registered_process",
    "technology_cards",
]
