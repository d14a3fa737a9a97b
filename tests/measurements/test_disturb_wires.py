"""Loss of data with distributed wires: the row at risk against the whole column."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sram_spice.column.context import Context
from sram_spice.generators import column_deck
from sram_spice.measurements.disturb import Disturb
from sram_spice.measurements.disturb_cell import CellInColumn
from sram_spice.measurements.disturb_column import around_row, nominal_bit_lines, row_at_risk
from sram_spice.measurements.row_at_risk import candidate_rows, placed_column
from sram_spice.simulation import Job, OperatingPoint, Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards
from tests.generators.hand_written import hand_written_column

pytestmark = pytest.mark.slow
UNSAFE = (
    *("column.word_line_voltage=0.7", "column.load_width=4.3e-6", "wires.model=distributed"),
    *(f"wires.{w}_resistance_per_cell=0.6" for w in ("bit_line", "ground", "supply")),
)


def context_of(pool, design):
    return Context(design, technology_cards(design), pool, Silent())


def test_a_cell_in_a_column_with_wires_holds_when_its_bench_says_so(make_design, pool):
    """One mismatched cell among nominal ones, in a column with ladders and rails."""
    context = context_of(pool, make_design("6t", *UNSAFE))
    still = replace(context, design=context.design.replace({"mismatch.a_vt": 0.0}))
    row = row_at_risk(context)
    assert row in candidate_rows(context.design)
    assert row > 32
    around = around_row(still, 1, 63, row)
    assert around.status is Status.OK
    assert around.ground > 1e-3
    cell = CellInColumn(context, around)
    u = 2 * np.random.default_rng(2).standard_normal((100, cell.dimension))
    predicted, distance = cell.decision(u), cell.distance(u)

    column = placed_column(context.design, 1, 63, row, gap=False)
    deck = column_deck(column, context.cards)
    job = Job(
        deck.text,
        OperatingPoint(),
        ("bl",),
        latches=column.latches,
        alter=deck.alter[row * 6 : row * 6 + 6],
        points=u[:, :-1] * cell.sigma,
        separation=1e-3,
    )
    results = sorted(pool.run([job]), key=lambda r: r.point)
    real = np.array([1.0 if r.status is Status.OK else -1.0 for r in results])
    assert 20 < (real < 0).sum() < 80
    # As without wires; rails are those of the nominal cell.
    clear = np.abs(distance) > 2e-3
    assert clear.sum() > 85
    np.testing.assert_array_equal(real[clear], predicted[clear])


def test_the_row_at_risk_meets_what_a_deck_by_hand_says(make_design, pool):
    """Local bit lines less the local ground, and a cell left out of its place."""
    design = make_design("8t_xnor", "wires.model=distributed", "mismatch.a_vt=0.0")
    context = context_of(pool, design)
    row = 50
    around = around_row(context, 24, 40, row)
    column = placed_column(design, 24, 40, row, gap=False)
    products = [column.cell.product(g.weight, g.neuron) for g in column.groups]
    assert products[row] == 1
    wires = dict.fromkeys(("bit_line", "ground", "supply"), 1.6)
    hand = hand_written_column(products, context.cards, **wires)
    nodes = (f"bl_{row}", f"blb_{row}", f"vs_{row}", f"vd_{row}")
    without = "\n".join(x for x in hand.deck.splitlines() if not x.startswith(f"X{row} "))
    without = without.replace(f".nodeset v(x{row}.q)=1.0 v(x{row}.qb)=0.0", "")
    (full,) = pool.run([replace(hand, outputs=nodes)])
    (rest,) = pool.run([replace(hand, deck=without + "\n", outputs=nodes, latches=())])
    bl, blb, ground, supply = full.values
    found = (around.v_bl_nominal, around.v_blb, around.ground, around.supply_lost)
    np.testing.assert_allclose(found, (bl - ground, blb - ground, ground, 1 - supply), atol=5e-6)
    assert around.v_bl == pytest.approx(rest.values[0] - rest.values[2], abs=5e-6)


def test_all_of_it(make_design, pool):
    """Few rows and columns: it runs, and says which row it is of."""
    small = ("column.rows=4", "column.load_width=1.2e-7", "monte_carlo.samples=12")
    context = context_of(pool, make_design("8t_xnor", "wires.model=distributed", *small))
    found = Disturb().run(context).summary
    any_row = found[found["quantity"] == "disturb_any"].iloc[0]
    assert "every cell as in row" in any_row["condition"]
    # Twelve columns leave the upper end open.
    assert 0 <= any_row["mean_low"] <= any_row["mean"] <= any_row["mean_high"]
    assert any_row["mean"] < 1e-6
    lines = nominal_bit_lines(context, [(2, 2)])
    assert lines.shape == (1, 2)
    assert 0.3 < lines[0, 0] < 0.9
