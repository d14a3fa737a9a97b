"""Lut: sums to codes and back, against the CSV tables of the same runs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from sram_spice.errors import InputError
from sram_spice.lut import NO_CODE, Lut, ideal_lut
from tests.lut.results import HBNN, XNOR, lut_of, table

DRAWS = 100_000
RUNS = [(XNOR, "own"), (HBNN, "own"), (HBNN, "global")]


def levels_of(folder):
    levels = table(folder, "levels")
    return levels["sum"].to_numpy(), (levels["n_plus"] + levels["n_minus"]).to_numpy()


def active_of(lut, active):
    return {} if lut.always_active else {"n_active": active}


@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_the_ideal_quantizer_counts_the_thresholds_of_references_csv(folder):
    lut = lut_of(folder)
    sums, _ = levels_of(folder)
    references = table(folder, "references")
    own = references[references["n_active"] == 64].sort_values("index")
    expected = (own["threshold_sum"].to_numpy() < sums[:, None]).sum(axis=1)
    found = lut.ideal(sums)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int16
    with pytest.raises(InputError, match="sums: a sum that this column cannot have"):
        lut.ideal([66])


@pytest.mark.slow
@pytest.mark.parametrize("amplifier", ["real", "ideal"])
@pytest.mark.parametrize(("folder", "kind"), RUNS)
def test_without_a_generator_it_is_what_the_nominal_circuit_reads(folder, kind, amplifier):
    """Nominal volts of levels.csv against references.csv, row by row."""
    lut = lut_of(folder).with_amplifier(amplifier)
    levels, references = table(folder, "levels"), table(folder, "references")
    expected = []
    for row in levels.itertuples():
        active = row.n_plus + row.n_minus
        wanted = references["n_active"].isna() if kind == "global" else active
        own = references[wanted if kind == "global" else references["n_active"] == wanted]
        # No active row: sum 0 is certain, and its code is known without comparing.
        above = own["v_ref_v"] < row.v_bl_nominal_v
        no_rows = kind == "own" and active == 0
        expected.append((lut.thresholds < 0).sum() if no_rows else above.sum())
    sums, active = levels_of(folder)
    found = lut.quantize(sums, references=kind, **active_of(lut, active))
    np.testing.assert_array_equal(found, expected)


def test_one_set_of_references_for_all_active_rows_loses_the_6t_column():
    lut = lut_of(HBNN)
    sums, active = levels_of(HBNN)
    own, common, ideal = (
        lut.quantize(sums, n_active=active),
        lut.quantize(sums, n_active=active, references="global"),
        lut.ideal(sums),
    )
    # References of their own miss the quantizer by a code, where mismatch moves the mean; a set
    # for all is codes away in most levels, which the quantizer alone does not show.
    assert np.abs(own - ideal).max() <= 1
    assert (common != ideal).mean() > 0.4
    assert np.abs(common - ideal).max() >= 3


def test_a_nominal_column_that_loses_its_data_has_no_code():
    data = lut_of(XNOR).data.copy(deep=True)
    at = int(np.flatnonzero(data["sum"].to_numpy() == 4)[0])
    data["nominal_status"][at] = 3
    lut = Lut(data)
    assert lut.quantize([2, 4, 6]).tolist() == [lut_of(XNOR).quantize(2), NO_CODE, 5]


def expected_counts(folder, kind, codes):
    name = "code_probability_mlsa" if kind == "own" else "code_probability_mlsa_global"
    frame = table(folder, name)
    frame["code"] = frame["code"].fillna(codes).astype(int)
    wide = frame.pivot(index=["n_plus", "n_minus"], columns="code", values="probability")
    return wide.reindex(columns=range(codes + 1)).fillna(0.0)


def chi_square(counts, expected):
    """Tail probability; outcomes expected less than 5 times are one outcome."""
    rare = expected < 5
    counts = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    if expected[-1] < 5:
        assert counts[-1] < 30
        counts, expected = counts[:-1], expected[:-1]
    statistic = ((counts - expected) ** 2 / expected).sum()
    return statistic, counts.size - 1


@pytest.mark.parametrize(("folder", "kind"), RUNS)
def test_sampled_frequencies_are_those_of_code_probability_csv(folder, kind):
    lut = lut_of(folder)
    probability = expected_counts(folder, kind, lut.codes)
    every = probability.index.to_frame().to_numpy()
    chosen = every[:: max(1, len(every) // 65)]
    statistic, freedom = 0.0, 0
    rng = np.random.default_rng(20261124)
    for n_plus, n_minus in chosen:
        sums = np.full(DRAWS, n_plus - n_minus)
        drawn = lut.quantize(
            sums, rng=rng, references=kind, **active_of(lut, int(n_plus + n_minus))
        )
        counts = np.bincount(np.where(drawn == NO_CODE, lut.codes, drawn), minlength=lut.codes + 1)
        one, own = chi_square(counts, DRAWS * probability.loc[(n_plus, n_minus)].to_numpy())
        statistic, freedom = statistic + one, freedom + own
    assert freedom > 40
    # Fixed seed; a right sampler is in here for 999 of 1000 seeds, 1 % of the codes moved is not.
    assert chi2.ppf(0.0005, freedom) < statistic < chi2.ppf(0.9995, freedom)


def test_sums_of_many_n_active_in_one_array():
    lut = lut_of(HBNN)
    sums, active = levels_of(HBNN)
    many = np.tile(sums, (500, 1))
    drawn = lut.quantize(many, rng=3, n_active=active)
    assert drawn.shape == many.shape
    found = lut.decode(drawn).mean(axis=0)
    mean, std = lut.moments(sums, n_active=active)
    # 2145 levels, 500 draws each: the greatest deviation of a right sampler is below 5 sigmas,
    # where the mean of 500 is Gaussian; the few draws of rare codes are left out.
    usual = (std == 0) | (std > 0.5)
    assert usual.mean() > 0.7
    assert (np.abs(found - mean) <= 5.0 * std / np.sqrt(500) + 1e-9)[usual].all()


def test_moments_are_those_of_the_draws():
    lut = lut_of(XNOR)
    sums, _ = levels_of(XNOR)
    mean, std = lut.moments(sums)
    values = lut.decode(lut.quantize(np.tile(sums, (20_000, 1)), rng=7))
    np.testing.assert_array_less(np.abs(values.mean(axis=0) - mean), 5 * std / np.sqrt(2e4) + 1e-9)
    # The relative error of a standard deviation is sqrt(kurtosis - 1) / (2 sqrt(n)): below 1 %
    # for these, but for the rims, where single outcomes decide.
    inner = std > 1.0
    np.testing.assert_allclose(values.std(axis=0)[inner], std[inner], rtol=0.05)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64, np.float32])
@pytest.mark.parametrize("shape", [(), (1,), (0,), (3, 5, 7), (70_001,)])
def test_arrays_of_any_shape_and_type(dtype, shape):
    lut = lut_of(XNOR)
    sums = (2 * np.random.default_rng(1).integers(-32, 33, size=shape)).astype(dtype)
    mean, drawn = lut.quantize(sums), lut.quantize(sums, rng=1)
    assert mean.shape == drawn.shape == lut.decode(drawn).shape == shape
    assert mean.dtype == drawn.dtype == np.int16
    np.testing.assert_array_equal(drawn, lut.quantize(sums.astype(np.int64), rng=1))


def test_a_seed_and_its_generator_give_the_same_codes_and_another_does_not():
    lut = lut_of(XNOR)
    sums = np.zeros(1000, dtype=int)
    first = lut.quantize(sums, rng=5)
    np.testing.assert_array_equal(first, lut.quantize(sums, rng=np.random.default_rng(5)))
    assert (first != lut.quantize(sums, rng=6)).any()


def test_a_transposed_array_gets_its_own_order():
    lut = lut_of(XNOR)
    sums = np.where(np.arange(12).reshape(3, 4) % 2, 64, -64)
    np.testing.assert_array_equal(lut.quantize(sums.T, rng=1), lut.quantize(sums).T)


def with_failures(lut, level_sum, share):
    """The table, but at one level a share of the samples had no solution."""
    data = lut.data.copy(deep=True)
    at = int(np.flatnonzero(data["sum"].to_numpy() == level_sum)[0])
    for name in ("probability", "probability_mlsa"):
        data[name][at] *= 1 - share
        data[f"{name}_no_code"][at] = share
    return Lut(data)


def test_failed_samples_have_no_code_and_no_value():
    lut = with_failures(lut_of(XNOR), 4, 0.25)
    sums = np.repeat([2, 4], 40_000)
    drawn = lut.quantize(sums, rng=1)
    assert not (drawn[:40_000] == NO_CODE).any()
    # 40000 draws of 0.25: sigma 0.0022.
    assert (drawn[40_000:] == NO_CODE).mean() == pytest.approx(0.25, abs=0.01)
    np.testing.assert_array_equal(np.isnan(lut.decode(drawn)), drawn == NO_CODE)
    np.testing.assert_allclose(lut.moments([4])[0], lut_of(XNOR).moments([4])[0])
    assert lut.probability(4)[-1] == 0.25


def test_a_level_that_never_has_a_solution_has_no_code_at_all():
    lut = with_failures(lut_of(XNOR), 4, 1.0)
    assert lut.quantize([2, 4]).tolist() == [4, NO_CODE]
    assert lut.quantize([4, 4], rng=1).tolist() == [NO_CODE] * 2
    assert np.isnan(lut.moments(4)).all()


@pytest.mark.parametrize("rng", [None, 1])
@pytest.mark.parametrize(
    ("folder", "sums", "active", "text"),
    [
        (XNOR, [0, 1], None, "sums: a sum that this column cannot have (got 1)"),
        (XNOR, [66], None, "sums: a sum that this column cannot have (got 66)"),
        (XNOR, [-66], None, "(got -66); allowed: -64 .. 64 in steps of 2 with 64 active rows"),
        (XNOR, [0], 32, "sums: a sum that this column cannot have"),
        (XNOR, [0.5], None, "sums: not whole numbers"),
        (XNOR, [np.nan], None, "sums: not whole numbers"),
        (HBNN, [0], None, "n_active: needed, because rows of this column may be inactive"),
        (HBNN, [1], 4, "(got 1); allowed: -4 .. 4 in steps of 2 with 4 active rows"),
        (HBNN, [0, 2], [0, 0], "(got 2); allowed: -0 .. 0"),
        (HBNN, [0], [65], "(got 'n_active = 65'); allowed: 0 .. 64 active rows"),
        (HBNN, [0], -1, "(got 'n_active = -1')"),
        (HBNN, [0], 2.5, "n_active: not whole numbers"),
    ],
)
def test_sums_that_a_column_cannot_have(folder, sums, active, text, rng):
    with pytest.raises(InputError) as caught:
        lut_of(folder).quantize(sums, rng=rng, n_active=active)
    assert text in str(caught.value)


@pytest.mark.parametrize("codes", [[8], [-2], [0.5]])
def test_codes_that_an_mlsa_cannot_have(codes):
    with pytest.raises(InputError, match="codes: not"):
        lut_of(XNOR).decode(codes)


def test_unknown_references():
    with pytest.raises(InputError, match="references: no such references"):
        lut_of(XNOR).quantize(0, references="best")


@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_references_are_those_of_the_csv(folder):
    references, lut = table(folder, "references"), lut_of(folder)
    for active, own in references.groupby("n_active", dropna=False):
        wanted = None if np.isnan(active) else int(active)
        np.testing.assert_allclose(lut.references(wanted), own["v_ref_v"], rtol=1e-8)
    if lut.always_active:
        np.testing.assert_array_equal(lut.references(), lut.references(64))
    with pytest.raises(InputError, match="n_active: no references for this number"):
        lut.references(65)


def test_voltages_are_those_of_the_csv():
    levels = table(XNOR, "levels")
    mean, std = lut_of(XNOR).voltage(levels["sum"])
    np.testing.assert_allclose(mean, levels["v_bl_mean_v"], rtol=1e-8)
    np.testing.assert_allclose(std, levels["v_bl_std_v"], rtol=1e-8)


def test_levels_without_samples_are_interpolated_between_those_that_have():
    levels, lut = table(HBNN, "levels"), lut_of(HBNN)
    active = levels["n_plus"] + levels["n_minus"]
    mean, std = lut.voltage(levels["sum"], n_active=active)
    sampled = levels["samples"].to_numpy() > 0
    assert 0.1 < sampled.mean() < 0.5
    np.testing.assert_allclose(mean[sampled], levels["v_bl_mean_v"][sampled], rtol=1e-8)
    shift = mean - levels["v_bl_nominal_v"]
    low, high = shift[sampled].min(), shift[sampled].max()
    assert ((shift >= low - 1e-12) & (shift <= high + 1e-12)).all()
    assert (std >= 0).all()
    assert std.max() == std[sampled].max()


def test_a_table_without_samples_has_no_spread():
    lut = ideal_lut(8, always_active=True)
    mean, std = lut.voltage(np.arange(-8, 9, 2))
    np.testing.assert_allclose(mean, np.linspace(0, 1, 9))
    assert not std.any()


def test_differential_spread_comes_from_the_samples():
    data = lut_of(XNOR).data
    lut = Lut(data.assign_attrs(sensing="differential"))
    _, std = lut.voltage([0])
    at = int(np.flatnonzero(data["sum"].to_numpy() == 0)[0])
    difference = data["v_bl_sample"][at] - data["v_blb_sample"][at]
    np.testing.assert_allclose(std, difference.std(ddof=1))
    alone = lut.data.drop_vars(["v_bl_sample", "v_blb_sample", "status"])
    with pytest.raises(InputError, match="not known without samples"):
        Lut(alone).voltage([0])


def test_the_table_needs_no_samples():
    lut = Lut(lut_of(XNOR).data.drop_vars(["v_bl_sample", "v_blb_sample", "status"]))
    assert lut.quantize([0], rng=1).shape == (1,)
    np.testing.assert_array_equal(lut.voltage([0]), lut_of(XNOR).voltage([0]))


@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_energy_and_latency_at_the_simulated_accesses(folder):
    access, lut = table(folder, "access"), lut_of(folder)
    active = (access["n_plus"] + access["n_minus"]).to_numpy()
    own = active_of(lut, active)
    found = lut.pulse_energy(access["sum"], **own)
    np.testing.assert_allclose(found, access["energy_j"], rtol=1e-8)
    bl = access["settling_time_bl_s"]
    np.testing.assert_allclose(lut.settling_time(access["sum"], **own), bl, rtol=1e-8)
    both = Lut(lut.data.assign_attrs(sensing="differential"))
    found = both.settling_time(access["sum"], **own)
    np.testing.assert_allclose(found, np.maximum(bl, access["settling_time_blb_s"]), rtol=1e-8)


def test_energy_between_the_accesses_is_linear():
    lut, access = lut_of(XNOR), table(XNOR, "access").sort_values("sum")
    expected = np.interp([-48, 10], access["sum"], access["energy_j"])
    np.testing.assert_allclose(lut.pulse_energy([-48, 10]), expected, rtol=1e-8)


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("rng", [None, 1])
def test_an_ideal_table_is_exact(always, rng):
    lut = ideal_lut(7, always)
    active = np.array([7] if always else range(8))
    for own in active:
        sums = np.arange(-own, own + 1, 2)
        codes = lut.quantize(sums, rng=rng, n_active=int(own))
        np.testing.assert_array_equal(lut.decode(codes), sums)


def test_what_the_table_is_of():
    lut = lut_of(XNOR)
    assert (lut.rows, lut.codes, lut.always_active, lut.sensing) == (64, 8, True, "single_ended")
    assert lut.design["column"]["word_line_voltage"] == 0.5
    assert lut.conditions == {}
    assert not lut_of(HBNN).always_active


@pytest.mark.parametrize(("folder", "active"), [(XNOR, None), (HBNN, 32), (HBNN, 1)])
def test_a_plot_is_written(folder, active, tmp_path):
    for name in ("lut.png", "lut.svg"):
        figure = lut_of(folder).plot(tmp_path / name, n_active=active)
        assert (tmp_path / name).stat().st_size > 10_000
    upper, lower = figure.axes
    assert "(V)" in upper.get_ylabel()
    assert "code" in lower.get_ylabel()
    with pytest.raises(InputError, match="cannot write this kind of figure"):
        lut_of(folder).plot(tmp_path / "lut.xyz", n_active=active)
    assert len(list(tmp_path.iterdir())) == 2
