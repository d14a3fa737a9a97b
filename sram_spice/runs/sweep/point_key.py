"""The hash of all that determines a point of a sweep."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sram_spice.design import Design
from sram_spice.results.identity import run_identity
from sram_spice.technology import ModelCards

METHOD = 1  # raise it when a point's folder holds something else


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


def point_key(design: Design, cards: ModelCards, ngspice: int, disturb: DisturbPlan | None) -> str:
    """Return the key of a point: the hash of all that determines it, and of what is measured."""
    plan = None if disturb is None else asdict(disturb)
    return run_identity(design, cards, ngspice, disturb=plan).sha256
