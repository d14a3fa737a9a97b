"""What is assumed: bit lines against whole columns at the changed condition."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.column.assumption_shifts import assumption_shifts, changes
from sram_spice.column.context import Context
from sram_spice.column.levels import column_job
from sram_spice.generators import column_of
from sram_spice.runs.characterize.nominal import run_nominal
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

ROWS = 16


@pytest.fixture(scope="module")
def looked(make_design, pool):
    design = make_design("8t_xnor", f"column.rows={ROWS}", "column.load_width=5e-7")
    cards = technology_cards(design)
    context = Context(design, cards, pool, Silent())
    return context, assumption_shifts(context, run_nominal(design, cards, pool, Silent()))


def v_bl(context, changed, n_plus):
    """Every row a cell of its own, none merged: another deck than the one that was used."""
    design = context.design.replace(changed)
    column = column_of(design, n_plus, ROWS - n_plus)
    (result,) = context.pool.run([column_job(column, technology_cards(design))])
    return float(result.values[2])


@pytest.mark.parametrize(
    ("assumption", "change", "keys"),
    [
        ("corner", "ss", {"technology.corner": "ss"}),
        ("corner", "ff", {"technology.corner": "ff"}),
        ("ideal supply", "-5 %", {"conditions.vdd": 0.95}),
        ("ideal word-line driver", "+10 mV", {"column.word_line_voltage": 0.51}),
        ("temperature", "-25 degC", {"conditions.temperature": 2.0}),
        (
            "wires",
            "distributed, 26 ohm of bit line, and the rails",
            {"wires.model": "distributed"},
        ),
    ],
)
def test_shift_is_that_of_the_whole_column(looked, assumption, change, keys):
    context, table = looked
    mine = table[(table["assumption"] == assumption) & (table["change"] == change)]
    for n_plus in (4, 8):
        found = float(mine.loc[mine["n_plus"] == n_plus, "v_bl_shift_v"].iloc[0])
        expected = v_bl(context, keys, n_plus) - v_bl(context, {}, n_plus)
        assert found == pytest.approx(expected, abs=1e-5)
        assert abs(found) > 1e-4  # so that a shift of nothing fails


def test_table_has_each_change_at_the_same_levels(looked):
    context, table = looked
    assert len(table) == 9 * len(changes(context.design))
    assert (table.groupby(["assumption", "change"])["n_plus"].nunique() == 9).all()
    spread = table[table["assumption"] == "mismatch, A_VT"]
    assert set(spread["sigma_factor"]) == {0.9, 1.1}
    assert (spread["v_bl_shift_v"] == 0).all()  # nominal columns have no mismatch


def test_what_is_not_allowed_is_unknown_not_zero(make_design, pool):
    """No supply of 1.5 V and 5 % in a process that bears 1.5 V."""
    design = make_design("8t_xnor", "column.rows=2", "conditions.vdd=1.5")
    cards = technology_cards(design)
    context = Context(design, cards, pool, Silent())
    table = assumption_shifts(context, run_nominal(design, cards, pool, Silent()))
    supply = table[table["assumption"] == "ideal supply"].set_index("change")["v_bl_shift_v"]
    assert np.isnan(supply["+5 %"]).all()
    assert np.isfinite(supply["-5 %"]).all()
