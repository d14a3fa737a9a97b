"""Reference voltages and their warnings."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from sram_spice.errors import InputError
from sram_spice.mlsa import (
    build_level_model,
    global_references,
    input_aware_references,
    lloyd_max,
    to_frame,
)
from sram_spice.workload import independent

from .synthetic import level_table, sample_table

ROWS = 16


def model_of(rows=ROWS, always_active=False, sensing="single_ended", step=1, monte_carlo=True):
    levels = level_table(rows, always_active)
    samples = sample_table(levels, 10, step=step) if monte_carlo else None
    return build_level_model(levels, samples, sensing)


def marked(model, name, level):
    """Model with one level marked as failed or flipped."""
    flags = getattr(model, name).copy()
    flags[model.index_of([level[0]], [level[1]])] = True
    return replace(model, **{name: flags})


@pytest.mark.parametrize("sensing", ["single_ended", "differential"])
def test_reference_lies_at_the_equal_error_of_the_neighbouring_levels(sensing):
    model = model_of(always_active=True, sensing=sensing)
    sets = input_aware_references(model, np.array([-9.0, 3.0]), 1.0)
    assert list(sets) == [ROWS]
    # Sums 2 and 4 of 16 rows: n_plus = 9 and 10, the positions in the model.
    v = sets[ROWS].v_ref[1]
    error = norm.sf(v, model.mean[9], model.std[9])
    assert error == pytest.approx(norm.cdf(v, model.mean[10], model.std[10]), rel=1e-9)
    assert sets[ROWS].error_probability[1] == pytest.approx(error, rel=1e-9)
    assert sets[ROWS].note == ("", "")


@pytest.mark.parametrize(("sensing", "lower"), [("single_ended", 0.0), ("differential", -1.2)])
def test_thresholds_that_no_sum_reaches_get_a_rail(sensing, lower):
    sets = input_aware_references(model_of(sensing=sensing), np.array([-4.5, 0.5, 4.5]), 1.2)
    assert list(sets) == list(range(ROWS + 1))
    rail = "rail: no sum beyond this threshold"
    np.testing.assert_array_equal(sets[0].v_ref, [lower, 1.2, 1.2])
    assert sets[0].note == (rail, rail, rail)
    for n_active in (1, 4):
        np.testing.assert_array_equal(sets[n_active].v_ref[[0, 2]], [lower, 1.2])
        np.testing.assert_array_equal(sets[n_active].error_probability[[0, 2]], 0.0)
        assert sets[n_active].note == (rail, "", rail)
    assert sets[5].note == ("", "", "")


def test_thresholds_between_the_same_two_sums_share_a_reference_without_warning():
    sets = input_aware_references(model_of(), np.array([0.5, 1.5]), 1.0)
    assert sets[4].v_ref[0] == sets[4].v_ref[1]
    assert sets[4].note == ("", "")


def test_without_monte_carlo_references_are_midway_and_say_so():
    model = model_of(always_active=True, monte_carlo=False)
    references = input_aware_references(model, np.array([1.0]), 1.0)[ROWS]
    assert references.v_ref[0] == pytest.approx((model.mean[8] + model.mean[9]) / 2, rel=1e-15)
    assert references.note == ("nominal only",)


def test_neighbours_that_are_not_measured_are_noted():
    sets = input_aware_references(model_of(step=8), np.array([0.5]), 1.0)
    assert sets[8].note == sets[16].note == ("",)
    assert sets[9].note == ("spread interpolated",)


@pytest.mark.parametrize(
    ("name", "text"), [("flipped", "data lost"), ("failed", "simulation failed")]
)
def test_suspect_levels_are_named_in_every_reference_that_derives_from_them(name, text):
    model = marked(model_of(), name, (3, 1))
    sets = input_aware_references(model, np.array([-1.5, 1.5, 2.5]), 1.0)
    note = f"{text} at n_plus=3,n_minus=1"
    # n_active 4 has the sums -4 -2 0 2 4: (3, 1) is the 2, above 1.5 and below 2.5.
    assert sets[4].note == ("", note, note)
    assert all(not any(s.note) for n, s in sets.items() if n not in (0, 1, 2, 4))
    overall = global_references(model, np.array([-1.5, 1.5, 2.5]), 1.0, independent(ROWS, False))
    assert overall.note == ("", note, note)


def test_many_suspect_levels_are_counted():
    model = model_of(8)
    model = replace(model, flipped=np.ones(45, dtype=bool))
    references = global_references(model, np.array([6.5]), 1.0, independent(8, False))
    # Sum 6: (6, 0) and (7, 1); sum 7: (7, 0).
    expected = "data lost at n_plus=6,n_minus=0; data lost at n_plus=7,n_minus=1; "
    assert references.note == (expected + "data lost at 1 more",)


def test_levels_that_do_not_rise_are_noted_and_not_sorted():
    model = model_of(always_active=True)
    mean = model.mean.copy()
    mean[[8, 9]] = mean[[9, 8]]
    model = replace(model, mean=mean)
    references = input_aware_references(model, np.array([-1.0, 1.0, 3.0, 7.0]), 1.0)[ROWS]
    np.testing.assert_allclose(
        references.v_ref[1],
        (mean[8] * model.std[9] + mean[9] * model.std[8]) / (model.std[8] + model.std[9]),
    )
    assert references.error_probability[1] > 0.5
    assert references.note[1] == "levels not monotonic"
    assert references.note[3] == ""
    distribution = independent(ROWS, True)
    overall = global_references(model, np.array([1.0]), 1.0, distribution)
    assert overall.note == ("levels not monotonic",)
    assert global_references(model, np.array([7.0]), 1.0, distribution).note == ("",)


def test_references_that_fall_are_noted():
    model = model_of(always_active=True, monte_carlo=False)
    mean = model.mean.copy()
    # Neighbours rise, 0.8 -> 0.9 and 0.1 -> 0.2, but the references between them fall.
    mean[[4, 5, 8, 9]] = [0.8, 0.9, 0.1, 0.2]
    references = input_aware_references(
        replace(model, mean=mean), np.array([-7.0, 1.0, 15.0]), 1.0
    )[ROWS]
    np.testing.assert_allclose(references.v_ref[:2], [0.85, 0.15])
    assert [("not monotonic" in note) for note in references.note] == [True, True, False]


def test_global_set_of_always_active_rows_is_the_input_aware_one():
    model = model_of(always_active=True)
    thresholds = np.array([-3.0, 1.0, 5.0])
    aware = input_aware_references(model, thresholds, 1.0)[ROWS]
    overall = global_references(model, thresholds, 1.0, independent(ROWS, True))
    # 1 pV from the root finder.
    np.testing.assert_allclose(overall.v_ref, aware.v_ref, atol=2e-12)
    assert overall.n_active is None
    assert overall.note == aware.note


def test_global_set_equalizes_the_errors_of_two_mixtures():
    model, distribution = model_of(), independent(ROWS, False, 0.4, 0.6)
    references = global_references(model, np.array([-2.5, 1.5]), 1.0, distribution)
    for v, error, below in zip(
        references.v_ref, references.error_probability, (-3, 1), strict=True
    ):
        tails = []
        for total, tail in ((below, norm.sf), (below + 1, norm.cdf)):
            at = distribution.sum == total
            p = distribution.probability[at]
            tails.append(p @ tail(v, model.mean[at], model.std[at]) / p.sum())
        # 1 pV times a density of at most 0.4 / 1 mV.
        assert tails[0] == pytest.approx(tails[1], abs=2e-9)
        assert error == pytest.approx(tails[1], abs=1e-12)


def test_global_references_ignore_levels_that_never_occur():
    model, distribution = model_of(8), independent(8, False)
    p = np.where(np.isin(distribution.n_active, [4, 5]), distribution.probability, 0.0)
    only = replace(distribution, probability=p / p.sum())
    v = global_references(model, np.array([0.5]), 1.0, only).v_ref[0]
    (low,), (high,) = model.index_of([2], [2]), model.index_of([3], [2])
    expected = norm.sf(v, model.mean[low], model.std[low])
    assert expected == pytest.approx(norm.cdf(v, model.mean[high], model.std[high]), abs=2e-9)


def test_sum_that_never_occurs_is_noted():
    distribution = independent(8, False, 1.0, 0.5)
    references = global_references(model_of(8), np.array([0.5]), 1.0, distribution)
    assert references.note == ("sum 1 never occurs",)
    assert np.isfinite(references.v_ref[0])


@pytest.mark.parametrize("threshold", [-8.5, 8.5])
def test_global_threshold_beyond_all_sums(threshold):
    with pytest.raises(InputError) as caught:
        global_references(model_of(8), np.array([threshold]), 1.0, independent(8, False))
    assert caught.value.key == "thresholds"


def test_distribution_of_another_column():
    with pytest.raises(InputError, match="without a row"):
        global_references(model_of(8), np.array([0.5]), 1.0, independent(9, False))


def test_knowing_the_active_rows_helps():
    model, distribution = model_of(), independent(ROWS, False)
    thresholds = lloyd_max(distribution, 8).thresholds
    overall = global_references(model, thresholds, 1.0, distribution)
    aware = input_aware_references(model, thresholds, 1.0)
    inner = slice(2, 5)
    for n_active in (4, 8, 12):
        assert np.all(
            aware[n_active].error_probability[inner] < 0.5 * overall.error_probability[inner]
        )
    # One V_BL stands for several sums: the references move with the number of active rows.
    assert aware[4].v_ref[3] - aware[12].v_ref[3] > 0.1


def test_frame():
    model, distribution = model_of(4), independent(4, False)
    thresholds = np.array([-1.5, 0.5])
    sets = input_aware_references(model, thresholds, 1.0)
    overall = global_references(model, thresholds, 1.0, distribution)
    frame = to_frame([overall, *reversed(sets.values())])
    assert list(frame) == [
        "n_active",
        "index",
        "threshold_sum",
        "v_ref_v",
        "error_probability",
        "note",
    ]
    assert frame["n_active"].dtype == pd.Int64Dtype()
    assert frame["n_active"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, pd.NA, pd.NA]
    assert frame["index"].tolist() == [0, 1] * 6
    assert frame["threshold_sum"].tolist() == [-1.5, 0.5] * 6
    assert frame["v_ref_v"].tolist()[4:6] == sets[2].v_ref.tolist()
    assert frame["note"].tolist()[:2] == list(sets[0].note)
    assert frame["v_ref_v"].tolist()[-2:] == overall.v_ref.tolist()
