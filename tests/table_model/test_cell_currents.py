"""Cells solved from their transistors, against sweeps of the same cells on the simulator."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.generators.cell_bench import CellBias, WholeCell, threshold_names
from sram_spice.simulation import DcSweep, Job
from sram_spice.simulation.progress import Silent
from sram_spice.table_model.cell_currents import HELD, cell_currents
from sram_spice.table_model.cell_transistors import cell_transistors
from sram_spice.table_model.table_points import STEP, bl_axis, blb_axis
from sram_spice.table_model.tables import cell_setup
from sram_spice.table_model.transistor_table import build_transistor_table, tabulated_supply
from sram_spice.technology import technology_cards

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tables at rest")]

CELLS = 12
COLLAPSED = 0.1  # V between nodes that have met
AT = (0, 3, 10, 16, 21)  # of the voltages of BLB
CONDITIONS = {
    "8t": ("8t_xnor", True, ()),
    "8t, loses data": (
        "8t_xnor",
        True,
        (
            "conditions.vdd=0.9",
            "column.word_line_voltage=0.8",
            "conditions.temperature=85.0",
            'technology.corner="fs"',
        ),
    ),
    "6t, off": ("6t", False, ()),
}


@pytest.fixture(scope="module", params=CONDITIONS)
def both(request, make_design, pool, tables):
    """Currents of the same mismatched cells, solved and simulated, and these ones' V(q) - V(qb)."""
    topology, active, overrides = CONDITIONS[request.param]
    design = make_design(topology, *overrides)
    setup = cell_setup(design, technology_cards(design), active)
    z = np.random.default_rng(7).standard_normal((CELLS, setup.sigma.size)) * 1.6
    z[0] = 0.0
    transistors = tables(design).transistors if active else of_an_inactive(setup, pool)
    return cell_currents(setup, z, transistors).current[:, :, AT], *swept(setup, z, pool)


def of_an_inactive(setup, pool):
    return cell_transistors(setup, lambda *what: build_transistor_table(*what, pool, Silent()))


def swept(setup, z, pool):
    """BL down from above VDD in the steps of the grid, as the simulator does it."""
    bl, blb = bl_axis(setup.vdd), blb_axis(setup.vdd)[list(AT)]
    bench = WholeCell(setup.cell, CellBias(setup.vdd, setup.v_wl, setup.vdd, setup.vdd))
    points = np.array([[*row, v] for row in z * setup.sigma for v in blb])
    job = Job(
        bench.deck(setup.cards),
        DcSweep("vbl", float(bl[-1]), float(bl[0]), STEP * setup.vdd),
        ("vbl#branch", "vblb#branch", "q", "qb"),
        alter=(*threshold_names(setup.cell), "@vblb[dc]"),
        points=points,
    )
    found = np.full((len(points), bl.size, 3), np.nan)
    for result in pool.run([job]):
        _, i_bl, i_blb, q, qb = result.values
        held = np.logical_and.accumulate(q - qb > HELD)
        found[result.point] = np.where(held, [-i_bl, -i_blb, q - qb], np.nan).T[::-1]
    found = found.reshape(len(z), blb.size, bl.size, 3).swapaxes(1, 2)
    return found[..., :2], found[..., 2]


def test_currents_are_the_simulators(both):
    solved, simulated, _ = both
    known = np.isfinite(solved) & np.isfinite(simulated)
    error = np.abs(solved - simulated)[known]
    # Splines over steps of 12.5 mV: 1e-4 of a current of 20 uA, where a channel has next to no
    # voltage across it.
    assert (error < 3e-9 + 3e-4 * np.abs(simulated[known])).all()
    assert np.sqrt(np.mean(error**2)) < 1e-9


def test_what_leaks_is_known(both):
    solved, simulated, _ = both
    small = np.isfinite(solved) & (np.abs(simulated) < 1e-8) & (np.abs(simulated) > 1e-10)
    if small.sum() > 10:
        ratio = solved[small] / simulated[small]
        assert np.median(np.abs(ratio - 1)) < 3e-4
        assert np.quantile(np.abs(ratio - 1), 0.99) < 5e-3


def test_cells_lose_their_state_where_the_simulators_do(both):
    solved, _, apart = both
    own = lowest_held(np.isfinite(solved[..., 0]))
    # A sweep may jump over a fold and go on where both nodes have met, one a little higher.
    first, last = lowest_held(apart > COLLAPSED), lowest_held(apart > HELD)
    assert (own <= first + 1).all()  # a trip at a point of the grid may be on either side of it
    assert (own >= last - 1).all()
    assert ((own == first) | (own == last)).mean() > 0.9


def lowest_held(held):
    """Return the number of the lowest BL from which on a cell holds its state, (cells, blb)."""
    return np.where(held.any(axis=1), held.argmax(axis=1), held.shape[1])


def test_some_lose_it(both, request):
    solved, _, _ = both
    if "loses data" in request.node.name:
        assert np.isnan(solved).any()
        assert np.isfinite(solved).any()


def test_supplies_share_tables():
    assert tabulated_supply(1.0) == 1.0
    assert tabulated_supply(0.9) == 1.0
    assert tabulated_supply(1.1) == 1.25
