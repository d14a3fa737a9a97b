"""Levels, rows and their merging."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sram_spice.design import design_from_dict
from sram_spice.errors import InputError
from sram_spice.generators import level_rows, levels_of
from sram_spice.generators.cell_6t import Cell6T
from sram_spice.generators.cell_8t_xnor import Cell8TXnor
from sram_spice.generators.rows import merge

SIZES = design_from_dict({"name": "rows", "cell": {"topology": "6t"}}).cell
CELLS = {"6t": Cell6T(SIZES), "8t_xnor": Cell8TXnor(SIZES)}


@pytest.mark.parametrize(("topology", "count"), [("8t_xnor", 65), ("6t", 2145)])
def test_number_of_levels(topology, count):
    levels = levels_of(CELLS[topology], 64)
    assert len(levels) == len(set(levels)) == count


@given(st.sampled_from(sorted(CELLS)), st.integers(1, 40), st.data())
def test_rows_have_the_products_of_the_level(topology, rows, data):
    cell = CELLS[topology]
    n_plus, n_minus = data.draw(st.sampled_from(levels_of(cell, rows)))
    groups = level_rows(cell, rows, n_plus, n_minus)
    products = [cell.product(g.weight, g.neuron) for g in groups]
    assert (products.count(1), products.count(-1)) == (n_plus, n_minus)
    assert len(groups) == rows
    merged = merge(groups)
    assert sum(g.count for g in merged) == rows
    assert len({(g.weight, g.neuron) for g in merged}) == len(merged)


def test_inactive_rows_hold_both_states_alternately():
    groups = level_rows(CELLS["6t"], 10, 1, 1)[2:]
    assert [g.weight for g in groups] == [1, -1] * 4


def test_8t_uses_both_access_pairs():
    groups = level_rows(CELLS["8t_xnor"], 8, 4, 4)
    assert {(g.weight, g.neuron) for g in groups} == {(1, 1), (-1, -1), (-1, 1), (1, -1)}


@pytest.mark.parametrize(
    ("topology", "level"),
    [("8t_xnor", (3, 4)), ("8t_xnor", (9, -1)), ("6t", (5, 4)), ("6t", (-1, 0))],
)
def test_levels_that_do_not_exist(topology, level):
    with pytest.raises(InputError, match="no such level"):
        level_rows(CELLS[topology], 8, *level)
