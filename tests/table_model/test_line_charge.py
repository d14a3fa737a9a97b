"""Capacitances from ramps at two rates: known ones, and those of a cell."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.table_model.line_charge import (
    RAMPS,
    cell_line_charge,
    load_line_charge,
    node_capacitances,
)
from sram_spice.table_model.line_charge import _capacitance as capacitance
from sram_spice.table_model.tables import cell_setup
from sram_spice.technology import technology_cards


def slope(charge: np.ndarray, volts: np.ndarray) -> np.ndarray:
    """Capacitance at some voltages, F, from the coefficients of the charge."""
    order = np.arange(len(charge))
    return volts[:, None] ** order @ (charge * (order + 1))


def test_a_capacitor_beside_a_resistor_and_a_diode_is_what_it_is(pool):
    """What flows at any rate alike cancels, steep as it may be: 1 mA at 0.8 V."""
    decks = [
        f"known\nvbl bl 0 PWL(0 1 {t} 0)\nc1 bl 0 10f\nr1 bl 0 10k\n"
        "b1 bl 0 i=1e-3*exp((v(bl)-0.8)/0.1)\n.end\n"
        for t in RAMPS
    ]
    found = capacitance(decks, ("vbl#branch", "bl"), np.linspace(0.1, 0.9, 9), pool)
    # 10 kOhm are 100 uA beside the 10 uA of the faster ramp: ngspice's reltol of the former.
    np.testing.assert_allclose(found, 10e-15, rtol=0.01)


@pytest.mark.parametrize("cell", ["6t", "8t_xnor"])
def test_what_hangs_on_a_bit_line(make_design, pool, cell):
    """An 8T cell has twice the access transistors of a 6T cell; a channel adds to the charge."""
    design = make_design(cell, 'column.readout="discharge"')
    setup = cell_setup(design, technology_cards(design), active=True)
    volts = np.array([0.05, 0.5, 1.0])
    pulling, releasing = (
        slope(cell_line_charge(setup, stored, -np.inf, pool), volts) for stored in (-1, 1)
    )
    expected = {"6t": 0.25e-15, "8t_xnor": 0.5e-15}[cell]  # 120 nm each
    np.testing.assert_allclose(pulling[1:], expected, rtol=0.2)
    # Its own node aside, a bit line does not care what the cell stores while no channel is there.
    assert releasing[2] == pytest.approx(pulling[2], rel=0.05, abs=0)
    assert pulling[0] > 1.1 * pulling[2]
    load = slope(load_line_charge(design, technology_cards(design), pool), volts)
    assert (load > 0.5e-15).all()
    assert (load < 5e-15).all()


def test_storage_nodes_feel_each_other(make_design, pool):
    """The gate of each inverter is the other's output: what is between them is no small part."""
    setup = cell_setup(make_design("6t"), technology_cards(make_design("6t")), active=True)
    high, low, between = node_capacitances(setup, pool)
    assert 0.8e-15 < low < 2e-15
    assert 0.8e-15 < high < 2e-15
    assert 0.1 < between / high < 0.4
