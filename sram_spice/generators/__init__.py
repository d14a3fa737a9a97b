"""Generators on PySpice's Circuit and SubCircuit: cells, column, read-outs, decks."""

from sram_spice.generators.cell import Cell, cell_of
from sram_spice.generators.column import Column, ColumnGuess, column_of
from sram_spice.generators.deck import ColumnDeck, column_deck, standalone_deck
from sram_spice.generators.readout import Readout, readout_of
from sram_spice.generators.rows import RowGroup, level_rows, levels_of
from sram_spice.generators.transistor import Transistor, threshold_sigma

__all__ = [
    "Cell",
    "Column",
    "ColumnDeck",
    "ColumnGuess",
    "Readout",
    "RowGroup",
    "Transistor",
    "cell_of",
    "column_deck",
    "column_of",
    "level_rows",
    "levels_of",
    "readout_of",
    "standalone_deck",
    "threshold_sigma",
]
