"""Hashes of everything that stored tables depend on."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from sram_spice import __version__
from sram_spice.column.levels import mismatch_sigma
from sram_spice.design import Design
from sram_spice.generators.column import column_of
from sram_spice.simulation import Job, OperatingPoint, SimulatorPool
from sram_spice.table_model import (
    cell_sweeps,
    cell_table,
    features,
    load_table,
    table_points,
    transistor_table,
)
from sram_spice.table_model.row_orientation import tabulated_transistors
from sram_spice.table_model.tables import cell_features, cell_setup
from sram_spice.technology import ModelCards

FORMAT = 2  # raise it whenever the meaning of a stored table changes
METHODS = (cell_sweeps, cell_table, features, load_table, table_points, transistor_table)


def cell_key(design: Design, cards: ModelCards, active: bool, pool: SimulatorPool) -> str:
    """Return the hash of a cell table; rows, loads and levels are not among what it depends on."""
    setup = cell_setup(design, cards, active)
    return _hash(
        pool,
        {
            "table": "cell",
            "cards": cards.render(),
            "vdd": repr(setup.vdd),
            "v_wl": repr(setup.v_wl),
            "transistors": repr(tabulated_transistors(setup.cell, active)),
            "sigma": repr(setup.sigma.tolist()),
            "edge": repr(setup.edge),
            "features": repr(cell_features(setup.cell, active)),
        },
    )


def load_key(design: Design, cards: ModelCards, pool: SimulatorPool) -> str:
    """Return the hash of a load table."""
    sigma = mismatch_sigma(design, column_of(design, 1, design.column.rows - 1))[-1]
    deck = load_table.load_deck(design, cards)
    return _hash(pool, {"table": "load", "deck": deck, "sigma": repr(float(sigma))})


def transistor_key(deck: str, sigma: float, vdd: float, pool: SimulatorPool) -> str:
    """Return the hash of the table of one transistor."""
    data = {"table": "transistor", "deck": deck, "sigma": repr(sigma), "vdd": repr(vdd)}
    return _hash(pool, data)


def _hash(pool: SimulatorPool, data: dict[str, str]) -> str:
    if not pool.version:
        _start(pool)
    method = {
        f"{module.__name__}.{name}": repr(value)
        for module in METHODS
        for name, value in vars(module).items()
        if name.isupper()
    }
    common = {"format": str(FORMAT), "package": __version__, "ngspice": str(pool.version)}
    text = json.dumps([data, method, common], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _start(pool: SimulatorPool) -> None:
    """Let a worker start, so that the version of the simulator is known."""
    deck = "start\nv1 1 0 1\nr1 1 0 1\n.end\n"
    list(pool.run([Job(deck, OperatingPoint(), ("1",), points=np.zeros((1, 0)))]))
