"""Codes of the real amplifier: drawn, nominal, and of fixed silicon; energy of a whole access."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import trapezoid

from sram_spice.errors import InputError, RunWarning
from sram_spice.lut import NO_CODE, Lut, ideal_lut
from sram_spice.workload import level_distribution
from tests.lut.results import HBNN, MAP, XNOR, lut_of, table

SUMS = np.arange(-64, 65, 2)
DRAWS = 40_000


@cache
def errors():
    """Covariance of the thresholds of the 8T column by generator and amplifiers, V^2, as in CSV."""
    rows = table(XNOR, "threshold_errors_mlsa")
    return tuple(
        rows[[f"{part}_covariance_{j}_v2" for j in range(7)]].to_numpy()
        for part in ("generator", "offset")
    )


@cache
def samples():
    """BL of each sample at each sum, V, shape (65, 200)."""
    found = pd.read_parquet(XNOR / "samples.parquet").sort_values(["n_plus", "index"])
    return found["v_bl_v"].to_numpy().reshape(65, 200)


def counted(draws, rng):
    """P(code | sum) by counting: samples.parquet against references.csv with Gaussian errors."""
    v_ref = table(XNOR, "references").sort_values("index")["v_ref_v"].to_numpy()
    generator, offset = errors()
    found = np.zeros((65, 8))
    ladder = rng.multivariate_normal(np.zeros(7), generator, size=draws, method="svd")
    own = rng.standard_normal((draws, 7)) * np.sqrt(np.diag(offset))
    thresholds = v_ref + ladder + own
    for level, values in enumerate(samples()):
        picked = values[rng.integers(200, size=draws)]
        codes = (thresholds < picked[:, None]).sum(axis=1)
        found[level] = np.bincount(codes, minlength=8) / draws
    return found


def test_probabilities_are_those_of_counted_columns_with_drawn_offsets():
    expected = counted(DRAWS, np.random.default_rng(1))
    found = lut_of(XNOR).probability(SUMS)[:, :-1]
    # Binomial: 520 numbers, below 4.5 sigmas; one draw where hardly any is expected. The table's
    # own interpolation and Sobol average are good to 3e-4 (mlsa_code_probability.py).
    sigma = np.sqrt(found * (1 - found) / DRAWS)
    np.testing.assert_array_less(np.abs(found - expected), 4.5 * sigma + 3e-4)
    # The same test tells the ideal amplifier's: it could fail.
    ideal = lut_of(XNOR).with_amplifier("ideal").probability(SUMS)[:, :-1]
    assert (np.abs(ideal - expected) > 4.5 * sigma + 3e-4).mean() > 0.1


def drawn_averages(lut):
    """Share of wrong codes and mean square error of drawn codes, sums as often as they occur."""
    levels = level_distribution(_design(lut), True)
    rng = np.random.default_rng(7)
    sums = rng.choice(levels.n_plus - levels.n_minus, size=400_000, p=levels.probability)
    codes = lut.quantize(sums, rng=rng)
    return (codes != lut.ideal(sums)).mean(), ((lut.decode(codes) - sums) ** 2).mean()


def _design(lut):
    from sram_spice.design import design_from_dict

    return design_from_dict(lut.design)


@pytest.mark.parametrize(
    ("amplifier", "record"), [("real", ("sense_amplifier", "own_references")), ("ideal", ())]
)
def test_averages_of_drawn_codes_are_those_of_the_manifest(amplifier, record):
    sensing = json.loads((XNOR / "manifest.json").read_text())["sensing"]
    expected = sensing["own_references"]
    for key in record:
        sensing = sensing[key]
        expected = sensing
    wrong, square = drawn_averages(lut_of(XNOR).with_amplifier(amplifier))
    # 400,000 draws: sigma of the share 0.08 %, of a square with a kurtosis of some 5 about 0.05.
    assert wrong == pytest.approx(expected["error_probability"], abs=0.0035)
    assert square == pytest.approx(expected["mean_square_error"], abs=0.2)
    # What the reference design is known for.
    share, error = (0.513, 12.81) if amplifier == "real" else (0.4757, 10.90)
    assert expected["error_probability"] == pytest.approx(share, abs=1e-3)
    assert expected["mean_square_error"] == pytest.approx(error, abs=0.01)


def test_the_default_is_the_real_amplifier_where_it_was_characterized():
    assert lut_of(XNOR).amplifier == lut_of(HBNN).amplifier == lut_of(MAP).amplifier == "real"
    assert Lut.load(XNOR, amplifier="ideal").amplifier == "ideal"
    assert "real amplifier" in repr(lut_of(XNOR))
    assert "ideal amplifier>" in repr(lut_of(XNOR).with_amplifier("ideal"))
    assert "real amplifier" in lut_of(XNOR)._repr_html_()
    point = lut_of(MAP).with_amplifier("ideal").interp(word_line_voltage=0.55, load_width=3e-6)
    assert point.amplifier == "ideal"
    assert "word_line_voltage" in repr(lut_of(MAP))


def test_global_references_have_a_real_amplifier_of_their_own():
    lut = lut_of(HBNN)
    codes = table(HBNN, "code_probability_mlsa_global")
    one = codes[(codes["n_plus"] == 20) & (codes["n_minus"] == 12)]
    found = lut.probability(8, n_active=32, references="global")
    np.testing.assert_allclose(found[one["code"].astype(int)], one["probability"], rtol=1e-8)


def without_real(lut):
    gone = [n for n in map(str, lut.data.variables) if n.startswith("probability_mlsa")]
    attributes = {k: v for k, v in lut.data.attrs.items() if k != "amplifier"}
    return Lut(lut.data.drop_vars(gone).drop_attrs(deep=False).assign_attrs(attributes))


def test_a_real_amplifier_that_was_not_characterized(tmp_path):
    lut = without_real(lut_of(XNOR))
    assert lut.amplifier == "ideal"
    assert "ideal amplifier (a real one was not characterized)" in repr(lut)
    lut.save(tmp_path / "lut.nc")
    with pytest.warns(RunWarning, match="those of an ideal amplifier.*--sense-amplifier"):
        assert Lut.load(tmp_path / "lut.nc").amplifier == "ideal"
    with pytest.raises(InputError) as caught:
        Lut.load(tmp_path / "lut.nc", amplifier="real")
    assert "amplifier: a real amplifier was not characterized" in str(caught.value)
    assert "sram-spice references DIR --sense-amplifier" in str(caught.value)
    with pytest.raises(InputError, match="no such amplifier"):
        lut_of(XNOR).with_amplifier("best")
    assert ideal_lut(4, True).amplifier == "ideal"


@pytest.mark.filterwarnings("error::sram_spice.errors.RunWarning")
def test_who_chooses_the_ideal_amplifier_is_not_warned(tmp_path):
    without_real(lut_of(XNOR)).save(tmp_path / "lut.nc")
    assert Lut.load(tmp_path / "lut.nc", amplifier="ideal").amplifier == "ideal"
    ideal_lut(4, True).save(tmp_path / "ideal.nc")  # nothing that could be characterized
    assert Lut.load(tmp_path / "ideal.nc").amplifier == "ideal"


def test_a_file_remembers_whose_codes_it_gives(tmp_path):
    lut_of(XNOR).with_amplifier("ideal").save(tmp_path / "lut.nc")
    assert Lut.load(tmp_path / "lut.nc").amplifier == "ideal"
    real = Lut.load(tmp_path / "lut.nc", amplifier="real")
    np.testing.assert_array_equal(real.probability(SUMS), lut_of(XNOR).probability(SUMS))


def test_a_column_reads_the_same_code_at_every_access():
    chip = lut_of(XNOR).chip(5, columns=300)
    sums = np.tile(SUMS[:, None], (3, 1))
    codes = chip.quantize(sums)
    assert codes.shape == (195, 300)
    np.testing.assert_array_equal(codes[:65], codes[65:130])
    np.testing.assert_array_equal(codes, lut_of(XNOR).chip(5, columns=300).quantize(sums))
    assert (codes[:65] != lut_of(XNOR).chip(6, columns=300).quantize(SUMS[:, None])).any()
    # One silicon at all levels: its code rises with the sum, but where cells of the sample differ.
    assert (np.diff(codes[:65].astype(int), axis=0) < -1).mean() < 0.01
    picked = chip.quantize([0, 4, 0], [7, 7, 9])
    np.testing.assert_array_equal(picked, [codes[32, 7], codes[34, 7], codes[32, 9]])
    assert len(chip) == 300
    assert "300 columns" in repr(chip)


@pytest.mark.slow
def test_thresholds_of_chips_vary_as_was_measured():
    """Columns share the generator of their chip, and have amplifiers of their own."""
    generator, offset = errors()
    chips = [lut_of(XNOR).chip(seed, columns=2).error[:, 0] for seed in range(2000)]
    first, second = np.stack(chips, axis=1)  # the first and the second column of each chip
    scale = np.sqrt(np.diag(generator + offset))
    scale = np.outer(scale, scale)
    # A correlation of 2000 pairs is good to 2.2 %; 98 of them, below 4 sigmas.
    for found, expected in (
        (first.T @ first, generator + offset),
        (first.T @ second, generator),
    ):
        np.testing.assert_allclose(found / len(chips) / scale, expected / scale, atol=0.09)


def test_codes_of_many_chips_are_as_often_as_those_of_accesses():
    lut = lut_of(XNOR)
    chips = 300
    codes = np.concatenate(
        [lut.chip(seed, columns=200).quantize(SUMS[:, None]) for seed in range(chips)], axis=1
    )
    counts = np.stack([(codes == code).mean(axis=1) for code in range(8)], axis=1)
    found = lut.probability(SUMS)[:, :-1]
    # A generator (1 mV of 13 mV) is shared by a chip: its part counts 300 times, the rest 60,000.
    shared = 0.03 / np.sqrt(chips)
    sigma = np.sqrt(found * (1 - found) / codes.shape[1] + shared**2)
    np.testing.assert_array_less(np.abs(counts - found), 4.5 * sigma * (found > 0) + 4e-4)


def test_a_column_of_ideal_amplifiers_is_its_sample_against_the_references():
    lut = lut_of(XNOR).with_amplifier("ideal")
    v_ref = lut.references()
    for sample in (0, 57, 199):
        found = lut.column(sample).quantize(SUMS, 0)
        np.testing.assert_array_equal(found, (v_ref < samples()[:, sample, None]).sum(axis=1))


def test_thermal_noise_is_all_that_differs_between_accesses():
    lut = lut_of(XNOR)
    data = lut.data.copy(deep=True)
    data["v_threshold_noise"][:] = 3e-3
    chip, quiet = Lut(data).chip(1, columns=40), lut.chip(1, columns=40)
    np.testing.assert_array_equal(
        chip.quantize(SUMS[:, None]), quiet.quantize(SUMS[:, None], rng=1)
    )
    many = np.full((4000, 40), 0)
    codes = chip.quantize(many, rng=3)
    level = 32
    v = samples()[level, chip.samples]
    thresholds = lut.references() + chip.error[:, 0]
    # One decision after the other: the mean code is the sum of their probabilities.
    from scipy.stats import norm

    expected = norm.cdf((v[:, None] - thresholds) / 3e-3).sum(axis=1)
    # At most 7 decisions, each of a variance of a quarter: sigma 0.02; 40 columns.
    np.testing.assert_allclose(codes.mean(axis=0), expected, atol=0.06)


def test_samples_that_lose_data_have_no_code_on_a_chip():
    data = lut_of(XNOR).data.copy(deep=True)
    data["status"][10, 3] = 3
    column = Lut(data).column(3)
    codes = column.quantize(SUMS, 0)
    assert np.flatnonzero(codes == NO_CODE).tolist() == [10]


@pytest.mark.parametrize(
    ("use", "text"),
    [
        (lambda: lut_of(HBNN).chip(), "not every level has its samples"),
        (lambda: lut_of(MAP).chip(), "holds several conditions"),
        (lambda: lut_of(XNOR).column(200), "no such sample; allowed: 0 .. 199"),
        (lambda: lut_of(XNOR).chip(columns=0), "1 or more columns"),
        (lambda: lut_of(XNOR).chip(columns=2).quantize([0], [2]), "no such column"),
        (lambda: lut_of(XNOR).chip(columns=2).quantize([1]), "(got 1)"),
        (lambda: lut_of(XNOR).chip(references="best"), "no such references"),
    ],
)
def test_columns_that_cannot_be(use, text):
    with pytest.raises(InputError) as caught:
        use()
    assert text in str(caught.value)


def test_a_table_of_an_older_version_says_what_its_chips_need():
    old = lut_of(XNOR).data.drop_vars(["generator_covariance", "offset_covariance"])
    with pytest.raises(InputError, match=r"older version; allowed: .*ideal.*--sense-amplifier"):
        Lut(old).chip()
    assert len(Lut(old).with_amplifier("ideal").chip()) == 64


def test_energy_and_latency_are_those_of_the_whole_accesses_of_mlsa():
    """Accesses of `mlsa` at all 65 sums; the table has nine of them and is linear in between."""
    lut, codes = lut_of(XNOR), table(XNOR, "mlsa_codes")
    codes = codes[codes["mode"] == "parallel"].sort_values("sum")
    simulated = codes["n_plus"].isin(table(XNOR, "access_mlsa")["n_plus"]).to_numpy()
    assert simulated.sum() == 9
    parts = lut.energy_split(SUMS)
    assert list(parts) == ["bit_line", "pre_charge", "amplifiers", "references"]
    for part, found in parts.items():
        expected = codes[f"energy_{part}_j"].to_numpy()
        # The nine were simulated twice, with other taps of the same trim.
        np.testing.assert_allclose(found[simulated], expected[simulated], rtol=2e-3)
    np.testing.assert_allclose(lut.energy(SUMS), codes["energy_j"], rtol=0.02)
    np.testing.assert_array_equal(lut.energy(SUMS), sum(parts.values()))
    np.testing.assert_allclose(lut.latency_split(SUMS)["read"], codes["latency_read_s"], rtol=1e-6)
    # Settling is read off in steps of the simulator.
    np.testing.assert_allclose(lut.latency(SUMS), codes["latency_s"], rtol=0.05)
    levels = level_distribution(_design(lut), True)
    mean = levels.probability @ lut.energy(levels.n_plus - levels.n_minus)
    expected = table(XNOR, "mlsa_energy")
    expected = expected[expected["mode"] == "parallel"].iloc[0]
    assert mean == pytest.approx(expected["energy_j"], rel=5e-3, abs=0)
    assert expected["energy_j"] == pytest.approx(1.746e-12, abs=1e-15)
    # The amplifier of the codes does not change what the circuit takes.
    np.testing.assert_array_equal(lut.with_amplifier("ideal").energy(SUMS), lut.energy(SUMS))


@pytest.mark.parametrize("n_plus", [0, 16, 32, 48, 64])
def test_why_a_pulse_takes_more_than_the_bit_line_in_an_access(n_plus):
    """The load draws as long as the word line is high: 1.5 ns, or what the amplifiers need."""
    lut, waves = lut_of(XNOR), pd.read_parquet(XNOR / "waveforms.parquet")
    waves = waves[waves["n_plus"] == n_plus]
    time, current = waves["time_s"].to_numpy(), -waves["i_vdd_a"].to_numpy()
    word_line = waves["v_wl_v"].to_numpy() > waves["v_wl_v"].max() / 2
    rise, fall = time[word_line][[0, -1]]
    read = lut.latency_split(2 * n_plus - 64)["read"]
    assert fall - rise == pytest.approx(1.5e-9, rel=0.01)
    at = np.linspace(rise + read, fall, 2000)
    longer = trapezoid(np.interp(at, time, current), at)  # of 1 V
    bit_line = lut.energy_split(2 * n_plus - 64)["bit_line"]
    assert longer > 0.3 * lut.pulse_energy(2 * n_plus - 64)
    # Edges and pre-charge, which the pulse has and `bit_line` has not, are the rest.
    assert lut.pulse_energy(2 * n_plus - 64) - longer == pytest.approx(
        float(bit_line), rel=0.05, abs=0
    )


def test_without_an_access_with_the_mlsa_there_is_no_energy():
    lut = lut_of(MAP).sel(word_line_voltage=0.5, load_width=2e-6)  # points of a sweep have none
    for use in (lut.energy, lut.energy_split, lut.latency, lut.latency_split):
        with pytest.raises(InputError) as caught:
            use(0)
        assert "sram-spice references DIR --sense-amplifier" in str(caught.value)
        assert "lut.pulse_energy" in str(caught.value)


def test_the_mean_of_both_lines_counts_where_input_pairs_do_not_balance():
    """Differential sensing compares BL - BLB, and a part of their mean."""
    data = lut_of(XNOR).data.assign_attrs(sensing="differential").copy(deep=True)
    rng = np.random.default_rng(2)
    v_ref = np.sort(rng.uniform(-0.3, 0.3, 7))
    weight, middle = rng.uniform(-0.3, 0.3, 7), rng.uniform(0.4, 0.8, 7)
    data["v_ref"][:] = v_ref
    data["common_mode_weight"][:], data["v_common_mode"][:] = weight, middle
    levels = table(XNOR, "levels").sort_values("sum")
    bl, blb = (levels[f"v_{line}_nominal_v"].to_numpy()[:, None] for line in ("bl", "blb"))
    expected = (bl - blb + weight * ((bl + blb) / 2 - middle) > v_ref).sum(axis=1)
    np.testing.assert_array_equal(Lut(data).quantize(SUMS), expected)
    assert (expected != (bl - blb > v_ref).sum(axis=1)).any()
    ideal = Lut(data).with_amplifier("ideal").quantize(SUMS)  # whose pairs balance everywhere
    np.testing.assert_array_equal(ideal, (bl - blb > v_ref).sum(axis=1))


def test_a_reference_at_a_rail_is_not_compared():
    data = lut_of(XNOR).data.copy(deep=True)
    data["v_ref"][0, 0], data["v_ref"][0, -1] = 0.0, 1.0
    data["v_bl_nominal"][:] = np.where(SUMS > 0, 1.01, -0.01)  # gates lift a bit line beyond them
    found = Lut(data).quantize(SUMS)
    np.testing.assert_array_equal(found, np.where(SUMS > 0, 6, 1))
