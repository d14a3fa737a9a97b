"""Where decisions turn: latches of known threshold, and a real one by hand-made bisection."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.amplifier.sense_threshold import bench_at, find_thresholds, transistor_sigma
from sram_spice.amplifier.threshold_shift import threshold_shifts
from sram_spice.amplifier.turning_point import Decided, find_turns, read_decision
from sram_spice.column.context import Context
from sram_spice.column.levels import nominal_job
from sram_spice.generators import column_of
from sram_spice.generators.deck import QUICK_OPTIONS
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.simulation import Job, Transient
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

VDD, GROWTH, END = 1.0, 12e-12, 300e-12
TIME = np.linspace(0.0, 320e-12, 3201)


def latch(v_in: float, threshold: float, growth: float = GROWTH) -> Decided:
    """The textbook's latch: the difference grows e-fold per time constant, up to the supply."""
    difference = VDD * np.tanh((v_in - threshold) * np.exp(TIME / growth) / VDD)
    return read_decision(v_in, TIME, difference, 0.0, END, VDD)


def turns_of(thresholds, tolerance=1e-6, reach=0.1):
    asked = []

    def decide(wanted):
        asked.extend(wanted)
        return {i: latch(v, thresholds[i]) for i, v in wanted.items()}

    n = len(thresholds)
    found = find_turns(decide, [(-reach, reach)] * n, [()] * n, [1e-3] * n, 5e-3, tolerance)
    return found, [asked.count(i) for i in range(n)]


def test_the_threshold_of_a_textbook_latch_is_found_in_few_decisions():
    thresholds = [0.0, 1.5e-3, -7.3e-3, 40e-3, -99e-3]
    found, taken = turns_of(thresholds)
    assert [one.at for one in found] == pytest.approx(thresholds, abs=1e-6)
    assert max(one.resolution for one in found) <= 2e-6
    # Bisection of 0.2 V to 2 uV takes 17 halvings and both ends.
    assert max(taken[:-1]) <= 8
    assert taken[-1] <= 19  # at the end of the range


def test_growth_and_delay_are_those_of_the_exponential():
    one = latch(1e-3, 0.0)
    assert one.growth == pytest.approx(GROWTH, rel=0.01)  # tanh bends it at 15 % of VDD: 0.8 %
    assert one.delay == pytest.approx(GROWTH * np.log(0.05 / 1e-3), rel=0.01)
    assert latch(-1e-3, 0.0).sign == -1.0


@pytest.mark.parametrize("threshold", [-0.15, 0.15])
def test_a_decision_that_does_not_turn_within_the_range_has_no_threshold(threshold):
    (found,), _ = turns_of([threshold])
    assert np.isnan(found.at)


def test_an_unknown_decision_is_no_threshold():
    def decide(wanted):
        return {i: Decided(v, 0.0, 0.0, END, np.nan) for i, v in wanted.items()}

    (found,) = find_turns(decide, [(-0.1, 0.1)], [()], [0.0], 5e-3, 1e-6)
    assert np.isnan(found.at)


def test_a_score_that_misleads_costs_decisions_and_no_accuracy():
    """A latch whose growth is that of another one at every input: only its signs are true."""
    generator = np.random.default_rng(1)

    def decide(wanted):
        return {i: latch(v, 13.7e-3, 10e-12 * generator.uniform(0.3, 3)) for i, v in wanted.items()}

    (found,) = find_turns(decide, [(-0.1, 0.1)], [()], [0.0], 5e-3, 10e-6)
    assert found.at == pytest.approx(13.7e-3, abs=20e-6)


def test_inputs_so_far_apart_that_every_decision_is_there_at_once_cost_no_threshold():
    def decide(wanted):
        return {i: Decided(v, 1.0 if v > 0.062 else -1.0, 0.05, 0.0, np.nan)
                for i, v in wanted.items()}  # fmt: skip

    (found,) = find_turns(decide, [(-0.1, 0.1)], [()], [1e-3], 5e-3, 0.2e-3)
    assert found.at == pytest.approx(0.062, abs=0.4e-3)


@pytest.fixture(scope="module")
def context(make_design, pool):
    design = make_design("8t_xnor", "column.rows=8", "column.load_width=2.5e-7")
    return Context(design, technology_cards(design), pool, Silent())


def bisected(pool, job, read, low, high, rounds):
    """Halve an interval by the sign of a decision; nothing of the search is used."""
    for _ in range(rounds):
        middle = (low + high) / 2
        point = job(middle)
        (result,) = pool.run([point])
        low, high = (low, middle) if read(result.values) > 0 else (middle, high)
    return (low + high) / 2


@pytest.mark.parametrize("topology", ["strongarm", "isolated_latch"])
def test_a_real_latch_turns_where_bisection_says(make_design, pool, topology):
    design = make_design("8t_xnor", f"sense_amplifier.topology={topology}")
    context = Context(design, technology_cards(design), pool, Silent())
    bench = bench_at(design, 0.65)
    shifts = np.zeros((1, transistor_sigma(bench).size))
    shifts[0, [t.name for t in bench.transistors()].index("in_l")] = 8e-3
    found = find_thresholds(context, bench, shifts).values[0]

    def job(v_in):
        deck = bench.deck(context.cards, QUICK_OPTIONS)
        analysis = Transient(bench.decided + 5e-12, 5e-12, sample_at=bench.decided)
        points = np.array([[*shifts[0], v_in]])
        return Job(deck, analysis, bench.latch, alter=(*bench.alter, "@vin[dc]"), points=points)

    by_hand = bisected(pool, job, lambda v: v[0] - v[1], -20e-3, 20e-3, 12)
    # Half of the last interval, 5 uV, and the search's own 10 uV.
    assert found == pytest.approx(by_hand, abs=15e-6)


def test_other_taps_are_looked_up_where_the_first_ones_were(context, pool):
    """What is known of a column serves its next taps, which turn as far from the tap."""
    column = column_of(context.design, 4, 4, merged=True)
    (level,) = pool.run([nominal_job(context.design, context.cards, 4, 4)])
    levels = [float(level.values[0])]
    first = threshold_shifts(context, [(MlsaBench(column, (0.66,), "parallel"), 0)], levels)
    moved = MlsaBench(column, (0.66 - first[0].shift,), "parallel")
    again = threshold_shifts(context, [(moved, 0)], levels, first)
    alone = threshold_shifts(context, [(moved, 0)], levels)
    assert again[0].shift == pytest.approx(alone[0].shift, abs=0.2e-3)  # one tolerance
    # The tap moved by it: the decision turns where the reference is to be.
    assert 0.66 - first[0].shift + again[0].shift == pytest.approx(0.66, abs=0.4e-3)
