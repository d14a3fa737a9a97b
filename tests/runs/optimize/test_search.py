"""The search on functions whose front is known: nothing is simulated here."""

from __future__ import annotations

import math
import random
import sys

import numpy as np
import pytest

from sram_spice.errors import InputError
from sram_spice.report.optimize_tables import BROKEN, KEPT
from sram_spice.runs.optimize.front_set import front_of, hypervolume
from sram_spice.runs.optimize.judged import Judgement
from sram_spice.runs.optimize.kept_proposals import KeptProposals
from sram_spice.runs.optimize.proposals import Past, Proposer, ranked_costs
from sram_spice.runs.optimize.search import Outcome, Wanted, best_of, most_failed, search
from sram_spice.runs.optimize.target import Objective
from sram_spice.runs.optimize.variable import Variable

VARIABLES = tuple(Variable(f"cell.x{i}", 0.0, 1.0) for i in range(4))
OBJECTIVES = (Objective("energy"), Objective("mse"))
CORNER = (1.1, 6.0)


def stand_in(values):
    """Problem ZDT1 with a limit: least costs (f, 1 - sqrt(f)) where x1 = x2 = x3 = 0, x0 <= 0.8."""
    first, *others = (float(value) for _, value in values)
    spread = 1 + 9 * sum(others) / len(others)
    numbers = {"energy": first + 1e-3, "mse": spread * (1 - math.sqrt(first / spread))}
    beyond = first + others[0] - 0.8
    if beyond > 0:
        return Judgement(BROKEN, numbers, {"limit": beyond}, "ss, 0.9 V, 27 degC", "", beyond)
    return Judgement(KEPT, numbers)


def proposer(seed=1, batch=8):
    return Proposer(VARIABLES, OBJECTIVES, seed, batch)


class Workers:
    """Finish a batch in any order; each point is evaluated once, as the store of points does it."""

    def __init__(self, shuffle=None, kept=None, stop_after=None):
        self.shuffle, self.kept, self.left = shuffle, {} if kept is None else kept, stop_after
        self.evaluated = 0

    def __call__(self, wanted):
        wanted = list(wanted)
        if self.shuffle is not None:
            random.Random(self.shuffle).shuffle(wanted)
        for one in wanted:
            if one.values not in self.kept:
                if self.left is not None and self.evaluated >= self.left:
                    raise KeyboardInterrupt
                self.kept[one.values] = stand_in(one.values)
                self.evaluated += 1
            yield Outcome(one.number, one.values, self.kept[one.values])


class Remembered:
    def __init__(self):
        self.batches = {}

    def batch(self, number):
        return self.batches.get(number)

    def keep(self, number, batch):
        self.batches[number] = list(batch)


def found_by(points=60, seed=1, batch=8, workers=None, proposals=None):
    outcomes = search(
        proposer(seed, batch), points, workers or Workers(), proposals or Remembered()
    )
    return sorted(outcomes, key=lambda one: one.number)


def volume(outcomes):
    good = [one.judgement.numbers for one in outcomes if one.judgement.feasible]
    return hypervolume([[n["energy"], n["mse"]] for n in good], CORNER)


def random_search(seed, points):
    drawn = np.random.default_rng(seed).random((points, len(VARIABLES))).tolist()
    values = [tuple(zip((v.key for v in VARIABLES), row, strict=True)) for row in drawn]
    return [Outcome(i, one, stand_in(one)) for i, one in enumerate(values)]


def test_beats_random_search_at_the_same_number_of_points():
    """Median of 5 seeds; the front itself: the integral of 5 + sqrt(f) up to 0.8, then level."""
    searched = np.median([volume(found_by(80, seed)) for seed in range(5)])
    at_random = np.median([volume(random_search(seed, 80)) for seed in range(5)])
    best = 5 * 0.8 + 2 / 3 * 0.8**1.5 + 0.3 * (5 + math.sqrt(0.8))
    assert best == pytest.approx(6.245, abs=2e-3)
    assert at_random < 0.75 * best
    assert 0.85 * best < searched < best


def test_the_order_in_which_workers_finish_changes_nothing():
    assert found_by(40) == found_by(40, workers=Workers(shuffle=3))


@pytest.mark.parametrize("stop", [0, 3, 8, 15, 16, 17, 24, 29])
def test_a_killed_search_ends_with_the_same_points(stop):
    whole = found_by(32)
    kept, proposals = {}, Remembered()
    with pytest.raises(KeyboardInterrupt):
        found_by(32, workers=Workers(kept=kept, stop_after=stop, shuffle=1), proposals=proposals)
    assert len(kept) == stop
    again = Workers(kept=kept)
    assert found_by(32, workers=again, proposals=proposals) == whole
    assert again.evaluated == 32 - stop
    # Also where the record of proposals is lost: they are asked anew.
    assert found_by(32, workers=Workers(kept=kept), proposals=Remembered()) == whole


def test_more_points_go_on_from_fewer():
    assert found_by(37)[:20] == found_by(20)
    assert found_by(3)[:3] == found_by(8)[:3]


def test_seed_and_batch_lead_to_other_points():
    first = found_by(24)
    assert found_by(24, seed=2) != first
    assert found_by(24, batch=4)[16:] != first[16:]


def test_starts_evenly_and_with_the_design_itself():
    """A Latin hypercube of 16: each key once in each sixteenth of its range."""
    own = tuple((one.key, 0.5) for one in VARIABLES)
    with_own = Proposer(VARIABLES, OBJECTIVES, 1, 16, own).propose(0, [])
    table = np.array([[v for _, v in values] for values in proposer(batch=16).propose(0, [])])
    for column in table.T:
        assert sorted((16 * column).astype(int)) == list(range(16))
    assert with_own[0] == own
    assert with_own[1:] == proposer(batch=16).propose(0, [])[1:]


def test_learns_from_points_that_break_a_limit():
    """Without a single good point the next ones go where less is broken."""
    variables = (Variable("cell.x0", 0.0, 1.0),)
    one = Proposer(variables, OBJECTIVES, 1, 8)
    past = [Past((("cell.x0", x),), None, 5.0 + x) for x in np.linspace(0, 1, 24).round(3).tolist()]
    drawn = [float(v) for b in range(3, 7) for ((_, v),) in one.propose(b, past)]
    assert np.mean(drawn) < 0.3


def test_few_choices_are_not_repeated():
    """12 designs in 12 points, though nothing is learnt of which were there."""
    variables = (Variable("column.rows", 8, 10), Variable("mlsa.levels", choices=(2, 4, 6, 8)))
    one, past = Proposer(variables, OBJECTIVES, 1, 4), []
    for number in range(3):
        past += [Past(values, (1.0, 1.0), 0.0) for values in one.propose(number, past)]
    assert len({p.values for p in past}) > 10
    assert all(isinstance(p.values[0][1], int) for p in past)


def test_conditions_that_fail_most_come_first():
    def failed(number, where):
        return Outcome(number, (), Judgement(BROKEN, {}, {}, where, "", 1.0))

    names = ["ss, hot", "ff, hot", "ff, hot", "columns", ""]
    done = [failed(i, name) for i, name in enumerate(names)]
    assert most_failed(done) == ("ff, hot", "ss, hot")
    asked = []

    def evaluate(wanted):
        asked.extend(one.order for one in wanted)
        yield from (failed(one.number, "fs, cold" if one.number < 8 else "") for one in wanted)

    list(search(proposer(), 16, evaluate, Remembered()))
    assert asked == [()] * 8 + [("fs, cold",)] * 8


def test_proposals_are_kept_and_belong_to_their_search(tmp_path):
    batch = [(("cell.x0", 0.25), ("mlsa.sensing", "single_ended"), ("column.rows", 8))]
    first = KeptProposals(tmp_path, "a")
    first.keep(0, batch)
    again = KeptProposals(tmp_path, "a")
    assert again.batch(0) == batch
    assert isinstance(again.batch(0)[0][2][1], int)
    assert again.batch(1) is None
    assert KeptProposals(tmp_path, "b").batch(0) is None
    (tmp_path / "proposals.json").write_text('{"identity": "a", "batches": 1')
    assert KeptProposals(tmp_path, "a").batch(0) is None


def test_the_front_against_a_search_by_hand():
    costs = np.random.default_rng(2).random((60, 3)).round(1)
    costs[7] = [np.nan, 0, 0]
    front = front_of(costs)
    for i, mine in enumerate(costs):
        beaten = any(
            (other <= mine).all() and (other < mine).any()
            for other in costs
            if np.isfinite(other).all()
        )
        same = any((costs[j] == mine).all() for j in front if j != i)
        assert (i in front) == (bool(np.isfinite(mine).all()) and not beaten and not same), i
    assert front_of(np.empty((0, 2))) == []


@pytest.mark.parametrize("objectives", [1, 2, 3, 4])
def test_the_hypervolume_against_counted_points(objectives):
    """200,000 points of the unit cube: to 4 sigma, 0.0045."""
    draws = np.random.default_rng(1)
    costs = draws.random((12, objectives)) ** 0.5
    at = draws.random((200_000, objectives))
    beaten = (costs[:, None, :] <= at[None]).all(axis=2).any(axis=0).mean()
    assert hypervolume(costs, [1.0] * objectives) == pytest.approx(beaten, abs=0.0045)


def test_the_hypervolume_of_steps_in_closed_form():
    assert hypervolume([[1, 3], [2, 1], [5, 0], [2, 2]], (4, 4)) == 3 * 1 + 2 * 2
    assert hypervolume([], (4, 4)) == 0


def test_best_of_leaves_out_what_breaks_a_limit_and_knows_the_largest():
    def one(number, energy, swing, status=KEPT):
        return Outcome(number, (), Judgement(status, {"energy": energy, "swing": swing}))

    outcomes = [one(0, 2, 1), one(1, 3, 5), one(2, 1, 9, BROKEN), one(3, 1, 0.5), one(4, 4, 4)]
    assert best_of(outcomes, (Objective("energy"), Objective("swing", largest=True))) == [3, 0, 1]


def test_costs_count_in_factors_and_keep_their_order():
    small = Objective("energy")
    costs = [ranked_costs([small], [v])[0] for v in (0.0, 1e-15, 1e-12, 2e-12, 3.0)]
    assert costs == sorted(costs)
    assert costs[3] - costs[2] == pytest.approx(math.log10(2))
    large = Objective("swing", largest=True)
    assert ranked_costs([large], [0.2]) < ranked_costs([large], [0.1]) < ranked_costs([large], [0])


def test_a_wanted_point_knows_no_order_at_first():
    assert Wanted(0, ()).order == ()


def test_points_at_random_learn_nothing():
    one = Proposer(VARIABLES, OBJECTIVES, 1, 8, at_random=True)
    past = [Past(values, (1.0, 1.0), 0.0) for values in one.propose(0, [])]
    assert one.propose(3, past) == one.propose(3, [])
    drawn = np.array([[v for _, v in p] for b in range(50) for p in one.propose(b, [])])
    # 400 uniform draws of each key: mean 0.5 to 4 sigma.
    assert np.abs(drawn.mean(axis=0) - 0.5).max() < 4 * (1 / 12 / 400) ** 0.5


def test_without_optuna_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r"sram-spice\[optimize\]"):
        proposer().propose(2, [])
