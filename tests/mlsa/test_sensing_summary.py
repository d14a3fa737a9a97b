"""Averages over the distribution of levels."""

import numpy as np
import pandas as pd
import pytest

from sram_spice.errors import InputError
from sram_spice.mlsa import (
    build_level_model,
    code_probabilities,
    global_references,
    input_aware_references,
    lloyd_max,
    summarize,
)
from sram_spice.workload import independent

from .synthetic import level_table, sample_table


def test_ideal_sensing_is_only_quantized():
    distribution = independent(12, False)
    quantizer = lloyd_max(distribution, 6)
    model = build_level_model(level_table(12), None, "single_ended")
    sets = input_aware_references(model, quantizer.thresholds, 1.0)
    summary = summarize(code_probabilities(model, None, sets), distribution, quantizer)
    assert summary.error_probability == summary.no_code_probability == 0.0
    assert summary.mean_square_error == pytest.approx(summary.ideal_mean_square_error, rel=1e-12)
    assert 0 < summary.ideal_mean_square_error < 1


def test_by_hand():
    distribution = independent(2, True)
    quantizer = lloyd_max(distribution, 3)
    codes = pd.DataFrame(
        {
            "n_plus": [0, 1, 1, 2, 2],
            "n_minus": [2, 1, 1, 0, 0],
            "sum": [-2, 0, 0, 2, 2],
            "code": pd.array([0, 1, 2, 1, None], dtype="Int64"),
            "probability": [1.0, 0.75, 0.25, 0.5, 0.5],
        }
    )
    summary = summarize(codes, distribution, quantizer)
    # Levels occur with 1/4, 1/2, 1/4; each wrong code is off by one step of 2.
    assert summary.error_probability == pytest.approx(0.5 * 0.25 + 0.25, rel=1e-14)
    assert summary.no_code_probability == pytest.approx(0.125, rel=1e-14)
    assert summary.mean_square_error == pytest.approx(4 * (0.125 + 0.125) / 0.875, rel=1e-14)
    assert summary.ideal_mean_square_error == 0.0


def test_nothing_solved():
    levels = level_table(2, always_active=True)
    samples = sample_table(levels, 3).assign(status="failed")
    model = build_level_model(levels, samples, "single_ended")
    distribution = independent(2, True)
    quantizer = lloyd_max(distribution, 2)
    sets = input_aware_references(model, quantizer.thresholds, 1.0)
    summary = summarize(code_probabilities(model, samples, sets), distribution, quantizer)
    assert summary.error_probability == summary.no_code_probability == pytest.approx(1.0)
    assert np.isnan(summary.mean_square_error)


def test_level_without_codes():
    codes = pd.DataFrame({"n_plus": [0], "n_minus": [1], "sum": [-1], "code": [0]})
    codes["probability"] = 1.0
    distribution = independent(1, True)
    quantizer = lloyd_max(distribution, 2)
    with pytest.raises(InputError) as caught:
        summarize(codes, distribution, quantizer)
    assert caught.value.value == "1,0"


def test_input_aware_references_err_less_than_global_ones():
    levels = level_table(16)
    samples = sample_table(levels, 50, step=4)
    model = build_level_model(levels, samples, "single_ended")
    distribution = independent(16, False)
    quantizer = lloyd_max(distribution, 8)
    aware = input_aware_references(model, quantizer.thresholds, 1.0)
    overall = global_references(model, quantizer.thresholds, 1.0, distribution)
    one, other = (
        summarize(code_probabilities(model, samples, r), distribution, quantizer)
        for r in (aware, overall)
    )
    assert one.error_probability < 0.2 * other.error_probability
    assert one.mean_square_error < other.mean_square_error
