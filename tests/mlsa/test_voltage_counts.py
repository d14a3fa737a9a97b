"""Counted voltages: against the single voltages they were counted from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from sram_spice.mlsa import (
    VoltageCounts,
    build_level_model,
    code_probabilities,
    counted_code_probabilities,
    global_references,
    input_aware_references,
    with_counted_errors,
    with_counts,
)
from sram_spice.mlsa.counted_errors import clopper_pearson
from sram_spice.workload import independent

from .synthetic import level_table, sample_table

COUNT = 4000


def counted(levels, samples, differential=False):
    n_plus, n_minus = (levels[name].to_numpy() for name in ("n_plus", "n_minus"))
    counts = VoltageCounts.empty(n_plus, n_minus, 1.0, differential)
    voltage = samples["v_bl_v"] - samples["v_blb_v"] * differential
    table = np.full((len(levels), COUNT), np.nan)
    for i, (p, m) in enumerate(zip(n_plus, n_minus, strict=True)):
        own = voltage[(samples["n_plus"] == p) & (samples["n_minus"] == m)].to_numpy()
        table[i, : own.size] = own
    counts.add(table[:, : COUNT // 2])
    counts.add(table[:, COUNT // 2 :])
    return counts


@pytest.fixture(scope="module", params=["single_ended", "differential"])
def setting(request):
    sensing = request.param
    levels = level_table(6, always_active=True)
    samples = sample_table(levels, COUNT, sigma=0.03)
    counts = counted(levels, samples, sensing == "differential")
    model = with_counts(build_level_model(levels, None, sensing), counts)
    return sensing, levels, samples, counts, model


def test_moments_are_those_of_the_samples(setting):
    sensing, levels, samples, _, model = setting
    single = build_level_model(levels, samples, sensing)
    # Bins are 50 uV wide: the mean of 4,000 voltages is known to 50 uV / sqrt(12 x 4,000).
    np.testing.assert_allclose(model.mean, single.mean, atol=2e-6)
    np.testing.assert_allclose(model.std, single.std, rtol=1e-3)
    assert model.measured.all()


def test_codes_are_counted_exactly(setting):
    """References lie on the grid, so that counts give what the single voltages give."""
    _, _, samples, counts, model = setting
    thresholds = np.array([-3.0, 0.5, 3.0])
    aware = {
        n: with_counted_errors(one, model, counts)
        for n, one in input_aware_references(model, thresholds, 1.0).items()
    }
    number = np.full(model.n_plus.size, COUNT)
    found = counted_code_probabilities(model, counts, number, aware)
    expected = code_probabilities(model, samples, aware)
    pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-12)


def test_errors_of_a_reference_are_counted_and_their_interval_holds_the_truth(setting):
    sensing, _, samples, counts, model = setting
    (one,) = input_aware_references(model, np.array([1.0]), 1.0).values()
    moved = with_counted_errors(one, model, counts)
    assert counts.voltage(counts.edge(moved.v_ref)[0]) == moved.v_ref[0]
    assert moved.v_ref[0] == pytest.approx(one.v_ref[0], abs=counts.step / 2)
    voltage = samples["v_bl_v"] - samples["v_blb_v"] * (sensing == "differential")
    low, high = (voltage[samples["n_plus"] == n] for n in (3, 4))
    wrong = ((low > moved.v_ref[0]).mean(), (high < moved.v_ref[0]).mean())
    assert moved.error_probability[0] == pytest.approx(sum(wrong) / 2, rel=1e-12)
    # Gaussian samples: equal within what 4,000 of each side scatter, four times over.
    assert wrong[0] == pytest.approx(wrong[1], abs=4 * np.sqrt(2 * 0.25 / COUNT))
    low, high = moved.interval[0]
    assert low < moved.error_probability[0] < high
    assert low < one.error_probability[0] < high


def test_apart_levels_keep_the_gaussian_reference_and_bound_their_error():
    levels = level_table(2, always_active=True)
    samples = sample_table(levels, COUNT, sigma=1e-3)
    counts = counted(levels, samples)
    model = with_counts(build_level_model(levels, None, "single_ended"), counts)
    (one,) = input_aware_references(model, np.array([-1.0, 1.0]), 1.0).values()
    moved = with_counted_errors(one, model, counts)
    np.testing.assert_allclose(moved.v_ref, one.v_ref, atol=counts.step)
    assert (moved.error_probability == 0).all()
    assert (moved.interval[:, 0] == 0).all()
    # The rule of three, for 95 % on both sides: ln(40) / n.
    np.testing.assert_allclose(moved.interval[:, 1], np.log(40) / (2 * COUNT), rtol=0.01)


def test_clopper_pearson_by_its_definition():
    low, high = clopper_pearson(7, 500)
    assert binom.sf(6, 500, low) == pytest.approx(0.025, rel=1e-6)
    assert binom.cdf(7, 500, high) == pytest.approx(0.025, rel=1e-6)
    assert clopper_pearson(0, 10)[0] == 0.0
    assert clopper_pearson(10, 10)[1] == 1.0


def test_global_references_weigh_the_levels_of_a_sum():
    levels = level_table(6)
    samples = sample_table(levels, 400, sigma=0.02)
    counts = counted(levels, samples)
    model = with_counts(build_level_model(levels, None, "single_ended"), counts)
    distribution = independent(6, False, 0.5, 0.5)
    one = global_references(model, np.array([1.5]), 1.0, distribution)
    moved = with_counted_errors(one, model, counts, distribution)
    assert moved.v_ref[0] == pytest.approx(one.v_ref[0], abs=0.004)
    assert moved.interval[0, 0] < one.error_probability[0] < moved.interval[0, 1]


def test_samples_without_a_voltage_have_no_code():
    levels = level_table(2, always_active=True)
    samples = sample_table(levels, 100)
    counts = counted(levels, samples[samples["n_plus"] != 0])
    model = with_counts(build_level_model(levels, None, "single_ended"), counts)
    aware = input_aware_references(model, np.array([0.0]), 1.0)
    found = counted_code_probabilities(model, counts, np.array([100, 133, 100]), aware)
    lost = found[found["code"].isna()].set_index("n_plus")["probability"]
    assert lost.to_dict() == {0: 1.0, 1: pytest.approx(33 / 133)}
    assert found.groupby("n_plus")["probability"].sum().to_numpy() == pytest.approx(np.ones(3))


def test_a_voltage_beyond_the_grid_is_an_error():
    counts = VoltageCounts.empty(np.array([1]), np.array([0]), 1.0, False)
    with pytest.raises(ValueError, match="beyond the grid"):
        counts.add(np.array([[0.2, 1.6]]))
    assert counts.counts.sum() == 0


def test_the_spread_of_few_voltages_is_not_known():
    counts = VoltageCounts.empty(np.array([1, 0]), np.array([0, 1]), 1.0, False)
    counts.add(np.array([[0.5, np.nan], [np.nan, np.nan]]))
    number, mean, std = counts.moments()
    assert number.tolist() == [1.0, 0.0]
    assert mean[0] == pytest.approx(0.5, abs=counts.step)
    assert np.isnan([mean[1], *std]).all()
