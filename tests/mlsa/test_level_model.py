"""Means and spreads of the sensed voltage."""

import numpy as np
import pandas as pd
import pytest

from sram_spice.errors import InputError
from sram_spice.mlsa import build_level_model
from sram_spice.mlsa.level_model import sensed_voltage

from .synthetic import level_table, sample_table


@pytest.mark.parametrize("sensing", ["single_ended", "differential"])
def test_moments_are_those_of_the_samples(sensing):
    levels = level_table(6)
    samples = sample_table(levels, 20)
    # Correlated bit lines: the spread of the difference is not that of independent ones.
    samples["v_blb_v"] = samples["v_blb_v"] - 0.5 * samples["v_bl_v"]
    model = build_level_model(levels, samples, sensing)
    one = samples[(samples["n_plus"] == 4) & (samples["n_minus"] == 1)]
    voltage = one["v_bl_v"] - (one["v_blb_v"] if sensing == "differential" else 0.0)
    (index,) = model.index_of([4], [1])
    assert model.mean[index] == pytest.approx(np.mean(voltage), rel=1e-12)
    assert model.std[index] == pytest.approx(np.std(voltage, ddof=1), rel=1e-12)
    assert model.measured[index]


def test_order_of_the_tables_does_not_matter():
    levels = level_table(5)
    samples = sample_table(levels, 5)
    expected = build_level_model(levels, samples, "single_ended")
    found = build_level_model(levels[::-1], samples[::-1], "single_ended")
    for name in ("n_plus", "n_minus", "nominal", "measured"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    for name in ("mean", "std"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12)


def test_only_samples_that_keep_their_data_have_a_voltage():
    samples = pd.DataFrame(
        {
            "v_bl_v": [0.5, 0.6, 0.7, np.nan, 0.9],
            "v_blb_v": [0.1, 0.2, 0.3, 0.4, np.inf],
            "status": ["ok", "flipped", "no_convergence", "ok", "ok"],
        }
    )
    np.testing.assert_array_equal(
        sensed_voltage(samples, "single_ended"), [0.5, np.nan, np.nan, np.nan, 0.9]
    )
    np.testing.assert_allclose(
        sensed_voltage(samples, "differential"), [0.4, np.nan, np.nan, np.nan, np.nan]
    )


def test_neither_failed_samples_enter_nor_flipped_ones():
    levels = level_table(2, always_active=True)
    levels.loc[1, ["failed", "flipped"]] = 1
    samples = sample_table(levels, 5)
    at = samples.index[(samples["n_plus"] == 1)]
    samples.loc[at, "v_bl_v"] = [0.5, 0.6, 0.7, 5.0, 0.95]
    samples.loc[at, "status"] = ["ok", "ok", "ok", "failed", "flipped"]
    model = build_level_model(levels, samples, "single_ended")
    assert model.mean[1] == pytest.approx(0.6, rel=1e-12)
    assert model.std[1] == pytest.approx(0.1, rel=1e-12)
    np.testing.assert_array_equal(model.failed, [False, True, False])
    np.testing.assert_array_equal(model.flipped, [False, True, False])
    np.testing.assert_array_equal(model.suspect, [False, True, False])


def test_levels_between_the_sampled_ones_get_interpolated_shift_and_spread():
    levels = level_table(24)
    samples = sample_table(levels, 2, step=8)
    # Two samples at mean +- d have std d * sqrt(2); make shift and spread linear in the level.
    n_plus, n_minus = samples["n_plus"], samples["n_minus"]
    shift, half = 1e-3 * n_plus - 2e-3 * n_minus, 1e-3 + 1e-4 * n_plus + 2e-4 * n_minus
    nominal = samples.merge(levels, on=["n_plus", "n_minus"])["v_bl_nominal_v"]
    samples["v_bl_v"] = nominal + shift + np.where(samples["index"] == 0, half, -half)
    model = build_level_model(levels, samples, "single_ended")
    np.testing.assert_array_equal(model.measured, (model.n_active % 8 == 0) & (model.n_active > 0))
    hull = model.n_active >= 8
    p, m = model.n_plus[hull], model.n_minus[hull]
    # The nominal value is curved: only the shift may be interpolated. 1e-12: rounding.
    expected = model.nominal[hull] + 1e-3 * p - 2e-3 * m
    np.testing.assert_allclose(model.mean[hull], expected, atol=1e-12)
    expected = (1e-3 + 1e-4 * p + 2e-4 * m) * np.sqrt(2)
    np.testing.assert_allclose(model.std[hull], expected, atol=1e-12)
    assert np.all(model.std[~hull] > 0)


@pytest.mark.parametrize("samples", [None, "empty", "one each"])
def test_without_monte_carlo_the_model_is_nominal(samples):
    levels = level_table(4)
    if samples is not None:
        samples = sample_table(levels, 0 if samples == "empty" else 1)
    model = build_level_model(levels, samples, "differential")
    np.testing.assert_array_equal(model.mean, model.nominal)
    assert not model.std.any()
    assert not model.measured.any()


def test_a_column_of_always_active_rows_with_a_level_that_never_converged():
    levels = level_table(8, always_active=True)
    samples = sample_table(levels, 50)
    samples.loc[samples["n_plus"] == 3, "status"] = "failed"
    model = build_level_model(levels, samples, "single_ended")
    assert not model.measured[3]
    assert model.std[3] == pytest.approx((model.std[2] + model.std[4]) / 2, rel=1e-12)


def test_failed_nominal_column_is_filled_and_marked():
    levels = level_table(8, always_active=True)
    levels.loc[3, "v_bl_nominal_v"] = np.nan
    model = build_level_model(levels, None, "single_ended")
    assert np.isnan(model.nominal[3])
    assert model.mean[3] == pytest.approx((model.mean[2] + model.mean[4]) / 2, rel=1e-12)
    np.testing.assert_array_equal(np.flatnonzero(model.failed), [3])
    levels["v_bl_nominal_v"] = np.nan
    with pytest.raises(InputError, match="no level has a nominal voltage"):
        build_level_model(levels, None, "single_ended")


@pytest.mark.parametrize("level", [(3, 2), (-1, 1), (0, -1), (100, 0)])
def test_unknown_level(level):
    model = build_level_model(level_table(4), None, "single_ended")
    with pytest.raises(InputError) as caught:
        model.index_of([1, level[0]], [1, level[1]])
    assert caught.value.value == f"{level[0]},{level[1]}"


def test_index_of_every_level():
    model = build_level_model(level_table(9), None, "single_ended")
    np.testing.assert_array_equal(model.index_of(model.n_plus, model.n_minus), np.arange(55))


@pytest.mark.parametrize("change", ["missing", "twice"])
def test_incomplete_table(change):
    levels = level_table(4)
    levels = levels.drop(index=7) if change == "missing" else pd.concat([levels, levels.iloc[[7]]])
    with pytest.raises(InputError, match="not complete") as caught:
        build_level_model(levels, None, "single_ended")
    assert caught.value.value == 3
