"""Hashes of everything that stored tables depend on."""

from __future__ import annotations

from sram_spice.column.levels import mismatch_sigma
from sram_spice.design import Design
from sram_spice.generators.column import column_of
from sram_spice.results.identity import table_identity
from sram_spice.simulation import SimulatorPool
from sram_spice.table_model import load_table
from sram_spice.table_model.row_orientation import tabulated_transistors
from sram_spice.table_model.tables import cell_features, cell_setup
from sram_spice.technology import ModelCards

METHOD = 3  # raise it when a stored table means something else


def cell_key(design: Design, cards: ModelCards, active: bool, pool: SimulatorPool) -> str:
    """Return the hash of a cell table; rows, loads and levels are not among what it depends on."""
    return _hash(pool, _plugins(design), _cell(design, cards, active) | {"table": "cell"})


def edge_key(design: Design, cards: ModelCards, pool: SimulatorPool) -> str:
    """Return the hash of what a cell takes while the word line rises."""
    edge = {"table": "edge", "edge": repr(design.access.edge_time)}
    return _hash(pool, _plugins(design), _cell(design, cards, True) | edge)


def load_key(design: Design, cards: ModelCards, pool: SimulatorPool) -> str:
    """Return the hash of a load table."""
    sigma = mismatch_sigma(design, column_of(design, 1, design.column.rows - 1))[-1]
    deck = load_table.load_deck(design, cards)
    plugins = _plugins(design) | {"column": {"readout": design.column.readout}}
    return _hash(pool, plugins, {"table": "load", "deck": deck, "sigma": repr(float(sigma))})


def transistor_key(deck: str, sigma: float, supply: float, pool: SimulatorPool) -> str:
    """Return the hash of the table of one transistor."""
    data = {"table": "transistor", "deck": deck, "sigma": repr(sigma), "supply": repr(supply)}
    return _hash(pool, {}, data)


def _cell(design: Design, cards: ModelCards, active: bool) -> dict[str, str]:
    setup = cell_setup(design, cards, active)
    return {
        "cards": cards.render(),
        "vdd": repr(setup.vdd),
        "v_wl": repr(setup.v_wl),
        "cell": repr(setup.cell.transistors()),
        "transistors": repr(tabulated_transistors(setup.cell, active)),
        "sigma": repr(setup.sigma.tolist()),
        "features": repr(cell_features(setup.cell, active)),
    }


def _plugins(design: Design) -> dict[str, dict[str, str]]:
    """Return the keys of a design that name what a cell is made of."""
    process = design.technology.process
    return {
        "cell": {"topology": design.cell.topology},
        "technology": {} if process is None else {"process": process},
    }


def _hash(pool: SimulatorPool, plugins: dict[str, dict[str, str]], data: dict[str, str]) -> str:
    return table_identity(pool.loaded_version(), plugins, data).sha256
