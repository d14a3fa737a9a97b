"""All tables of a column, and what they depend on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.generators.cell import Cell, cell_of
from sram_spice.generators.readout import readout_of
from sram_spice.generators.rows import level_rows
from sram_spice.generators.transistor import threshold_sigma
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.progress import Progress
from sram_spice.table_model.cell_edges import EdgeTable, build_edge_table
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.cell_table import CellTable, build_cell_table
from sram_spice.table_model.cell_transistors import CellTransistors
from sram_spice.table_model.features import FeatureSet, feature_set
from sram_spice.table_model.load_table import LoadTable
from sram_spice.table_model.row_orientation import row_orientation, tabulated_transistors
from sram_spice.technology import ModelCards


@dataclass(frozen=True)
class ColumnTables:
    """What a column is solved from.

    Attributes
    ----------
    active, inactive : CellTable
        Word line on; off (None where every row is always active).
    load : LoadTable
    transistors : CellTransistors
        Of an active cell, for cells near their trip.
    edges : callable
        Gives what an active cell takes while the word line rises: only columns in motion need it.
    """

    active: CellTable
    inactive: CellTable | None
    load: LoadTable
    transistors: CellTransistors
    edges: Callable[[], EdgeTable]


def check_supported(design: Design) -> None:
    """Raise the InputError of a design that the table model cannot solve."""
    if reason := readout_of(design).not_tabulated:
        raise InputError(
            f"engine table cannot solve this read-out: {reason}",
            key="column.readout",
            value=design.column.readout,
            allowed="monte_carlo.engine spice",
        )
    if design.mismatch.a_vt == 0:
        raise InputError("engine table samples mismatch", key="mismatch.a_vt", value=0.0)
    cell = cell_of(design)
    for row in level_rows(cell, 2, 1, 1) + level_rows(cell, 2, 0, 2 * cell.always_active):
        row_orientation(cell, row)


def has_inactive(design: Design) -> bool:
    """Tell whether rows of a design can be inactive."""
    return not cell_of(design).always_active


def build_cell(
    design: Design, cards: ModelCards, active: bool, transistors: CellTransistors
) -> CellTable:
    """Tabulate a cell whose word line is on, or off."""
    setup = cell_setup(design, cards, active)
    return build_cell_table(setup, cell_features(setup.cell, active), transistors)


def build_edges(
    design: Design, cards: ModelCards, pool: SimulatorPool, progress: Progress
) -> EdgeTable:
    """Tabulate what an active cell takes while the word line rises."""
    setup = cell_setup(design, cards, active=True)
    return build_edge_table(setup, cell_features(setup.cell, True), pool, progress)


def cell_setup(design: Design, cards: ModelCards, active: bool) -> CellSetup:
    """Return the cell and the conditions under which it is tabulated."""
    cell = cell_of(design)
    v_wl = design.column.word_line_voltage if active else 0.0
    vdd, edge = design.conditions.vdd, design.access.edge_time
    return CellSetup(cell, cards, vdd, v_wl, cell_sigma(design, cell), edge)


def cell_features(cell: Cell, active: bool) -> FeatureSet:
    """Return the features of an active or inactive cell."""
    return feature_set(tabulated_transistors(cell, active))


def cell_sigma(design: Design, cell: Cell) -> FloatArray:
    """Return sigma(VT) of the transistors of a cell, V."""
    return threshold_sigma(cell.transistors(), design.mismatch.a_vt)
