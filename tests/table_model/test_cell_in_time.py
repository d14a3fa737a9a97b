"""What cells do in time: capacitances of storage nodes, and the fall of the word line."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.column.access import access_job, design_timing
from sram_spice.table_model.bit_line import bit_line
from sram_spice.table_model.cell_groups import level_groups
from sram_spice.table_model.charge_kernel import charges_at
from sram_spice.table_model.line_charge import line_charge
from sram_spice.table_model.node_capacitances import node_capacitances
from sram_spice.table_model.tables import cell_setup
from sram_spice.table_model.word_line_fall import DECIDED, FALLING, word_line_fall
from sram_spice.technology import technology_cards

# Slow where the kernels are not compiled yet.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tables in motion")]


def setup_of(design):
    return cell_setup(design, technology_cards(design), active=True)


def test_storage_nodes_feel_each_other(make_design, pool):
    """The gate of each inverter is the other's output: what is between them is no small part."""
    found = node_capacitances(setup_of(make_design("6t")), pool)
    assert (np.diff(found.difference) > 0).all()
    own, felt = found.values[:, :2], found.values[:, 2:]
    assert (own > 0.8e-15).all()
    assert (own < 2e-15).all()
    assert (felt / own > 0.1).all()
    assert (felt / own < 0.4).all()
    # Half-way, with one voltage on both nodes, they differ by their access transistors' channels.
    np.testing.assert_allclose(*found.at(np.array([[0.33, 0.33]]))[0, :2], rtol=0.01)


def test_exchanged_nodes_exchange_their_capacitances(make_design, pool):
    found = node_capacitances(setup_of(make_design("6t")), pool)
    nodes = np.array([[0.7, 0.1], [0.45, 0.12], [0.3, 0.25]])
    np.testing.assert_allclose(
        found.at(nodes)[:, [1, 0, 3, 2]], found.at(nodes[:, ::-1]), rtol=1e-12
    )


@pytest.mark.parametrize("v_wl", [0.5, 0.8])
def test_access_transistors_switch_off_as_the_word_line_falls(make_design, pool, v_wl):
    design = make_design("6t", f"column.word_line_voltage={v_wl}")
    fall = word_line_fall(setup_of(design), pool)
    assert fall.lengths.size == FALLING + DECIDED
    assert fall.lengths.sum() == pytest.approx(2 * design.access.edge_time, rel=1e-12)
    assert (np.diff(fall.access, axis=0) <= 1e-9).all()
    assert (fall.access[0] > 0.6).all()
    np.testing.assert_allclose(fall.access[FALLING - 1 :], 0.0, atol=0.02)
    # An overlap of 0.3 fF/um on either side of 120 nm, and once more as much of the channel.
    for charge in (fall.nodes.sum(axis=0), fall.lines.sum(axis=1).ravel()):
        assert (charge > 0.03e-15 * v_wl).all()
        assert (charge < 0.1e-15 * v_wl).all()


def test_the_word_line_takes_a_bit_line_along(make_design, tables, nominal, pool):
    """Two ways: gates of one cell between sources, and both bit lines of a nominal access."""
    design = make_design("6t", 'column.readout="discharge"')
    cards, timing = technology_cards(design), design_timing(design)
    level = nominal(design, 4, 60)
    line = bit_line(design, cards, tables(design), pool)
    groups = level_groups(tables(design), design, level)
    (access,) = pool.run([access_job(design, cards, 4, 60)])
    time, *lines = access.values[:3]
    taken = line.taken_by_fall(groups, np.array([level.v_bl, level.v_blb])).sum(axis=0)
    both = line_charge(line.capacitance_of(groups)[None], design.conditions.vdd)
    charge = np.empty((2, 1, 2))
    for at, instant in enumerate((timing.fall, timing.fall + timing.edge)):
        volts = np.array([np.interp(instant, time, wave) for wave in lines])
        charges_at(both.capacitance, both.charge, both.grid, volts, charge[at])
    # Meanwhile cells still pull at BL, which is at rest, and at BLB, by a tenth of this.
    np.testing.assert_allclose(charge[0, 0] - charge[1, 0], taken, rtol=0.2)
