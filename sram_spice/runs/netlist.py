"""One level of a design as a standalone deck."""

from __future__ import annotations

from sram_spice.design import Design
from sram_spice.generators import column_deck, column_of, standalone_deck
from sram_spice.measurements.levels import mismatch_sigma
from sram_spice.technology import draw_threshold_shifts, technology_cards


def level_deck(
    design: Design,
    n_plus: int | None = None,
    n_minus: int | None = None,
    seed: int | None = None,
    sample: int = 0,
    merged: bool = False,
) -> str:
    """Return the deck of a level for plain `ngspice -b`.

    Parameters
    ----------
    design : Design
    n_plus, n_minus : int, optional
        The level; default: half the rows and the remaining rows.
    seed, sample : int
        Mismatch of this sample of this seed; no mismatch without a seed.
    merged : bool
        Merge identical rows; only without mismatch.

    Raises
    ------
    InputError
        The level does not exist, or the card file is wrong.
    """
    rows = design.column.rows
    if n_plus is None:
        n_plus = rows // 2 if n_minus is None else rows - n_minus
    if n_minus is None:
        n_minus = rows - n_plus
    column = column_of(design, n_plus, n_minus, merged)
    shifts = None
    if seed is not None:
        shifts = draw_threshold_shifts(mismatch_sigma(design, column), seed, sample)
    return standalone_deck(column_deck(column, technology_cards(design), shifts=shifts))
