"""Code probabilities of a real MLSA against brute force, and against the ideal one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from sram_spice.errors import InputError
from sram_spice.mlsa import ReferenceSet, build_level_model, code_probabilities
from sram_spice.mlsa.mlsa_code_probability import CommonMode, ErrorSet, mlsa_code_probabilities
from sram_spice.mlsa.sensing_errors import SensingErrors, code_curves

RAILS = (0.0, 1.0)
V_REF = np.array([0.40, 0.42, 0.44])


def errors(independent=0.0, shared=0.0, shift=0.0):
    n = V_REF.size
    return SensingErrors(
        np.full(n, shift), shared**2 * np.ones((n, n)), np.full(n, float(independent))
    )


def brute_force(voltage, one, draws=400_000):
    random = np.random.default_rng(3)
    shared = random.multivariate_normal(one.shift, one.covariance, draws)
    thresholds = V_REF + shared + random.standard_normal(shared.shape) * one.independent
    codes = (voltage > thresholds).sum(axis=1)
    return np.bincount(codes, minlength=V_REF.size + 1) / draws


@pytest.mark.parametrize(
    "one",
    [
        errors(independent=8e-3),  # parallel
        errors(shared=8e-3),  # serial
        errors(independent=3e-3, shared=6e-3, shift=2e-3),  # serial with noise
    ],
)
@pytest.mark.parametrize("voltage", [0.39, 0.425, 0.46])
def test_curves_are_those_of_brute_force(one, voltage):
    found = code_curves(np.array([voltage]), V_REF, one, RAILS)[0]
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    # 400,000 draws: 0.0008 is one sigma at P = 0.5; the 64 shared points resolve 1/64 per step.
    np.testing.assert_allclose(
        found, brute_force(voltage, one), atol=0.02 if one.covariance.any() else 0.004
    )


def test_equal_references_with_own_offsets_are_binomial():
    n = 5
    one = SensingErrors(np.zeros(n), np.zeros((n, n)), np.full(n, 10e-3))
    found = code_curves(np.array([0.405]), np.full(n, 0.4), one, RAILS)[0]
    np.testing.assert_allclose(found, binom.pmf(np.arange(n + 1), n, norm.cdf(0.5)), atol=1e-12)


def test_references_at_the_rails_are_known():
    one = SensingErrors(np.zeros(3), np.zeros((3, 3)), np.full(3, 0.1))
    found = code_curves(np.array([0.5]), np.array([0.0, 0.5, 1.0]), one, RAILS)[0]
    np.testing.assert_allclose(found, [0, 0.5, 0.5, 0], atol=1e-12)


def levels_and_samples():
    sums = np.arange(5)
    levels = pd.DataFrame(
        {
            "n_plus": sums,
            "n_minus": 4 - sums,
            "v_bl_nominal_v": 0.39 + 0.015 * sums,
            "v_blb_nominal_v": 0.45 - 0.015 * sums,
            "failed": 0,
            "flipped": 0,
        }
    )
    random = np.random.default_rng(5)
    rows = [
        (p, 4 - p, i, 0.39 + 0.015 * p + 0.01 * random.standard_normal(), 0.4, "ok")
        for p in range(4)  # the last level is not sampled
        for i in range(300)
    ]
    rows.append((0, 4, 300, np.nan, np.nan, "nonconverged"))
    columns = ["n_plus", "n_minus", "index", "v_bl_v", "v_blb_v", "status"]
    return levels, pd.DataFrame(rows, columns=columns)


def reference_set():
    n = V_REF.size
    return ReferenceSet(4, np.arange(n) * 2.0 - 1, V_REF, np.zeros(n), ("",) * n, RAILS)


def test_without_errors_it_is_the_ideal_amplifier():
    levels, samples = levels_and_samples()
    model = build_level_model(levels, samples, "single_ended")
    sets = {4: reference_set()}
    ideal = code_probabilities(model, samples, sets)
    found = mlsa_code_probabilities(model, samples, {4: ErrorSet(sets[4], errors())})
    keys = ["n_plus", "n_minus", "code"]
    both = ideal.merge(found, on=keys, how="outer", suffixes=("", "_found")).fillna(
        {"probability": 0.0, "probability_found": 0.0}
    )
    counted = both["n_plus"] < 4
    np.testing.assert_allclose(
        both["probability"][counted], both["probability_found"][counted], atol=1e-12
    )
    # A level known by mean and sigma is 256 equally likely voltages: half of one per code.
    np.testing.assert_allclose(both["probability"], both["probability_found"], atol=1 / 256)


@pytest.mark.parametrize("sigma", [2e-3, 8e-3])
def test_averaging_over_samples_is_exact(sigma):
    """Against the direct formula, sample by sample: the interpolated curves are good to 3e-4."""
    levels, samples = levels_and_samples()
    model = build_level_model(levels, samples, "single_ended")
    one = errors(independent=sigma)
    found = mlsa_code_probabilities(model, samples, ErrorSet(reference_set(), one))
    mine = samples[(samples["n_plus"] == 1) & (samples["status"] == "ok")]
    direct = code_curves(mine["v_bl_v"].to_numpy(), V_REF, one, RAILS).mean(axis=0)
    got = found[found["n_plus"] == 1].set_index("code")["probability"]
    np.testing.assert_allclose([got.get(c, 0.0) for c in range(4)], direct, atol=3e-4)


def test_a_sample_without_solution_has_no_code():
    levels, samples = levels_and_samples()
    model = build_level_model(levels, samples, "single_ended")
    found = mlsa_code_probabilities(model, samples, ErrorSet(reference_set(), errors(5e-3)))
    none = found[(found["n_plus"] == 0) & found["code"].isna()]
    assert none["probability"].item() == pytest.approx(1 / 301)
    total = found.groupby("n_plus")["probability"].sum()
    np.testing.assert_allclose(total, 1.0, atol=1e-12)


def test_a_missing_set_is_named():
    levels, samples = levels_and_samples()
    model = build_level_model(levels, samples, "single_ended")
    with pytest.raises(InputError, match="no references"):
        mlsa_code_probabilities(model, samples, {3: ErrorSet(reference_set(), errors())})


def test_each_reference_may_see_its_own_voltage():
    """Row by row against one voltage at a time: decisions are independent without shared errors."""
    one = errors(independent=8e-3)
    voltage = np.array([[0.39, 0.42, 0.45], [0.41, 0.40, 0.43]])
    found = code_curves(voltage, V_REF, one, RAILS)
    for row, got in zip(voltage, found, strict=True):
        above = norm.cdf((row - V_REF) / 8e-3)
        none, every = np.prod(1 - above), np.prod(above)
        single = sum(above[i] * np.prod(np.delete(1 - above, i)) for i in range(3))
        np.testing.assert_allclose(got[[0, 1, 3]], [none, single, every], atol=1e-12)


def test_the_mean_of_both_lines_counts_with_its_weight():
    """Differential samples: sample by sample against the direct formula."""
    random = np.random.default_rng(6)
    levels = pd.DataFrame(
        {
            "n_plus": np.arange(5),
            "n_minus": 4 - np.arange(5),
            "v_bl_nominal_v": 0.6 + 0.01 * np.arange(5),
            "v_blb_nominal_v": 0.2 + 0.0 * np.arange(5),
            "failed": 0,
            "flipped": 0,
        }
    )
    noise = 0.01 * random.standard_normal((2, 400))
    samples = pd.DataFrame(
        {
            "n_plus": 2,
            "n_minus": 2,
            "index": np.arange(400),
            "v_bl_v": 0.62 + noise[0],
            "v_blb_v": 0.2 + noise[1],
            "status": "ok",
        }
    )
    model = build_level_model(levels, samples, "differential")
    common = CommonMode(np.array([-0.4, 0.0, 0.6]), np.array([0.40, 0.41, 0.42]))
    one = ErrorSet(reference_set(), errors(independent=5e-3), common)
    found = mlsa_code_probabilities(model, samples, one)
    difference = (samples["v_bl_v"] - samples["v_blb_v"]).to_numpy()
    mean = (samples["v_bl_v"] + samples["v_blb_v"]).to_numpy() / 2
    seen = difference[:, None] + common.weight * (mean[:, None] - common.level)
    direct = code_curves(seen, V_REF, one.errors, RAILS).mean(axis=0)
    got = found[found["n_plus"] == 2].set_index("code")["probability"]
    np.testing.assert_allclose([got.get(c, 0.0) for c in range(4)], direct, atol=1e-9)
    # Without the mean it is another distribution: the weight is seen.
    plain = mlsa_code_probabilities(model, samples, ErrorSet(one.references, one.errors))
    other = plain[plain["n_plus"] == 2].set_index("code")["probability"]
    assert np.abs(direct - [other.get(c, 0.0) for c in range(4)]).max() > 0.01
