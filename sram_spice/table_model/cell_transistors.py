"""All transistors of a tabulated cell, for the solver of cells near their trip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sram_spice.generators.transistor import Transistor
from sram_spice.generators.transistor_bench import terminals, transistor_deck
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_sweeps import CellSetup
from sram_spice.table_model.kernels import IntArray
from sram_spice.table_model.row_orientation import tabulated_transistors
from sram_spice.table_model.transistor_table import TransistorTable

NONE = -1  # instead of a table


@dataclass(frozen=True)
class CellTransistors:
    """Tables of the transistors of an active cell.

    Attributes
    ----------
    splines : ndarray, shape (tables, n, n, powers)
        As in :class:`TransistorTable`.
    grid : ndarray, shape (2,)
        Lowest voltage and step of all of them, V.
    wiring : ndarray, shape (roles, 4)
        Table, first node, second node, 1 where the second is a channel end.
    """

    splines: FloatArray
    grid: FloatArray
    wiring: IntArray

    def wiring_of(self, active: bool) -> IntArray:
        """Return the wiring of a group; inactive cells are never solved from their transistors."""
        return self.wiring if active else np.full_like(self.wiring, NONE)


def cell_transistors(
    setup: CellSetup, table_of: Callable[[str, float], TransistorTable]
) -> CellTransistors:
    """Return the tables of an active cell.

    Parameters
    ----------
    setup : CellSetup
    table_of : callable
        Gives the table of a deck and the sigma of its transistor; called once for each kind.
    """
    transistors = tabulated_transistors(setup.cell, active=True)
    decks = [transistor_deck(t, setup.cards, setup.vdd, setup.v_wl) for t in transistors]
    kinds = list(dict.fromkeys(zip(decks, setup.sigma.tolist(), strict=True)))
    tables = [table_of(deck, sigma) for deck, sigma in kinds]
    wiring = [
        (kinds.index((deck, sigma)), *_ends(transistor))
        for deck, sigma, transistor in zip(decks, setup.sigma.tolist(), transistors, strict=True)
    ]
    return CellTransistors(
        np.stack([table.spline for table in tables]),
        tables[0].grid,
        np.array(wiring, dtype=np.int64),
    )


def _ends(transistor: Transistor) -> tuple[int, int, int]:
    found = terminals(transistor)
    return found.first, found.second, int(found.through)
