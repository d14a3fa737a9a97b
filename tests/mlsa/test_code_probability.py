"""Code probabilities, against counting and against the Gaussian."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from sram_spice.errors import InputError
from sram_spice.mlsa import (
    ReferenceSet,
    build_level_model,
    code_probabilities,
    global_references,
    input_aware_references,
)
from sram_spice.workload import independent

from .synthetic import level_table, sample_table

THRESHOLDS = np.array([-3.5, -1.5, 0.5, 2.5])


def references_of(v_ref, n_active=None, rails=(0.0, 1.0)):
    v_ref = np.array(v_ref, dtype=float)
    count = v_ref.size
    return ReferenceSet(n_active, np.arange(count), v_ref, np.zeros(count), ("",) * count, rails)


def of_level(codes, n_plus, n_minus):
    """Code -> probability of one level."""
    rows = codes[(codes["n_plus"] == n_plus) & (codes["n_minus"] == n_minus)]
    return dict(zip(rows["code"], rows["probability"], strict=True))


@pytest.mark.parametrize("sensing", ["single_ended", "differential"])
@pytest.mark.parametrize("aware", [True, False])
def test_counted_codes_are_those_of_a_loop_over_samples(sensing, aware):
    levels = level_table(6)
    samples = sample_table(levels, 30, sigma=0.03)
    samples.loc[samples.index % 17 == 3, "status"] = "flipped"
    samples.loc[samples.index % 11 == 5, "status"] = "failed"
    model = build_level_model(levels, samples, sensing)
    sets = input_aware_references(model, THRESHOLDS, 1.0)
    overall = global_references(model, THRESHOLDS, 1.0, independent(6, False))
    codes = code_probabilities(model, samples, sets if aware else overall)
    expected = {}
    for sample in samples.itertuples():
        v = sample.v_bl_v - (sample.v_blb_v if sensing == "differential" else 0.0)
        chosen = sets[sample.n_plus + sample.n_minus] if aware else overall
        code = -1 if sample.status != "ok" else int(sum(v > r for r in chosen.v_ref))
        key = (sample.n_plus, sample.n_minus, code)
        expected[key] = expected.get(key, 0) + 1 / 30
    counted = codes[codes["method"] == "counted"]
    keys = zip(counted["n_plus"], counted["n_minus"], counted["code"].fillna(-1), strict=True)
    assert dict(zip(keys, counted["probability"], strict=True)) == pytest.approx(expected)


@pytest.mark.parametrize("step", [1, 4, None])
def test_table_is_sorted_complete_and_sums_to_one(step):
    levels = level_table(12)
    samples = sample_table(levels, 10, step=step) if step else None
    model = build_level_model(levels, samples, "single_ended")
    sets = input_aware_references(model, THRESHOLDS, 1.0)
    codes = code_probabilities(model, samples, sets)
    assert list(codes) == ["n_plus", "n_minus", "sum", "code", "probability", "method"]
    assert codes["code"].dtype == pd.Int64Dtype()
    assert np.all(codes["sum"] == codes["n_plus"] - codes["n_minus"])
    assert np.all(codes["probability"] > 0)
    totals = codes.groupby(["n_plus", "n_minus"])["probability"].sum()
    assert len(totals) == 91
    np.testing.assert_allclose(totals, 1.0, rtol=1e-14)
    keys = list(
        zip(codes["n_plus"] + codes["n_minus"], codes["n_plus"], codes["code"], strict=True)
    )
    assert keys == sorted(set(keys))
    assert codes.index.tolist() == list(range(len(codes)))
    methods = {1: {"counted", "interpolated"}, 4: {"counted", "interpolated"}, None: {"nominal"}}
    assert set(codes["method"]) == methods[step]


def test_a_sample_without_solution_has_no_code_and_is_listed_last():
    levels = level_table(2, always_active=True)
    samples = sample_table(levels, 4)
    samples.loc[samples["n_plus"] == 1, "v_bl_v"] = [0.2, 0.4, np.nan, 0.6]
    samples.loc[samples["n_plus"] == 1, "status"] = ["ok", "flipped", "failed", "ok"]
    samples.loc[samples["n_plus"] == 2, "status"] = "failed"
    model = build_level_model(levels, samples, "single_ended")
    codes = code_probabilities(model, samples, references_of([0.3, 0.5]))
    assert of_level(codes, 1, 1) == {0: 0.25, 2: 0.25, pd.NA: 0.5}
    assert codes["code"][codes["n_plus"] == 1].isna().tolist() == [False, False, True]
    assert of_level(codes, 2, 0) == {pd.NA: 1.0}
    assert codes["method"].unique().tolist() == ["counted"]


def test_a_voltage_on_a_reference_is_not_above_it():
    levels = level_table(1, always_active=True)
    samples = sample_table(levels, 2)
    samples["v_bl_v"] = [0.3, 0.3, 0.5, np.nextafter(0.5, 1)]
    model = build_level_model(levels, samples, "single_ended")
    codes = code_probabilities(model, samples, references_of([0.3, 0.5]))
    assert of_level(codes, 0, 1) == {0: 1.0}
    assert of_level(codes, 1, 0) == {1: 0.5, 2: 0.5}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_levels_without_samples_follow_the_gaussian(order):
    levels = level_table(8)
    samples = sample_table(levels, 50, sigma=0.02, step=4)
    model = build_level_model(levels, samples, "single_ended")
    (index,) = model.index_of([3], [3])
    mean, std = model.mean[index], model.std[index]
    v_ref = mean + std * np.array([-1.0, 0.5, 8.0])
    codes = code_probabilities(model, samples, references_of(v_ref[list(order)]))
    below = norm.cdf([-1.0, 0.5, 8.0])
    # The 6e-16 above the last reference is dropped, so the third code is the last one.
    expected = {0: below[0], 1: below[1] - below[0], 2: 1 - below[1]}
    assert of_level(codes, 3, 3) == pytest.approx(expected, rel=1e-12)
    assert set(codes["method"][codes["n_plus"] + codes["n_minus"] == 6]) == {"interpolated"}


@pytest.mark.parametrize("sensing", ["single_ended", "differential"])
def test_gaussian_tails_do_not_cross_the_rails(sensing):
    levels = level_table(8)
    samples = sample_table(levels, 50, sigma=0.5, step=8)
    model = build_level_model(levels, samples, sensing)
    # sigma is half the supply: unless rails are respected, n_active = 1 would show all codes.
    sets = input_aware_references(model, THRESHOLDS, 1.0)
    codes = code_probabilities(model, samples, sets)
    assert set(of_level(codes, 1, 0)) == set(of_level(codes, 0, 1)) == {2, 3}
    assert of_level(codes, 0, 0) == {2: 1.0}


def test_without_spread_the_code_is_certain():
    levels = level_table(4)
    model = build_level_model(levels, None, "single_ended")
    codes = code_probabilities(model, None, input_aware_references(model, THRESHOLDS, 1.0))
    expected = np.searchsorted(THRESHOLDS, codes["sum"])
    np.testing.assert_array_equal(codes["code"].to_numpy(dtype=int), expected)
    assert set(codes["probability"]) == {1.0}


@pytest.mark.parametrize("monte_carlo", [True, False])
def test_a_level_whose_nominal_column_failed_has_no_code(monte_carlo):
    levels = level_table(6)
    levels.loc[(levels["n_plus"] == 2) & (levels["n_minus"] == 1), "v_bl_nominal_v"] = np.nan
    samples = sample_table(levels, 5, step=2) if monte_carlo else None
    model = build_level_model(levels, samples, "single_ended")
    codes = code_probabilities(model, samples, input_aware_references(model, THRESHOLDS, 1.0))
    assert of_level(codes, 2, 1) == {pd.NA: 1.0}
    assert codes["code"].isna().sum() == 1


def test_missing_references():
    model = build_level_model(level_table(4), None, "single_ended")
    sets = input_aware_references(model, THRESHOLDS, 1.0)
    del sets[3]
    with pytest.raises(InputError, match="no references") as caught:
        code_probabilities(model, None, sets)
    assert caught.value.value == 3


def test_sample_of_an_unknown_level():
    levels = level_table(4)
    model = build_level_model(levels, None, "single_ended")
    samples = sample_table(level_table(5), 2)
    with pytest.raises(InputError, match="without a row"):
        code_probabilities(model, samples, references_of([0.5]))
