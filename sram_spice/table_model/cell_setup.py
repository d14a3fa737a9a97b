"""A cell and the conditions under which it is tabulated."""

from __future__ import annotations

from dataclasses import dataclass

from sram_spice.generators.cell import Cell
from sram_spice.simulation.job import FloatArray
from sram_spice.technology import ModelCards


@dataclass(frozen=True)
class CellSetup:
    """A cell under given conditions.

    Attributes
    ----------
    cell : Cell
    cards : ModelCards
    vdd : float
        Supply, V.
    v_wl : float
        Word line, V; 0 for an inactive cell.
    sigma : ndarray, shape (roles,)
        sigma(VT) of its transistors, V.
    edge : float
        Rise time of the word line, s.
    """

    cell: Cell
    cards: ModelCards
    vdd: float
    v_wl: float
    sigma: FloatArray
    edge: float
