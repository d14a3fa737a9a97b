"""The SystemVerilog model and its test bench on Icarus Verilog."""

from __future__ import annotations

import shutil
import struct
import subprocess

import numpy as np
import pytest
from scipy.stats import chi2

from sram_spice.adapters import export
from sram_spice.lut import ideal_lut
from tests.adapters.moments import MILLION, draws_of
from tests.lut.results import HBNN, XNOR, lut_of, table
from tests.lut.test_lookup import chi_square, with_failures

pytestmark = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog is not installed (scripts/setup.sh)"
)
NAMES = {XNOR: "xnor_8t_64", HBNN: "hbnn_6t_64"}


def bench(lut, folder, *plus, **parameters):
    """Export, compile and run; one list of numbers for each line of the bench."""
    export(lut, "systemverilog", folder / "sv")
    home = folder / "sv"
    (top,) = (path.stem for path in home.glob("*_tb.sv"))
    values = [f"-P{top}.{name}={value}" for name, value in parameters.items()]
    sources = sorted(path.name for path in home.glob("*.sv"))
    command = ["iverilog", "-g2012", "-Wall", *values, "-s", top, "-o", "bench", *sources]
    compiled = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stderr
    assert "error" not in compiled.stderr
    run = subprocess.run(
        ["vvp", "-n", "bench", *plus], cwd=home, capture_output=True, text=True, check=True
    )
    assert "WARNING" not in run.stdout, run.stdout[:500]
    return np.array([line.split() for line in run.stdout.splitlines() if line[:1].isdigit()], float)


@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_without_mismatch_code_value_and_voltage_of_every_level(folder, tmp_path):
    lut = lut_of(folder)
    found = bench(lut, tmp_path, SAMPLED=0)
    plus, minus, code, value, volts = found.T
    sums, active = (plus - minus).astype(int), (plus + minus).astype(int)
    assert set(active) == ({64} if lut.always_active else set(range(0, 65, 8)))
    assert len(found) == sum(one + 1 for one in set(active))
    expected = lut.quantize(sums, n_active=active)
    np.testing.assert_array_equal(code, expected)
    np.testing.assert_allclose(value, lut.decode(expected), rtol=1e-11)
    levels = table(folder, "levels").set_index(["n_plus", "n_minus"])["v_bl_nominal_v"]
    nominal = levels.loc[list(zip(plus.astype(int), minus.astype(int), strict=True))]
    np.testing.assert_allclose(volts, nominal, rtol=1e-8)  # digits of levels.csv


def test_memory_files_are_rows_of_the_table(tmp_path):
    export(lut_of(HBNN), "systemverilog", tmp_path / "sv")
    lut = lut_of(HBNN)
    words = (tmp_path / "sv" / "cumulative.mem").read_text().split()
    at = 20 * 21 // 2 + 3  # n_active = 20, n_plus = 3
    found = np.array([int(word, 16) for word in words]).reshape(-1, 8)[at] / 2.0**32
    expected = np.cumsum(lut.probability(3 - 17, n_active=20)[:-1])
    np.testing.assert_allclose(found, expected, atol=2.0**-31)
    volts = (tmp_path / "sv" / "v_mean.mem").read_text().split()
    assert struct.unpack(">d", bytes.fromhex(volts[at]))[0] == lut.voltage(-14, n_active=20)[0]


def check_counts(lut, found, accesses):
    """Codes by chi-square, voltages by mean and variance, at all levels of a counting bench."""
    statistic, freedom = 0.0, 0
    for plus, minus, total, none, *rest in found.tolist():
        counts, (mean, variance) = np.array([*rest[:-2], none]), rest[-2:]
        assert total == accesses == counts.sum()
        own = {"n_active": int(plus + minus)}
        one, degrees = chi_square(counts, accesses * lut.probability(int(plus - minus), **own))
        statistic, freedom = statistic + one, freedom + degrees
        volts, spread = lut.voltage(int(plus - minus), **own)
        assert mean == pytest.approx(volts, abs=4.5 * spread / accesses**0.5 + 1e-9)
        # Standard error of a variance: sqrt(2 / n) of itself for a normal distribution.
        assert variance == pytest.approx(spread**2, rel=5 * (2 / accesses) ** 0.5, abs=1e-15)
    assert freedom > 20
    assert chi2.ppf(0.0005, freedom) < statistic < chi2.ppf(0.9995, freedom)


@pytest.mark.slow
def test_a_million_accesses_of_the_8t_column(tmp_path):
    lut, accesses = lut_of(XNOR), draws_of(65)
    found = bench(lut, tmp_path, "+count", ACCESSES=accesses, SEED=7)
    assert accesses * len(found) >= MILLION
    check_counts(lut, found, accesses)


def test_accesses_of_the_6t_column(tmp_path):
    found = bench(lut_of(HBNN), tmp_path, "+count", ACCESSES=200, SEED=3)
    assert len(found) == 9 + 8 * 36
    check_counts(lut_of(HBNN), found, 200)


@pytest.mark.slow
def test_failed_samples_have_no_code(tmp_path):
    found = bench(with_failures(lut_of(XNOR), 4, 0.25), tmp_path, "+count", ACCESSES=2000)
    none = {int(row[0] - row[1]): row[3] for row in found}
    # 2000 draws of 0.25: sigma 19.
    assert none.pop(4) == pytest.approx(500, abs=90)
    assert not any(none.values())
    never = bench(with_failures(lut_of(XNOR), 4, 1.0), tmp_path, SAMPLED=0)
    assert [int(row[0] - row[1]) for row in never if row[2] == -1] == [4]


def test_a_name_that_no_identifier_has(tmp_path):
    lut = ideal_lut(4, True)
    lut.data.attrs["topology"] = "8T-column 2"
    found = bench(lut, tmp_path, SAMPLED=0)
    assert (tmp_path / "sv" / "column_8t_column_2.sv").is_file()
    np.testing.assert_array_equal(found[:, 3], np.arange(-4, 5, 2))
