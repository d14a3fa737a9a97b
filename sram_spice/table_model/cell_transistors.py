"""All transistors of a tabulated cell: what its currents are solved from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sram_spice.generators.transistor_bench import at_supply, terminals, transistor_deck
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.kernels import IntArray
from sram_spice.table_model.row_orientation import tabulated_transistors
from sram_spice.table_model.transistor_table import TransistorTable, tabulated_supply

NONE = -1  # instead of a table


@dataclass(frozen=True)
class CellTransistors:
    """Tables of the transistors of a cell.

    Attributes
    ----------
    splines : ndarray, shape (tables, n, n, powers)
        As in :class:`TransistorTable`; of transistors between two nodes of the cell twice, with the
        current into the first and into the second.
    grid : ndarray, shape (tables, 2)
        Lowest voltage and step of each, V, as the cell's nodes see them.
    wiring : ndarray, shape (roles, 4)
        Table, first node, second node, table of the current into the second: NONE where that is
        the transistor's gate.
    """

    splines: FloatArray
    grid: FloatArray
    wiring: IntArray

    def wiring_of(self, active: bool) -> IntArray:
        """Return the wiring of a group; inactive cells are never solved from their transistors."""
        return self.wiring if active else np.full_like(self.wiring, NONE)


def cell_transistors(
    setup: CellSetup, table_of: Callable[[str, float, float], TransistorTable]
) -> CellTransistors:
    """Return the tables of a cell.

    Parameters
    ----------
    setup : CellSetup
    table_of : callable
        Gives the table of a deck, the sigma of its transistor, V, and the highest supply it serves,
        V; called once for each kind.
    """
    transistors = tabulated_transistors(setup.cell, active=setup.v_wl > 0)
    highest = tabulated_supply(setup.vdd)
    tables: list[tuple[FloatArray, FloatArray]] = []
    number: dict[tuple[str, float], tuple[int, int]] = {}
    wiring = []
    for transistor, sigma in zip(transistors, setup.sigma.tolist(), strict=True):
        # Where all that is constant is the supply, another one only moves the grid.
        vdd = highest if at_supply(transistor) else setup.vdd
        deck = transistor_deck(transistor, setup.cards, vdd, setup.v_wl)
        ends = terminals(transistor)
        if (deck, sigma) not in number:
            table = table_of(deck, sigma, highest)
            grid = table.grid + np.array([setup.vdd - vdd, 0.0])
            own = [(table.spline, grid), (table.second, grid)][: 1 + ends.through]
            number[deck, sigma] = len(tables), len(tables) + 1 if ends.through else NONE
            tables += own
        into_first, into_second = number[deck, sigma]
        wiring.append((into_first, ends.first, ends.second, into_second))
    return CellTransistors(
        np.stack([spline for spline, _ in tables]),
        np.array([grid for _, grid in tables]),
        np.array(wiring, dtype=np.int64),
    )
