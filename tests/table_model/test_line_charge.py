"""Capacitances from ramps at two rates: known ones, and those of a cell."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.table_model.charge_kernel import charges_at
from sram_spice.table_model.line_charge import (
    RAMPS,
    capacitance,
    cell_line_capacitance,
    line_axis,
    line_charge,
    load_line_capacitance,
)
from sram_spice.table_model.tables import cell_setup
from sram_spice.technology import technology_cards

pytestmark = pytest.mark.xdist_group("tables in motion")


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
    at = [np.abs(line_axis(1.0) - volts).argmin() for volts in (0.05, 0.5, 1.0)]
    pulling, releasing = (
        cell_line_capacitance(setup, stored, -np.inf, pool)[at] for stored in (-1, 1)
    )
    expected = {"6t": 0.25e-15, "8t_xnor": 0.5e-15}[cell]  # 120 nm each
    np.testing.assert_allclose(pulling[1:], expected, rtol=0.2)
    # Its own node aside, a bit line does not care what the cell stores while no channel is there.
    assert releasing[2] == pytest.approx(pulling[2], rel=0.05, abs=0)
    assert pulling[0] > 1.1 * pulling[2]
    load = load_line_capacitance(design, technology_cards(design), pool)
    assert (load > 0.5e-15).all()
    assert (load < 5e-15).all()


@pytest.mark.parametrize("volts", [-0.2, -0.01, 0.0, 0.3333, 1.0, 1.3])
def test_charge_is_the_integral_of_the_capacitance(volts):
    """By hand for one that rises with the voltage, and stays as it is beyond the ends."""
    axis = line_axis(1.2)
    low, high = axis[0], axis[-1]
    rising = 2e-15 * np.ones((3, 2, axis.size)) + 1e-15 * axis
    line = line_charge(rising, 1.2)
    found = np.empty((3, 2))
    charges_at(line.capacitance, line.charge, line.grid, np.array([volts, 0.5]), found)

    def by_hand(at):
        within = np.clip(at, low, high)
        straight = 2e-15 * (at - low) + 0.5e-15 * (within**2 - low**2)
        return straight + 1e-15 * within * (at - within)

    # Of some fC; trapezoids are exact for a straight line.
    np.testing.assert_allclose(found[:, 0], by_hand(volts), rtol=0, atol=1e-27)
    np.testing.assert_allclose(found[:, 1], by_hand(0.5), rtol=0, atol=1e-27)
