"""Distributed wires against decks written by hand, closed forms, and the lumped column."""

from __future__ import annotations

import numpy as np
import pytest
from PySpice.Spice.Netlist import Circuit
from scipy.integrate import trapezoid

from sram_spice.column.levels import mismatch_jobs, nominal_job, nominal_level, sample_column
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, column_deck, column_of, level_rows
from sram_spice.generators.placement import drawn_order, even_order, placed_rows
from sram_spice.generators.waveform import Source, after_one_pole, pulse
from sram_spice.generators.wires import DistributedWires, word_line_delay
from sram_spice.runs.netlist import level_deck
from sram_spice.simulation import Job, OperatingPoint, Status, Transient
from sram_spice.simulation.batch import run_batch
from sram_spice.technology import technology_cards

from .hand_written import hand_written_column

ROWS = 64
PER_CELL = 100 / 64  # ohm, of issue 17: 100 ohm in 64 pieces
WIRES = ("wires.model=distributed", "wires.amplifier_at=far")
BIT_LINE = (
    *(*WIRES, f"wires.bit_line_resistance_per_cell={PER_CELL!r}"),
    *("wires.ground_resistance_per_cell=0.0", "wires.supply_resistance_per_cell=0.0"),
)


def orders(n_plus):
    """Where the -1 rows are: next to the near end, to the far end, spread evenly."""
    n_minus = ROWS - n_plus
    return {
        "near": (*range(n_minus, ROWS), *range(n_minus)),
        "far": tuple(range(ROWS)),
        "even": even_order(ROWS, n_plus, n_minus),
    }


def products_of(n_plus, order):
    found = np.full(ROWS, -1)
    found[list(order[:n_plus])] = 1
    return found.tolist()


def solve(pool, jobs):
    results = sorted(pool.run(jobs), key=lambda r: r.job)
    assert {r.status for r in results} == {Status.OK}
    return np.array([r.values for r in results])


def column_job(design, n_plus, order=None, outputs=None):
    column = column_of(design, n_plus, ROWS - n_plus, order=order)
    deck = column_deck(column, technology_cards(design))
    wanted = outputs or ("bl", "blb", *column.sensed, "vdd#branch")
    return Job(deck.text, deck.analysis, wanted, latches=column.latches)


@pytest.mark.parametrize("n_plus", [32, 8])
def test_bit_lines_of_100_ohm_as_decks_by_hand(make_design, pool, n_plus):
    design = make_design("8t_xnor", *BIT_LINE)
    places = orders(n_plus)
    ours = solve(pool, [column_job(design, n_plus, order) for order in places.values()])
    cards = technology_cards(design)
    hand = [
        hand_written_column(products_of(n_plus, order), cards, bit_line=PER_CELL)
        for order in places.values()
    ]
    theirs = solve(pool, hand)
    # Both are exact solutions of one circuit; what differs is junctions, which leak some pA, and
    # micro-ohms in the place of shorts.
    np.testing.assert_allclose(ours[:, :4], theirs[:, :4], atol=5e-6, rtol=0)
    np.testing.assert_allclose(ours[:, 4], theirs[:, 4], rtol=1e-5, atol=0)
    # Issue 17, measured with other decks (in mV, at the load and at the far end): a piece more or
    # less at the end of the line is 0.4 mV.
    lumped = solve(pool, [column_job(make_design("8t_xnor"), n_plus)])[0, 0]
    moved = 1e3 * (ours[:, [0, 2]] - lumped)
    known = {32: ((3, 11), (-29, -11)), 8: ((13, 19), (-22, -19))}[n_plus]
    for end, (low, high) in enumerate(known):
        found = moved[:, end].min(), moved[:, end].max()
        np.testing.assert_allclose(found, (low, high), atol=1.0)


def test_rails_and_a_load_at_the_far_end_as_decks_by_hand(make_design, pool):
    """Everything at once, unlike in each wire; rails that come in at one end, and at both."""
    order = drawn_order(ROWS, 5, 0)
    resistances = {"bit_line": 2.0, "ground": 1.2, "supply": 3.0}
    keys = [f"wires.{name}_resistance_per_cell={r}" for name, r in resistances.items()]
    for at in ("near", "both"):
        design = make_design("8t_xnor", *WIRES, *keys, f"wires.rails_at={at}", "wires.load_at=far")
        outputs = ("bl_near", "blb_near", "bl", "blb", "vdd#branch")
        amplified = design.replace({"wires.amplifier_at": "near"})
        ours = solve(pool, [column_job(amplified, 24, order, outputs)])[0]
        hand = hand_written_column(
            products_of(24, order),
            technology_cards(design),
            **resistances,
            load_last=True,
            both_rails=at == "both",
        )
        theirs = solve(pool, [hand])[0]
        np.testing.assert_allclose(ours[:4], theirs[:4], atol=5e-6, rtol=0)
        assert ours[4] == pytest.approx(theirs[4], rel=1e-5)


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_without_resistance_the_column_is_the_lumped_one(make_design, pool, topology):
    none = [f"wires.{w}_resistance_per_cell=0.0" for w in ("bit_line", "ground", "supply")]
    level = (20, 44) if topology == "8t_xnor" else (20, 30)
    lumped = make_design(topology)
    cards = technology_cards(lumped)
    one, other = (
        solve(pool, [nominal_job(d, cards, *level)])[0, :2]
        for d in (lumped, make_design(topology, *WIRES, *none))
    )
    np.testing.assert_allclose(one, other, atol=1e-9, rtol=0)


def test_uniform_ladder_is_a_hyperbolic_cosine(make_design, pool):
    """Resistors in the place of cells: V_r = A cosh((n - 1/2 - r) t), 2 cosh t - 2 = R g."""
    rows, r, g, r_load = 16, 50.0, 1e-4, 1e3
    design = make_design(
        "8t_xnor", "column.rows=16", *WIRES, f"wires.bit_line_resistance_per_cell={r}",
        f"wires.ground_resistance_per_cell={r}", "wires.supply_resistance_per_cell=0.0",
    )  # fmt: skip
    wires = DistributedWires(design, rows)
    circuit = Circuit("ladder")
    circuit.V("dd", "vdd", circuit.gnd, "DC 1.0")
    circuit.R("load", "vdd", "bl", r_load)
    circuit.R("other", "vdd", "blb", r_load)
    for row in range(rows):
        nodes = wires.row_nodes(row)
        circuit.R(f"cell{row}", nodes["bl"], circuit.gnd, 1 / g)
        circuit.I(f"ground{row}", "vdd", nodes["vss"], "DC 1e-4")
    wires.add_to(circuit)
    nodes = [wires.row_nodes(row) for row in range(rows)]
    outputs = ("bl", *(n["bl"] for n in nodes), "bl_far", *(n["vss"] for n in nodes))
    text = str(circuit).removeprefix(".title ") + ".options gmin=1e-15 reltol=1e-9\n.end\n"
    (found,) = solve(pool, [Job(text, OperatingPoint(), outputs)])
    t = np.arccosh(1 + r * g / 2)
    shape = np.cosh((rows - 0.5 - np.arange(rows)) * t)
    at_load = shape[0] + g * shape.sum() * r / 2
    scale = 1 / (at_load + g * shape.sum() * r_load)
    expected = [at_load, *shape, shape[-1]]
    np.testing.assert_allclose(found[: rows + 2], scale * np.array(expected), rtol=1e-8)
    # Equal currents into a rail that ends in ideal ground twice: a parabola.
    middle = (rows - 1) / 2
    parabola = rows / 4 + (middle**2 - (np.arange(rows) - middle) ** 2) / 2
    np.testing.assert_allclose(found[rows + 2 :], 1e-4 * r * parabola, rtol=1e-8)


def test_capacitance_of_a_bit_line_is_that_of_its_cells(make_design):
    design = make_design("8t_xnor", *WIRES)
    for wires in (design, design.replace({"wires.bit_line_resistance_per_cell": 0.0})):
        circuit = Circuit("capacitors")
        DistributedWires(wires, ROWS).add_to(circuit)
        found = [float(e.capacitance) for e in circuit.elements if e.name.startswith("Cwire_bl")]
        # Both lines, each 64 cells of 0.2 fF.
        assert sum(found) == pytest.approx(2 * 64 * 0.2e-15, rel=1e-12, abs=0)


def test_mismatch_and_places_are_drawn_with_the_sample(make_design, pool):
    """A sample is the same alone, in plain ngspice, and as a column by hand; others differ."""
    design = make_design("8t_xnor", *BIT_LINE)
    cards = technology_cards(design)
    (result,) = pool.run([nominal_job(design, cards, 24, 40)])
    nominal = nominal_level(24, 40, result)
    assert nominal.guess is not None
    samples = solve(pool, mismatch_jobs(design, cards, nominal, [[3], [4]]))
    seed = design.monte_carlo.seed
    printed = run_batch(level_deck(design, 24, 40, seed=seed, sample=3))
    assert printed["cells_flipped"] == 0
    # Another start, another sparse matrix order: within the tolerances of the solver.
    at_far = [printed["v(bl_far)"], printed["v(blb_far)"]]
    np.testing.assert_allclose(at_far, samples[0], atol=2e-6)
    assert abs(samples[0, 0] - samples[1, 0]) > 1e-4
    # Without mismatch what is left is the place of the rows.
    still = design.replace({"mismatch.a_vt": 0.0})
    placed = solve(pool, mismatch_jobs(still, cards, nominal, [[3]]))[0]
    hand = hand_written_column(
        products_of(24, drawn_order(ROWS, seed, 3)), cards, bit_line=PER_CELL
    )
    np.testing.assert_allclose(placed, solve(pool, [hand])[0, 2:4], atol=5e-6)
    with pytest.raises(ValueError, match="a deck each"):
        list(mismatch_jobs(design, cards, nominal, [[3, 4]]))


def test_a_sample_has_its_rows_in_the_same_places_at_every_level(make_design):
    design = make_design("6t", *WIRES)
    assert drawn_order(ROWS, 1, 7) == drawn_order(ROWS, 1, 7)
    assert drawn_order(ROWS, 1, 7) != drawn_order(ROWS, 1, 8) != drawn_order(ROWS, 2, 8)

    def products(n_plus, n_minus):
        column = sample_column(design, n_plus, n_minus, 7)
        cell = column.cell
        return np.array([cell.product(g.weight, g.neuron) for g in column.groups])

    one, next_one = products(10, 20), products(11, 20)
    assert [(one == p).sum() for p in (1, -1, 0)] == [10, 20, 34]
    # One more row with +1, so that the -1 rows begin one further on.
    assert set(zip(one[one != next_one], next_one[one != next_one], strict=True)) == {
        (-1, 1),
        (0, -1),
    }
    lumped = sample_column(make_design("6t"), 10, 20, 7)
    assert lumped.groups == level_rows(lumped.cell, ROWS, 10, 20)


@pytest.mark.parametrize(("n_plus", "n_minus"), [(32, 32), (8, 56), (10, 20), (0, 64), (1, 0)])
def test_even_order_spreads_every_product_over_the_column(make_design, n_plus, n_minus):
    cell = cell_of(make_design("6t"))
    rows = placed_rows(cell, ROWS, n_plus, n_minus, even_order(ROWS, n_plus, n_minus))
    products = np.array([cell.product(row.weight, row.neuron) for row in rows])
    for product, count in ((1, n_plus), (-1, n_minus), (0, ROWS - n_plus - n_minus)):
        mine = np.cumsum(products == product)
        assert mine[-1] == count
        # Nowhere more than two rows from an even share: three kinds compete for a place.
        assert np.abs(mine - count * np.arange(1, ROWS + 1) / ROWS).max() < 2


def test_word_line_delay_is_that_of_a_ladder(make_design, pool):
    """What a line with the same pieces loses between driver and column is its Elmore delay."""
    design = make_design("8t_xnor", *WIRES, "wires.word_line_resistance_per_cell=40.0")
    keys = design.wires.model_copy(update={"word_line_columns": 12, "word_line_column": 7})
    r, c = keys.word_line_resistance_per_cell, keys.word_line_capacitance_per_cell
    lines = ["word line", "Vwl n0 0 PWL(0 0 10p 0 40p 0.5)"]
    pieces = 20  # per cell: a uniform line
    for i in range(12 * pieces):
        lines += [f"R{i} n{i} n{i + 1} {r / pieces}", f"C{i} n{i + 1} 0 {c / pieces}"]
    middle = f"n{7 * pieces + pieces // 2}"
    job = Job("\n".join([*lines, ".end\n"]), Transient(200e-12, 0.2e-12), ("n0", middle))
    (result,) = pool.run([job])
    time, driven, seen = result.values
    area = trapezoid(driven - seen, time) / 0.5
    # The line in pieces has half a piece more: 1 / 40 of a cell.
    assert area == pytest.approx(word_line_delay(keys), rel=0.01)
    assert area > 1e-12


def test_one_pole_of_a_pulse(make_design):
    """The exact response, from the convolution integral; the pulse is shorter than its pole."""
    edge, delay = 30e-12, 80e-12
    driven = pulse(0.5, 0.0, 0.5, 100e-12, 200e-12, edge)
    seen = after_one_pole(driven, delay)
    assert seen.dc == 0.5
    fine = np.linspace(0, 1e-9, 100_001)
    given = np.interp(fine, *np.array(driven.corners).T)
    exact, step = np.zeros_like(fine), fine[1] / delay
    for i in range(1, fine.size):  # trapezoidal rule
        exact[i] = (exact[i - 1] * (1 - step / 2) + step * given[i - 1 : i + 1].mean()) / (
            1 + step / 2
        )
    found = np.interp(fine, *np.array(seen.corners).T)
    # 0.6 % of 0.5 V between the corners.
    np.testing.assert_allclose(found, exact, atol=3e-3)
    assert after_one_pole(driven, 0.0) == driven
    assert after_one_pole(Source(0.5), delay) == Source(0.5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"wires.load_at": 64}, "wires.load_at: the column has no such row .*0 to 63"),
        ({"wires.amplifier_at": "middle"}, "wires.amplifier_at: not an end of the column"),
        ({"wires.amplifier_at": 1.5}, "wires.amplifier_at: not an end of the column"),
        ({"wires.load_at": True}, "wires.load_at: not an end"),
        ({"wires.word_line_column": 64}, "wires.word_line_column: .*0 to 63"),
        ({"wires.bit_line_resistance_per_cell": -1.0}, "wires.bit_line_resistance_per_cell"),
        ({"wires.model": "lump"}, "wires.model"),
        ({"wires.resistance": 1.0}, "wires.resistance"),
    ],
)
def test_what_is_wrong_with_wires_is_said(make_design, change, said):
    with pytest.raises(InputError, match=said):
        make_design("8t_xnor").replace(change)


def test_rows_that_differ_by_their_place_are_not_merged(make_design):
    design = make_design("8t_xnor", *WIRES)
    assert len(column_of(design, 32, 32, merged=True).groups) == ROWS
    with pytest.raises(InputError, match="distributed"):
        level_deck(design, 32, 32, merged=True)
