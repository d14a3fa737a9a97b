"""Hashes that tell whether two runs simulate the same thing."""

from __future__ import annotations

import hashlib
import json

from sram_spice import __version__
from sram_spice.column.levels import METHOD
from sram_spice.design import Design
from sram_spice.generators import cell_of, column_deck, column_of, levels_of, standalone_deck
from sram_spice.technology import ModelCards

NOT_SIMULATED = {"mlsa": True, "sense_amplifier": True, "name": True, "measurements": True}


def sha256(text: str) -> str:
    """Return the SHA-256 of a text, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def middle_deck(design: Design, cards: ModelCards) -> str:
    """Return the full standalone deck of the level in the middle."""
    levels = levels_of(cell_of(design), design.column.rows)
    level = levels[-(design.column.rows // 2 + 1)]
    return standalone_deck(column_deck(column_of(design, *level), cards))


def simulation_fingerprint(design: Design, cards: ModelCards, ngspice: int) -> str:
    """Return the hash of all that determines the Monte Carlo samples of a run.

    The number of samples is left out: sample i is the same, however many follow.
    """
    data = design.model_dump(mode="json", exclude=NOT_SIMULATED)
    del data["monte_carlo"]["samples"]
    text = json.dumps(data, sort_keys=True)
    # The title line holds the design's name, which changes no voltage.
    deck = middle_deck(design, cards).partition("\n")[2]
    return sha256("\n".join([text, deck, __version__, str(ngspice), str(METHOD)]))
