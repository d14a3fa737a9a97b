"""The hash of all that determines a point of a sweep."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sram_spice.design import Design
from sram_spice.results.identity import run_identity
from sram_spice.technology import ModelCards

METHOD = 3  # raise it when a point's folder holds something else


@dataclass(frozen=True)
class DisturbPlan:
    """How the probability of losing data is estimated at each point.

    Attributes
    ----------
    levels : tuple of int
        n_plus; none: those of :func:`~sram_spice.measurements.disturb.disturb_levels`, up to half
        the rows. The cells on the other bit line are at risk, too, and high up: without a level
        near theirs they would get the loss of the lowest bit lines.
    samples : int
        Columns at least: the spread of the bit line enters the tail exponentially.
    negligible : float
        Loss of all rows together below which no further level is estimated: normal mismatch is not
        believed so far out, and every further level loses less.
    """

    levels: tuple[int, ...] = ()
    samples: int = 100
    negligible: float = 1e-15


def point_key(design: Design, cards: ModelCards, ngspice: int, disturb: DisturbPlan | None) -> str:
    """Return the key of a point: the hash of all that determines it, and of what is measured."""
    plan = None if disturb is None else asdict(disturb)
    return run_identity(design, cards, ngspice, disturb=plan).sha256
