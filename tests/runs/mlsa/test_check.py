"""The check of code probabilities: intervals, what is kept of an interrupted one, thresholds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from sram_spice.amplifier.access_samples import MlsaSample, draw
from sram_spice.amplifier.check_codes import (
    INSIDE,
    OUTSIDE,
    check_levels,
    check_summary,
    compare_codes,
)
from sram_spice.amplifier.check_thresholds import Prediction, single_ended_prediction, turning_point
from sram_spice.amplifier.errors import AmplifierErrors, OffsetCurve
from sram_spice.amplifier.sense_threshold import OffsetModel
from sram_spice.amplifier.trim import TrimmedSet, _Taps, _trimmed
from sram_spice.column.context import Context
from sram_spice.design import with_values
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.mlsa.mlsa_code_probability import CommonMode
from sram_spice.runs.mlsa import check as mlsa_check
from sram_spice.runs.mlsa.check import TransientStore
from sram_spice.runs.mlsa.tables import notes
from sram_spice.simulation import Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

LEVEL = (5, 3)
REFERENCES = (0.6, 0.7)


@pytest.fixture(scope="module")
def context(make_design, pool):
    design = make_design("8t_xnor", "column.rows=8", "mlsa.levels=3")
    return Context(design, technology_cards(design), pool, Silent())


@pytest.fixture(scope="module")
def bench(context):
    return MlsaBench(column_of(context.design, *LEVEL), REFERENCES, "parallel", recover=False)


def sample(decisions, status=Status.OK):
    return MlsaSample(0.65, decisions, status)


def compared(bench, predicted, found):
    codes = pd.DataFrame(
        {
            "n_plus": LEVEL[0],
            "n_minus": LEVEL[1],
            "code": pd.array(list(predicted), dtype="Int64"),
            "probability": list(predicted.values()),
        }
    )
    table = compare_codes(codes, {LEVEL: bench}, {LEVEL: found})
    return table.assign(sensing="single_ended")


def test_a_sample_has_the_code_of_its_decisions(bench):
    assert [sample(text).code(bench) for text in ("00", "10", "11")] == [0, 1, 2]
    assert sample("01").code(bench) == 1  # a bubble: the number of ones
    assert sample("1x").code(bench) is None
    assert sample("1x").undecided
    assert sample("10", Status.FLIPPED).code(bench) is None  # no level of its sum
    assert MlsaSample(np.nan, "", Status.NONCONVERGED).code(bench) is None


def test_counts_are_compared_with_binomial_intervals(bench):
    """100 samples, P = 0.5: 99 % of the counts lie in 37 .. 63 (binomial table)."""
    inside = compared(bench, {0: 0.5, 1: 0.5}, [sample("00")] * 63 + [sample("10")] * 37)
    assert inside[["low", "high"]].drop_duplicates().to_numpy().tolist() == [[37, 63]]
    assert inside["counted"].tolist() == [63, 37]
    assert inside["expected"].tolist() == [50.0, 50.0]
    assert inside["comparison"].tolist() == [INSIDE, INSIDE]
    outside = compared(bench, {0: 0.5, 1: 0.5}, [sample("00")] * 64 + [sample("10")] * 36)
    assert outside["comparison"].tolist() == [OUTSIDE, OUTSIDE]


def test_a_code_that_was_not_predicted_is_outside(bench):
    table = compared(bench, {0: 1.0}, [sample("00")] * 9 + [sample("11")])
    assert table.set_index("code")["comparison"].to_dict() == {0: OUTSIDE, 2: OUTSIDE}


def test_how_often_chance_alone_is_outside(bench):
    """Summed over all counts, one by one."""
    table = compared(bench, {0: 0.3, 1: 0.7}, [sample("00")] * 30 + [sample("10")] * 70)
    for row in table.to_dict("records"):
        counts = np.arange(101)
        beyond = (counts < row["low"]) | (counts > row["high"])
        expected = binom.pmf(counts, 100, row["probability"])[beyond].sum()
        assert row["outside_by_chance"] == pytest.approx(expected, rel=1e-9)
        assert 0 < row["outside_by_chance"] < 0.01


def test_what_has_no_code_is_counted(bench):
    found = [sample("00"), sample("x0"), sample("10", Status.FLIPPED)]
    found.append(MlsaSample(np.nan, "", Status.NONCONVERGED))
    table = compared(bench, {0: 0.5, 1: 0.5}, found)
    assert table["counted"].sum() == 1
    facts = check_summary(table)
    assert (facts["undecided"], facts["flipped"], facts["failed"]) == (1, 1, 1)
    assert (facts["transients"], facts["levels"], facts["comparisons"]) == (4, 1, 2)


def test_what_lies_outside_is_noted(bench):
    table = compared(bench, {0: 0.5, 1: 0.5}, [sample("00")] * 64 + [sample("10")] * 36)
    codes = pd.DataFrame({"status": ["ok"], "agrees": True, "in_dead_zone": False, "undecided": 0})
    thresholds = pd.DataFrame({"v_ref_v": [0.6], "shift_after_v": 0.0, "shift_before_v": 0.0})
    (note,) = notes(codes, thresholds, table, None)
    assert note.startswith("2 of 2 counted codes outside the 99 % interval (0.0")
    assert "n_active 8 sum 2 code 0" in note


@pytest.mark.parametrize(("sums", "said"), [([2], "1 level lies"), ([2, 4], "2 levels lie")])
def test_levels_in_a_dead_zone_are_noted(sums, said):
    codes = pd.DataFrame({"sum": sums, "mode": "serial", "n_active": 8, "status": "ok"})
    codes = codes.assign(agrees=False, in_dead_zone=True, undecided=0)
    thresholds = pd.DataFrame({"v_ref_v": [0.6], "shift_after_v": 0.0, "shift_before_v": 0.0})
    (note,) = notes(codes, thresholds, None, None)
    assert note.startswith(f"{said} in a dead zone: serial n_active=8 sum 2")


def test_checked_levels_have_more_than_one_code():
    codes = pd.DataFrame(
        {
            "n_plus": [0, 1, 1, 2, 2, 3],
            "n_minus": [3, 2, 2, 1, 1, 0],
            "code": [0, 0, 1, 0, 1, 1],
            "probability": [1.0, 0.5, 0.5, 0.995, 0.005, 1.0],
        }
    )
    assert check_levels(codes, 3) == [(1, 2)]
    sure = codes.assign(probability=1.0).drop_duplicates("n_plus")
    assert check_levels(sure, 3, 2) == [(0, 3), (3, 0)]


def test_transients_are_found_again(tmp_path):
    kept = {0: sample("10"), 3: MlsaSample(0.1234567890123456, "x1", Status.FLIPPED)}
    store = TransientStore(tmp_path / "print")
    for index, one in kept.items():
        store.add(LEVEL, index, one)
    store.save()
    assert TransientStore(tmp_path / "print").samples(LEVEL) == kept


def test_an_interrupted_check_continues(context, bench, tmp_path, monkeypatch):
    asked = []

    def simulated(_context, wanted):
        for number, (_, indices) in enumerate(wanted):
            asked.append(list(indices))
            for index in indices:
                if index == 3 and len(asked) == 1:
                    raise KeyboardInterrupt
                yield number, index, sample("10" if index % 2 else "00")

    monkeypatch.setattr(mlsa_check, "simulate_samples", simulated)
    with pytest.raises(KeyboardInterrupt):
        mlsa_check._simulate(context, {LEVEL: bench}, 6, tmp_path)
    found = mlsa_check._simulate(context, {LEVEL: bench}, 6, tmp_path)
    assert asked == [[0, 1, 2, 3, 4, 5], [3, 4, 5]]
    assert [one.decisions for one in found[LEVEL]] == ["00", "10"] * 3
    # Another ladder, amplifier or seed is other silicon: nothing of it is kept.
    wider = with_values(context.design, {"sense_amplifier.width_input": 3e-6})
    seeded = with_values(context.design, {"monte_carlo.seed": 7})
    for design, references in (
        (context.design, (0.6, 0.71)),
        (wider, REFERENCES),
        (seeded, REFERENCES),
    ):
        other = MlsaBench(column_of(design, *LEVEL), references, "parallel", recover=False)
        before = len(asked)
        mlsa_check._simulate(replace(context, design=design), {LEVEL: other}, 6, tmp_path)
        assert asked[before:] == [[0, 1, 2, 3, 4, 5]]


def test_the_turning_point_is_found():
    random = np.random.default_rng(2)
    distance = random.uniform(-20e-3, 20e-3, 4000)
    above = random.random(4000) < norm.cdf((distance - 1.5e-3) / 2e-3)
    bias, low, high, spread = turning_point(distance, above)
    assert high - bias == pytest.approx(bias - low)
    assert 0 < high - bias < 0.4e-3
    assert bias == pytest.approx(1.5e-3, abs=2 * (high - bias))
    assert spread == pytest.approx(2e-3, rel=0.15)


def test_decisions_that_one_bias_explains():
    distance = np.array([-3e-3, -1e-3, 2e-3, 4e-3])
    assert turning_point(distance, distance > 0) == pytest.approx((0.0, -1e-3, 2e-3, 0.0))
    assert turning_point(distance, distance > 3e-3) == pytest.approx((2e-3, 2e-3, 4e-3, 0.0))
    assert np.isnan(turning_point(distance, distance > -1)).all()


def test_thresholds_of_samples_are_those_of_their_own_silicon(context, bench):
    """Offset and ladder of sample i from the very numbers that its transient gets."""
    count = len(bench.devices) // 2
    sensitivity = (np.arange(count) * 0.1, np.ones(count))
    prediction = Prediction(np.array(REFERENCES), sensitivity, np.eye(2))
    found = prediction.thresholds(context, bench, 3)
    names = list(bench.alter)
    drawn = draw(context, bench, range(3))
    own = [i for i, name in enumerate(names) if name.startswith("@m.xsa1.")]
    resistors = drawn[:, [i for i, name in enumerate(names) if "rlad" in name]]
    tap = resistors[:, :2].sum(axis=1) / resistors.sum(axis=1)
    expected = REFERENCES[1] + drawn[:, own].sum(axis=1) + tap - REFERENCES[1]
    np.testing.assert_allclose(found[:, 1], expected, rtol=0, atol=1e-12)


def test_a_differential_decision_sees_the_mean():
    common = CommonMode(np.array([0.0, 0.4]), np.array([0.66, 0.70]))
    prediction = Prediction(np.zeros(2), (), np.eye(2), common)
    found = prediction.sensed(np.array([0.80]), np.array([0.70]))
    # Difference 100 mV; the mean, 0.75 V, is 50 mV above its level: 20 mV more.
    np.testing.assert_allclose(found, [[0.10, 0.12]])
    plain = Prediction(np.zeros(2), (), np.eye(2)).sensed(np.array([0.80]), np.array([0.70]))
    np.testing.assert_allclose(plain, [[0.80]])


def trimmed_set(**more):
    """Three references, one at a rail; trimming has left 0.5 mV and -1 mV."""
    v_ref = np.array([0.6, 0.7, 1.0])
    return TrimmedSet(
        n_active=8,
        mode="parallel",
        v_ref=v_ref,
        taps=np.array([0.605, 0.703, 1.0]),
        before=np.array([-5e-3, -3e-3, np.nan]),
        after=np.array([0.5e-3, -1e-3, np.nan]),
        dead_zone=np.array([1e-3, 2e-3, np.nan]),
        **more,
    )


def test_predicted_thresholds_have_what_trimming_has_left(context):
    model = OffsetModel("nmos", 0.65, 0.0, np.array([1.0, -0.5]), np.ones(2))
    errors = AmplifierErrors(context.design, {"nmos": OffsetCurve((model,))})
    found = single_ended_prediction(errors, trimmed_set())
    np.testing.assert_allclose(found.threshold, [0.6005, 0.699])
    assert [one.tolist() for one in found.sensitivity] == [[1.0, -0.5]] * 2


def test_distance_is_of_what_is_sensed():
    np.testing.assert_allclose(trimmed_set().distance(0.65, 0.1), [0.05, 0.05, 0.35])
    both = trimmed_set(complements=np.zeros(3))
    np.testing.assert_allclose(both.distance(0.85, 0.2), [0.05, 0.05, 0.35])


def test_taps_are_moved_against_the_shift():
    shift = np.array([-5e-3, 4e-3, np.nan])
    single = _trimmed(_Taps(np.array([0.6, 0.7, 1.0])), shift, 1.0)
    np.testing.assert_allclose(single.taps, [0.605, 0.696, 1.0])
    pair = _Taps(np.array([0.6, 0.7, 1.0]), np.array([0.5, 0.4, 0.0]))
    both = _trimmed(pair, shift, 1.0)
    np.testing.assert_allclose(both.taps, [0.6025, 0.698, 1.0])
    np.testing.assert_allclose(both.complements, [0.4975, 0.402, 0.0])
