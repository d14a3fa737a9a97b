"""One level of a design as a standalone deck."""

from __future__ import annotations

from dataclasses import dataclass

from sram_spice.column.levels import mismatch_sigma, sample_column
from sram_spice.design import Design, with_values
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, column_deck, column_of, standalone_deck
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
        Merge identical rows; only without mismatch, and with lumped wires.

    Raises
    ------
    InputError
        The level does not exist, the card file is wrong, or rows cannot be merged.
    """
    rows = design.column.rows
    if n_plus is None:
        n_plus = rows // 2 if n_minus is None else rows - n_minus
    if n_minus is None:
        n_minus = rows - n_plus
    column = column_of(design, n_plus, n_minus, merged)
    if merged and column.wires.position_matters:
        raise InputError(
            "rows are not alike where wires are distributed: none can be merged",
            key="--merged",
            value=True,
            allowed="wires.model lumped",
        )
    shifts = None
    if seed is not None:
        seeded = with_values(design, {"monte_carlo.seed": seed})
        column = sample_column(seeded, n_plus, n_minus, sample)
        shifts = draw_threshold_shifts(mismatch_sigma(design, column), seed, sample)
    return standalone_deck(column_deck(column, technology_cards(design), shifts=shifts))


@dataclass(frozen=True)
class NamedDeck:
    """A deck and the file it is kept in."""

    file: str
    text: str


def reference_decks(design: Design) -> list[NamedDeck]:
    """Return the decks kept in netlists/: lowest, middle and highest level, and one with mismatch.

    A cell whose rows can be inactive also gets a level with half of its rows active.
    """
    rows = design.column.rows
    levels = [(0, rows), (rows // 2, rows - rows // 2), (rows, 0)]
    if not cell_of(design).always_active:
        levels.append((rows // 4, rows // 4))
    decks = [NamedDeck(f"plus{p}_minus{m}.cir", level_deck(design, p, m)) for p, m in levels]
    seed = design.monte_carlo.seed
    p, m = levels[1]
    mismatched = level_deck(design, p, m, seed=seed, sample=0)
    return [*decks, NamedDeck(f"plus{p}_minus{m}_seed{seed}_sample0.cir", mismatched)]
