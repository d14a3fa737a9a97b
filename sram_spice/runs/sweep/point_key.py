"""The hash of all that determines a point of a sweep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sram_spice.design import Design
from sram_spice.generators import cell_of, column_deck, column_of, levels_of
from sram_spice.results.identity import sha256
from sram_spice.technology import ModelCards

FORMAT = 1  # of what a point's folder holds
DRAWS_ONLY = ("matplotlib",)  # packages that no number depends on


@dataclass(frozen=True)
class DisturbPlan:
    """How the probability of losing data is estimated at each point.

    Attributes
    ----------
    levels : tuple of int
        n_plus; a map needs the worst level, which is among the lowest.
    samples : int
        Columns at least: the spread of the bit line enters the tail exponentially.
    """

    levels: tuple[int, ...] = (1, 2, 4)
    samples: int = 100


def point_key(
    design: Design,
    cards: ModelCards,
    versions: Mapping[str, str],
    disturb: DisturbPlan | None,
) -> str:
    """Return the key of a point: the SHA-256 of design, cards, deck, versions and what is measured.

    The deck is that of the nominal level in the middle; it stands for the generators.
    """
    used = {name: text for name, text in versions.items() if name not in DRAWS_ONLY}
    parts = {
        "format": FORMAT,
        "design": design.model_dump(mode="json"),
        "cards": sha256(cards.render()),
        "deck": sha256(_nominal_deck(design, cards)),
        "histogram": _content(design.mlsa.sum_histogram),
        "versions": used,
        "disturb": None if disturb is None else asdict(disturb),
    }
    return sha256(json.dumps(parts, sort_keys=True))


def _nominal_deck(design: Design, cards: ModelCards) -> str:
    levels = levels_of(cell_of(design), design.column.rows)
    level = levels[-(design.column.rows // 2 + 1)]
    return column_deck(column_of(design, *level, merged=True), cards).text


def _content(path: str | None) -> str:
    return "" if path is None else sha256(Path(path).read_text(encoding="utf-8", errors="replace"))
