"""Distributed wires on the table engine against full SPICE: mismatched columns, rows as drawn."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.errors import InputError
from sram_spice.generators import cell_of
from sram_spice.generators.placement import drawn_order, placed_rows
from sram_spice.simulation import Status
from sram_spice.table_model import table_engine
from sram_spice.table_model.status import CODE
from sram_spice.table_model.tables import cell_setup
from sram_spice.table_model.wired_rows import drawn_orders, row_kinds
from sram_spice.technology import technology_cards

# One process compiles what these use, and has their tables.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tables at rest")]
WIRES = ("wires.model=distributed", "wires.amplifier_at=far")
IDEAL = ("wires.ground_resistance_per_cell=0.0", "wires.supply_resistance_per_cell=0.0")
# Bit lines alone: 0.02 mV, as without wires. Rails act by factors of the nominal cell: 0.09 mV.
LARGEST = {"rails": 0.15e-3, "ideal rails": 0.05e-3}


@pytest.mark.parametrize("level", [(4, 60), (32, 32)])
@pytest.mark.parametrize("rails", ["rails", "ideal rails"])
def test_8t_agrees_column_by_column(make_design, tables, nominal, certified, level, rails):
    design = make_design("8t_xnor", *WIRES, *(IDEAL if rails == "ideal rails" else ()))
    (judged,) = certified(design, tables(design), nominal(design, *level), 12).levels
    assert judged.compared == judged.columns == 12
    assert judged.largest < LARGEST[rails]
    assert abs(judged.sigma) < 0.002


def test_6t_with_inactive_rows_a_load_in_the_middle_and_rails_from_one_end(
    make_design, tables, nominal, certified
):
    places = ("wires.load_at=20", "wires.amplifier_at=near", "wires.rails_at=far")
    design = make_design(
        "6t", "column.word_line_voltage=0.7", "column.load_width=6e-6", "wires.model=distributed",
        *places, "wires.ground_resistance_per_cell=0.3", "wires.supply_resistance_per_cell=20.0",
    )  # fmt: skip
    (judged,) = certified(design, tables(design), nominal(design, 20, 24), 10).levels
    assert judged.compared == judged.columns
    assert judged.largest < LARGEST["rails"]


def test_rows_of_samples_are_those_of_the_simulator(make_design):
    for topology, level in (
        ("8t_xnor", (20, 44)),
        ("6t", (5, 17)),
        ("6t", (0, 0)),
        ("6t", (1, 63)),
    ):
        design = make_design(topology, *WIRES)
        cell = cell_of(design)
        kinds = row_kinds(design, cell_setup(design, technology_cards(design), active=True))
        found = kinds.of_samples(drawn_orders(design, 3, range(4)), *level)
        for index in range(4):
            rows = placed_rows(cell, 64, *level, drawn_order(64, 3, index))
            for kind, row in zip(found[index], rows, strict=True):
                one = kinds.kinds[kind]
                assert one.product == cell.product(row.weight, row.neuron)
                on = cell.word_line_states(row.neuron)
                assert one.seen.active == any(on)
                # The order tells which pair of an 8T row it is: whose access transistor is first.
                same = [k for k in kinds.kinds if k.product == one.product]
                turn = [cell.row(one.product, position) for position in range(len(same))]
                assert turn[same.index(one)] == (row.weight, row.neuron)


def test_columns_near_a_trip_are_left_to_the_simulator(make_design, tables, nominal, pool):
    """V_WL = 0.7 V, 5 um: cells trip within the mismatch; no voltage comes from a polynomial."""
    volts = ("column.word_line_voltage=0.7", "column.load_width=5e-6")
    design = make_design("6t", *WIRES, *IDEAL, *volts, "wires.bit_line_resistance_per_cell=0.2")
    cards, found = technology_cards(design), tables(design)
    level = nominal(design, 8, 56)
    engine = table_engine(design, cards, found, [level], pool)
    (wired,) = engine.levels
    assert wired.watched
    block = engine.solve(range(60), design.monte_carlo.seed)
    left = block.code[0] == CODE[Status.NONCONVERGED]
    assert 0 < left.sum() < 60
    assert np.isnan(block.v[0][left]).all()
    assert np.isfinite(block.v[0][~left]).all()


def test_what_the_tables_cannot_solve_is_refused(make_design, tables, nominal, pool):
    moving = make_design("8t_xnor", *WIRES, "column.readout=discharge")
    near = make_design("6t", *WIRES, "column.word_line_voltage=0.7", "column.load_width=4e-6")
    for design, level, said in (
        (moving, (32, 32), "sampled while bit lines move"),
        (near, (1, 63), "come near the loss of their data"),
    ):
        cards, known = technology_cards(design), nominal(design, *level)
        with pytest.raises(InputError, match=said):
            table_engine(design, cards, tables(design), [known], pool)
