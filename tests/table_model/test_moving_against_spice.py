"""Tables against full SPICE while bit lines and cells move: read-out `discharge`."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.column.levels import mismatch_job
from sram_spice.simulation import Status
from sram_spice.table_model import spice_columns, table_engine
from sram_spice.table_model.cell_kernel import LOST_STATE, SOLVED
from sram_spice.table_model.dynamic import DynamicLevel
from sram_spice.table_model.endangered import set_apart
from sram_spice.table_model.line_charge import POINTS, line_charge
from sram_spice.table_model.status import CODE
from sram_spice.table_model.time_step import TimeStep
from sram_spice.technology import technology_cards

# One process compiles what these use, and has their tables.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tables in motion")]


@pytest.mark.parametrize(
    ("cell", "level", "least"), [("8t_xnor", (32, 32), 20), ("6t", (4, 60), 12)]
)
def test_discharge_agrees_while_bit_lines_move(
    make_design, tables, nominal, certified, cell, level, least
):
    """0.5 ns: with 32 rows each way both lines are at rest; 4 rows still pull BLB down.

    There sigma is 37 mV and a fourth of the columns lose a cell, some of them half-way when BLB
    is sampled. Without the charge between the storage nodes these are 4 mV off, with the start of
    the bit lines at VDD all are, by up to 32 mV.
    """
    design = make_design(cell, 'column.readout="discharge"')
    found = certified(design, tables(design), nominal(design, *level), 20)
    (judged,) = found.levels
    assert judged.compared >= least
    assert judged.disagreements == 0
    assert judged.largest < (0.3e-3 if level == (32, 32) else 2e-3)
    assert abs(judged.sigma) < 0.02


def test_the_fall_of_the_word_line_decides_a_cell_on_its_way(make_design, tables, nominal, pool):
    """When BL is sampled, a cell of each column has nearly flipped: one goes on, one turns back."""
    samples = (148, 122)
    design = make_design(
        "8t_xnor",
        'column.readout="discharge"',
        "column.rows=256",
        "column.word_line_voltage=0.6",
        "column.load_width=16e-6",
    )
    level = nominal(design, 128, 128)
    cards = technology_cards(design)
    engine = table_engine(design, cards, tables(design), [level], pool)
    ((one, other),) = engine.solve(samples, 1).code
    spice = sorted(pool.run([mismatch_job(design, cards, level, samples)]), key=lambda r: r.point)
    assert [r.status for r in spice] == [Status.FLIPPED, Status.OK]
    assert (one, other) == (CODE[Status.FLIPPED], CODE[Status.OK])


def test_a_cell_that_lingers_is_followed_to_the_picosecond(make_design, tables, nominal, pool):
    """A cell of each column is half-way as the word line falls; 1 ps there is 2 mV at its nodes.

    With constant capacitances of the storage nodes V_BLB of sample 194 is 4 mV off; with nodes at
    rest when the word line is up, or half as much current again while it falls, a cell is lost.
    """
    for rows, sample in ((64, 194), (256, 34)):
        load = 2e-6 * rows / 64
        design = make_design(
            "6t",
            'column.readout="discharge"',
            f"column.rows={rows}",
            f"column.load_width={load!r}",
        )
        level = nominal(design, 4, rows - 4)
        cards = technology_cards(design)
        engine = table_engine(design, cards, tables(design), [level], pool)
        block = engine.solve([sample], 1)
        (spice,) = pool.run([mismatch_job(design, cards, level, [sample])])
        assert spice.status is Status.OK
        assert block.code[0] == [CODE[Status.OK]]
        np.testing.assert_allclose(block.v[0, 0], spice.values, atol=2e-3)


def test_moving_columns_that_mismatch_saves(make_design, tables, nominal, pool):
    """0.55 V, n_plus = 1: the nominal column flips, nearly half of the mismatched ones do not.

    They are sampled in motion, as all others are: at rest BLB is up to 0.27 V lower. Without a
    nominal column to correct them by, and against the quick access of the simulator, they are
    within 3.7 mV; 1.9 mV is their rms.
    """
    design = make_design(
        "6t", 'column.readout="discharge"', "column.rows=16", "column.word_line_voltage=0.55"
    )
    levels = [nominal(design, k, 16 - k) for k in (1, 2)]
    assert [level.status for level in levels] == [Status.FLIPPED, Status.OK]
    cards = technology_cards(design)
    engine = table_engine(design, cards, tables(design), levels, pool)
    block = engine.solve(range(40), design.monte_carlo.seed)
    (spice,) = spice_columns(design, cards, levels[:1], 40, pool)
    kept = np.array([status is Status.OK for status in spice.status])
    both = kept & (block.code[0] == CODE[Status.OK])
    assert both.sum() >= 12
    assert (kept == (block.code[0] == CODE[Status.OK])).all()
    difference = block.v[0][both] - spice.v[both]
    assert np.abs(difference).max() < 5e-3
    assert np.sqrt((difference**2).mean()) < 2.5e-3


def test_charge_of_a_bit_line_from_ramps_is_that_of_its_access(make_design, tables, nominal, pool):
    """Two ways: capacitance from ramps of one cell; the fall of a whole column.

    1 % of the capacitance would be 5 mV at the end of this fall.
    """
    design = make_design("8t_xnor", 'column.readout="discharge"')
    level = nominal(design, 4, 60)
    cards = technology_cards(design)
    (one,) = table_engine(design, cards, tables(design), [level], pool).levels
    assert isinstance(one, DynamicLevel)
    np.testing.assert_allclose(one.correction, 0.0, atol=0.1e-3)


@pytest.mark.parametrize(("q", "qb", "ends"), [(0.45, 0.30, SOLVED), (0.30, 0.45, LOST_STATE)])
def test_a_cell_goes_where_it_leans_when_its_word_line_is_off(
    make_design, tables, nominal, pool, q, qb, ends
):
    """Both bit lines near ground: access transistors that are on hold its high node down."""
    design = make_design("8t_xnor", 'column.readout="discharge"')
    level = nominal(design, 4, 60)
    engine = table_engine(design, technology_cards(design), tables(design), [level], pool)
    (moving,) = engine.levels
    assert isinstance(moving, DynamicLevel)
    model = moving.model
    shifts = [np.zeros((1, 8, group.rows)) for group in model.groups]
    chosen = [np.arange(group.rows)[None] < (group.rows == 4) for group in model.groups]
    sums = np.zeros((1, sum(len(group.features) for group in model.groups) + 14))
    found, swing = {}, {}
    for access in (0.0, 1.0):
        apart = set_apart(model, sums, chosen, shifts, model.beside)
        apart.nodes[:] = (q, qb)
        # So much charge that the bit lines stay at ground.
        heavy = line_charge(np.full((1, 2, POINTS), 1e-9), model.vdd)
        lines, charge, rate = np.full((1, 2), 0.02), np.empty((1, 2)), 1 / 5e-12
        for _ in range(12):
            step = TimeStep(
                np.zeros((1, 2)),
                rate * apart.nodes,
                moving.line.node_capacitances.at(apart.nodes),
                heavy,
                rate,
                np.full(3, access),
            )
            (found[access],) = apart.solve(lines, charge, step)
        swing[access] = float(np.ptp(apart.nodes))
    assert found[0.0] == ends
    assert swing[0.0] > 0.9 > 0.85 > swing[1.0]
