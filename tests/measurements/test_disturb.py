"""Compute disturb: the cell in its column, the tail, the access; on the real simulator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from sram_spice.column.context import Context
from sram_spice.column.levels import mismatch_job, nominal_job, nominal_level
from sram_spice.generators import RowGroup, cell_of, column_deck, column_of
from sram_spice.generators.column import Column
from sram_spice.generators.rows import level_rows, merge
from sram_spice.measurements import disturb
from sram_spice.measurements.disturb import Disturb, Loss, disturb_levels, loss_model, verdict
from sram_spice.measurements.disturb_access import LossModel, any_of
from sram_spice.measurements.disturb_cell import CellInColumn
from sram_spice.measurements.disturb_column import Surroundings, surroundings
from sram_spice.measurements.disturb_level import level_loss, pessimistic
from sram_spice.measurements.measurement import measurement_of
from sram_spice.measurements.tail import SamplingPlan, plain_monte_carlo
from sram_spice.runs.sweep.point_key import DisturbPlan
from sram_spice.simulation import Job, OperatingPoint, SimulatorPool, Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards
from tests.measurements.own_columns import own_of

OK = Status.OK
UNSAFE = ("column.word_line_voltage=0.7", "column.load_width=4e-6")


def context_of(design, pool):
    return Context(design, technology_cards(design), pool, Silent())


def unsafe(make_design, topology, samples, pool):
    return context_of(make_design(topology, *UNSAFE, f"monte_carlo.samples={samples}"), pool)


# The access: pure numbers.


def test_any_of_independent_cells():
    p = np.array([0.3, 1e-3, 1e-9])
    counts = np.array([8.0, 8.0, 8.0])
    found = any_of(counts, norm.isf(p), np.zeros(3))
    np.testing.assert_allclose(found, -np.expm1(8 * np.log1p(-p)), rtol=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_any_of_one_cell_is_that_cell(share):
    p = np.array([0.4, 1e-2, 1e-6, 1e-20, 1e-40])
    found = any_of(np.ones(5), norm.isf(p), np.full(5, share))
    np.testing.assert_allclose(found, p, rtol=1e-6)


def test_any_of_cells_that_share_their_bit_line():
    """Against 1e6 draws of the shared and the own parts."""
    random = np.random.default_rng(1)
    z, own = random.standard_normal((200_000, 1)), random.standard_normal((200_000, 5))
    lost = (np.sqrt(0.6) * z + np.sqrt(0.4) * own > 1.2).any(axis=1).mean()
    (found,) = any_of(np.array([5.0]), np.array([1.2]), np.array([0.6]))
    assert found == pytest.approx(lost, abs=4 * np.sqrt(lost * (1 - lost) / 200_000))
    assert found < 0.8 * any_of(np.array([5.0]), np.array([1.2]), np.zeros(1))[0]


def test_no_cell_is_never_lost():
    assert any_of(np.zeros(1), np.array([-5.0]), np.array([0.2]))[0] == 0.0


def test_both_bit_lines_count_and_a_higher_one_is_no_safer_than_the_last_known():
    table = [[0.2, 0.4], [1e-2, 1e-6], [5e-3, 1e-7], [2e-2, 1e-5], [0, 0], [1e-2, 1e-6]]
    model = LossModel(*np.array(table))
    levels, lines = np.array([[1.0, 2.0], [1.0, 0.0]]), np.array([[0.2, 0.9], [0.3, 1.0]])
    both, one = model.access_loss(levels, lines)
    assert both == pytest.approx(1e-2 + 2e-6, rel=1e-4)
    # Linear in the reliability index between the two.
    middle = norm.sf((norm.isf(1e-2) + norm.isf(1e-6)) / 2)
    assert one == pytest.approx(middle, rel=1e-6)
    assert model.access_loss(levels, lines, "high")[0] > 2e-2


# The cell in its column.


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_decision_is_the_sign_of_the_distance(make_design, pool, topology):
    """The operating point from the rails finds the stored state wherever the sweep does."""
    context = unsafe(make_design, topology, 20, pool)
    (around,) = surroundings(context, [(1, 63)])
    cell = CellInColumn(context, around)
    u = np.random.default_rng(1).standard_normal((150, cell.dimension))
    distance, decision = cell.distance(u), cell.decision(u)
    clear = np.abs(distance) > 5e-4  # V; what the sweep resolves
    assert clear.sum() > 130
    assert 20 < (decision < 0).sum() < 130
    np.testing.assert_array_equal(np.sign(distance[clear]), decision[clear])


def test_equivalent_of_the_column_is_the_column(make_design, pool):
    """A mismatched cell among 63 nominal ones holds exactly when the bench says so."""
    context = unsafe(make_design, "6t", 2, pool)
    design, level = context.design, (1, 63)
    (around,) = surroundings(context, [level])
    open_column = column_of(
        design.model_copy(update={"column": design.column.model_copy(update={"rows": 63})}),
        0,
        63,
        merged=True,
    )
    job = Job(column_deck(open_column, context.cards).text, OperatingPoint(), ("bl",))
    (result,) = pool.run([job])
    around = replace(around, v_bl=float(result.values[0]), v_bl_sigma=0.0)
    cell = CellInColumn(context, around)
    u = np.random.default_rng(2).standard_normal((200, cell.dimension))
    predicted = cell.decision(u)

    rows = level_rows(cell_of(design), 64, *level)
    groups = (RowGroup(rows[0].weight, rows[0].neuron), *merge(rows[1:]))
    column = Column(design, cell_of(design), column_of(design, *level).readout, groups)
    deck = column_deck(column, context.cards)
    job = Job(
        deck.text,
        OperatingPoint(),
        ("bl",),
        latches=column.latches,
        alter=deck.alter[: cell.dimension - 1],
        points=u[:, :-1] * cell.sigma,
        separation=1e-3,
    )
    results = sorted(pool.run([job]), key=lambda r: r.point)
    # Where the cell cannot hold, the solver may also end with all others flipped and it alone held.
    real = np.array([1.0 if r.status is Status.OK else -1.0 for r in results])
    assert 40 < (real < 0).sum() < 160
    # Linearized resistance, nominal BLB: worth 1 mV of bit line at most, of 30 mV of sigma.
    clear = np.abs(cell.distance(u)) > 1.5e-3
    assert clear.sum() > 180
    np.testing.assert_array_equal(real[clear], predicted[clear])


def test_surroundings_are_the_column(make_design, pool):
    """Bit line without the cell, lifted by the cell's current through R, is the whole column's."""
    context = unsafe(make_design, "8t_xnor", 30, pool)
    low, high = surroundings(context, [(1, 63), (32, 32)])
    assert low.status is Status.OK
    assert low.columns == 30
    assert low.v_bl < low.v_bl_nominal < high.v_bl_nominal
    assert high.v_blb == pytest.approx(high.v_bl_nominal, abs=1e-4)  # the mirror level
    assert 50 < low.resistance < 500  # ohm: 63 cells in parallel
    # The nominal columns' own difference is below 10 mV; mismatch bends the mean down a little.
    assert low.v_bl_nominal - low.v_bl < 0.01
    assert 2e-3 < low.v_bl_sigma < 8e-3


# The tail.


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_tail_agrees_with_plain_monte_carlo(make_design, pool, topology):
    """At some 1e-3, where 20,000 plain samples still count some 20."""
    context = unsafe(make_design, topology, 60, pool)
    (around,) = surroundings(context, [(11, 53)])
    cell = CellInColumn(context, around)
    loss = level_loss(context, around, SamplingPlan(variation=0.05))
    plain = plain_monte_carlo(cell.decision, cell.dimension, np.random.default_rng(9), 20_000)
    assert 2e-4 < loss.estimate.probability < 5e-3
    assert plain.failing >= 5
    assert loss.estimate.failed == plain.failed == 0
    # The tail is known to 5 %, so it has to lie within what the plain samples leave open.
    assert plain.low < loss.estimate.probability < plain.high


@pytest.mark.slow
@pytest.mark.parametrize("n_plus", [1, 8])
def test_unsafe_design_loses_as_many_columns_as_predicted(make_design, pool, n_plus):
    """Full columns, every transistor mismatched: losing any cell, cascades count once."""
    context = unsafe(make_design, "6t", 40, pool)
    design = make_design("6t", *UNSAFE, "monte_carlo.seed=77")
    level = (n_plus, 64 - n_plus)
    (around,) = surroundings(context, [level])
    loss = level_loss(context, around)
    model = loss_model([around], [loss])
    counts, line = np.array([n_plus]), np.array([around.v_bl_nominal])
    low, high = (float(model.any_loss(counts, line, bound)[0]) for bound in ("low", "high"))

    (result,) = pool.run([nominal_job(design, context.cards, *level)])
    nominal = nominal_level(*level, result)
    assert nominal.status is Status.OK  # safe without mismatch
    results = list(pool.run([mismatch_job(design, context.cards, nominal, range(100))]))
    flipped = sum(r.status is Status.FLIPPED for r in results)
    counted = binomtest(flipped, 100).proportion_ci(0.99)
    assert counted.low < high
    assert low < counted.high
    assert low > 1e-2


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_default_design_keeps_its_data(make_design, pool, topology):
    """The bound that the default design was chosen for: 1e-6 in one access at the worst level."""
    context = context_of(make_design(topology, "monte_carlo.samples=60"), pool)
    (around,) = surroundings(context, [(1, 63)])
    loss = level_loss(context, around)
    assert loss.estimate.target_met
    assert loss.beta > 8
    assert loss.high < 1e-12


def losses_of_seeds(context, around, plan=None):
    found = []
    for seed in (1, 2, 3):
        design = context.design.replace({"monte_carlo.seed": seed})
        found.append(level_loss(replace(context, design=design), around, plan))
    return found


@pytest.mark.slow
def test_other_draws_give_intervals_that_overlap(make_design, pool):
    """A point of the map that is lost once in a million accesses."""
    context = unsafe(make_design, "8t_xnor", 60, pool)
    (around,) = surroundings(context, [(16, 48)])
    found = losses_of_seeds(context, around)
    assert not any(one.estimate.bound for one in found)
    assert max(one.estimate.low for one in found) < min(one.estimate.high for one in found)
    assert all(1e-7 < one.estimate.probability < 1e-5 for one in found)


@pytest.mark.slow
def test_far_below_what_anybody_can_defend_only_a_bound_is_said(make_design, pool):
    """Its digits were 1e-104 once; the nearest failure lies at half the distance they came from."""
    design = make_design("8t_xnor", "column.load_width=4e-6", "monte_carlo.samples=40")
    context = context_of(design, pool)
    (around,) = surroundings(context, [(1, 63)])
    found = losses_of_seeds(context, around)
    for one in found:
        assert one.estimate.bound
        assert one.low == 0
        assert 64 * one.high < 1e-15
    # What is found is the same point whatever was drawn: to the 0.3 sigma of the bound.
    betas = [one.beta for one in found]
    assert max(betas) - min(betas) < 0.3
    assert 11 < min(betas) < 14
    # Every cell holds as far out as that in ten thousand directions, the steepest one not known.
    cell = CellInColumn(context, around)
    u = np.random.default_rng(5).standard_normal((2000, cell.dimension))
    u *= (min(betas) - 1) / np.linalg.norm(u, axis=1)[:, None]
    assert (cell.decision(u) > 0).all()


def test_pessimistic_bit_line_is_what_columns_leave_open():
    """Of 1,000 draws of 20 columns, 2.5 % each have their ends beyond the truth."""
    random, beyond = np.random.default_rng(1), np.zeros(2)
    for _ in range(1000):
        drawn = 0.3 + 0.02 * random.standard_normal(20)
        around = Surroundings(1, 63, drawn.mean(), drawn.std(ddof=1), 0.3, 0.9, 100.0, 20, 0, 0, OK)
        worst = pessimistic(around)
        beyond += [worst.v_bl > 0.3, worst.v_bl_sigma < 0.02]
    assert (np.abs(beyond / 1000 - 0.025) < 0.015).all()  # three binomial sigmas


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((1e-20, 1e-22, 1e-17, 1e-20), "below 1e-15"),
        ((3e-19, 1e-22, 2e-14, 3e-19), "below 2e-14"),
        ((1e-9, 1e-10, 1e-8, 0.0), "below 1e-08"),
        ((1e-9, 1e-10, 1e-8, 1e-9), "1e-09 (1e-10 to 1e-08)"),
        ((2e-14, 1e-18, 1e-12, 2e-14), "2e-14 (at most 1e-12)"),
    ],
)
def test_no_digit_is_said_that_nobody_can_defend(args, words):
    found = Loss.known(*args)
    assert found.words == words
    assert found.bound == words.startswith("below")
    assert found.low <= found.value <= found.high
    assert found.low == 0 or found.low >= 1e-15
    assert found.value >= 1e-15


# The measurement.


@pytest.mark.slow
def test_same_answer_from_any_number_of_workers(make_design, pool):
    context = unsafe(make_design, "6t", 4, pool)
    (around,) = surroundings(context, [(8, 56)])
    plan = SamplingPlan(batch=200, largest=200)
    one = level_loss(context, around, plan)
    with SimulatorPool(2) as two:
        (other_around,) = surroundings(replace(context, pool=two), [(8, 56)])
        other = level_loss(replace(context, pool=two), other_around, plan)
    assert other_around == around
    assert other.estimate == one.estimate
    assert (other.beta, other.share) == (one.beta, one.share)


@pytest.mark.slow
def test_measurement_says_unsafe(make_design, pool):
    design = make_design("8t_xnor", *UNSAFE, "column.rows=16", "column.load_width=1e-6")
    design = design.model_copy(
        update={"monte_carlo": design.monte_carlo.model_copy(update={"samples": 30})}
    )
    found = measurement_of("disturb").run(context_of(design, pool))
    assert found.notes[0].startswith("unsafe")
    rows = found.summary.set_index("quantity")
    (worst,) = rows.loc[["disturb_worst"], "mean"]
    assert worst == rows.loc[["disturb_any"], "mean"].max()
    assert worst > 0.1
    (average,) = rows.loc[["disturb_average"], "mean"]
    # Half of all levels hold near n_plus = 8; what is lost is lost where few cells are +1.
    assert 0 < average < worst
    every = found.summary[found.summary.unit == "1"]
    assert (every.mean_low <= every["mean"]).all()
    assert (every["mean"] <= every.mean_high).all()


def test_without_mismatch_only_the_nominal_column_is_reported(make_design, pool):
    design = make_design("6t", "mismatch.a_vt=0.0", "column.word_line_voltage=1.0")
    found = measurement_of("disturb").run(context_of(design, pool))
    assert set(found.summary["quantity"]) == {"disturb_bit_line"}
    assert "unsafe: the nominal column loses data" in found.notes[0]


def test_too_few_columns_give_no_probability(make_design, pool):
    design = make_design("6t", "column.rows=4", "monte_carlo.samples=3")
    found = measurement_of("disturb").run(context_of(design, pool))
    # Once disturb_any was 1, from no evidence.
    assert set(found.summary["quantity"]) == {"disturb_bit_line"}
    assert "3 columns" in found.notes[0]
    assert "monte_carlo.samples" in found.notes[0]


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (Loss(1e-9, 0.0, 1e-7), "safe"),
        (Loss(1e-9, 0.0, 1e-3), "not decided"),
        (Loss(1e-3, 0.0, 1e-2), "unsafe"),
        (Loss(1e-2, 0.0, 1e-2, bound=True), "not decided"),
        (Loss(1e-15, 0.0, 1e-15, bound=True), "safe"),
    ],
)
def test_verdict_is_what_the_interval_allows(loss, said):
    assert verdict(loss) == said


def test_one_row_has_nothing_to_disturb_it(make_design, pool):
    found = measurement_of("disturb").run(context_of(make_design("6t", "column.rows=1"), pool))
    assert found.summary.empty
    assert found.notes


# Whole columns of decks of our own, and which levels are estimated.


@pytest.mark.slow
def test_own_columns_lose_as_often_as_the_worst_level_says(make_design, pool):
    """Point 0.7 V, 4 um of the map; three more by ``python -m tests.measurements.own_columns``."""
    context = unsafe(make_design, "8t_xnor", 40, pool)
    own = own_of(context.design, 1).lost(pool, context.cards.render(), 60, seed=11)
    around, losses = Disturb().estimate(context, disturb_levels(64, (1, 16)))

    def loss(count, bound):
        model = loss_model(around[:count], losses[:count])
        lines = np.array([[around[0].v_bl_nominal, around[0].v_blb]])
        return float(model.access_loss(np.array([[1.0, 63.0]]), lines, bound)[0])

    # Both are known to some 0.06 (60 columns: 95 % of 0.13); the value lies within what they leave.
    assert own.low < loss(2, "value") < own.high
    assert loss(2, "low") < own.high
    assert own.low < loss(2, "high")
    # 63 cells are on a BLB at 0.97 V: with the loss of a cell at 0.15 V a column would never hold.
    assert loss(1, "low") > own.high


def worst_of(measurement, context):
    summary = measurement.run(context).summary
    return summary[summary["quantity"] == "disturb_worst"].iloc[0]


@pytest.mark.parametrize(
    ("high", "visited"),
    [
        ({1: 1e-3, 2: 1e-9, 4: 1e-16, 8: 1e-30}, [1, 2, 4, 8]),  # 64e-16 is above 1e-15
        ({1: 1e-3, 2: 1e-17, 4: 1e-20, 8: 1e-30}, [1, 2]),
        ({1: 1e-20, 2: 1e-22, 4: 1e-24, 8: 1e-30}, [1]),
        ({1: 1e-20, 2: 1e-22, 4: 1e-24, 8: 0.09}, [1]),
    ],
)
def test_levels_are_estimated_as_far_as_they_matter(make_design, monkeypatch, high, visited):
    seen = []

    class Level:
        def __init__(self, n_plus):
            self.n_plus, self.high = n_plus, high[n_plus]

    def at(_, levels):
        seen.extend(levels)
        return [Level(n_plus) for n_plus, _ in levels]

    monkeypatch.setattr(disturb, "surroundings", at)
    monkeypatch.setattr(disturb, "level_loss", lambda _, around: around)
    monkeypatch.setattr(disturb, "_usable", lambda _: True)
    levels = [(n, 64 - n) for n in high]
    around, losses = Disturb(negligible=1e-15).estimate(None, levels)
    assert seen == [(n, 64 - n) for n in visited]
    assert len(around) == len(losses) == len(visited)
    seen.clear()
    Disturb().estimate(None, levels)
    assert seen == levels  # `measure` leaves none out


def test_a_sweep_estimates_the_levels_of_measure():
    assert DisturbPlan().levels == ()
    assert disturb_levels(64, DisturbPlan().levels) == [(n, 64 - n) for n in (1, 2, 4, 8, 16, 32)]


@pytest.mark.slow
def test_what_a_sweep_leaves_out_is_negligible(make_design, pool):
    """The default cell in a short column: stopped, the loss is larger, and still negligible."""
    small = ("column.rows=4", "column.load_width=1.2e-7", "monte_carlo.samples=20")
    context = context_of(make_design("8t_xnor", *small), pool)
    whole, stopped = worst_of(Disturb(), context), worst_of(Disturb(negligible=1e-9), context)
    assert whole["mean"] <= stopped["mean"] < 1e-8
    assert whole["condition"] == stopped["condition"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word_line", "n_plus", "samples"),
    [(0.5, 1, 60), (0.65, 2, 32)],  # all keep their data; nearly all lose it
)
def test_columns_around_a_cell_are_those_of_the_simulator(
    make_design, pool, word_line, n_plus, samples
):
    """The table engine's columns, its own simulation of the same silicon sample by sample."""
    found = []
    for engine in ("table", "spice"):
        design = make_design(
            "8t_xnor",
            f"column.word_line_voltage={word_line}",
            f"monte_carlo.samples={samples}",
            f"monte_carlo.engine={engine}",
        )
        context = Context(design, technology_cards(design), pool, Silent())
        found += surroundings(context, [(n_plus, 64 - n_plus)])
    table, spice = found
    assert (table.lost, table.failed, table.columns) == (spice.lost, spice.failed, spice.columns)
    assert table.status is spice.status
    if samples - spice.lost > 10:
        # Within what the certificate allows of a column, 0.03 mV rms, and of sigma.
        assert table.v_bl == pytest.approx(spice.v_bl, abs=0.05e-3)
        assert table.v_bl_sigma == pytest.approx(spice.v_bl_sigma, rel=0.01)
