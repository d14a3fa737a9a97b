"""`sram-spice export` on results."""

from __future__ import annotations

import csv

import pytest

from sram_spice.lut import Lut, ideal_lut
from sram_spice.registry import ADAPTERS
from tests.lut.results import HBNN, MAP, XNOR, lut_of


@pytest.mark.parametrize("to", ADAPTERS.names())
def test_every_format_writes_what_it_says(invoke, home, to):
    outcome = invoke("export", str(XNOR), "--to", to, "-o", "table.py")
    assert (outcome.code, outcome.err) == (0, "real amplifier\n")
    written = outcome.out.splitlines()
    assert written
    found = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    assert set(written) == found


@pytest.mark.parametrize("to", ["csv", "crosssim", "systemverilog", "verilog-a", "aihwkit", "json"])
@pytest.mark.parametrize("amplifier", ["real", "ideal"])
def test_what_is_written_says_whose_codes_it_has(invoke, home, to, amplifier):
    outcome = invoke("export", str(XNOR), "--to", to, "-o", "table.py", "--amplifier", amplifier)
    assert (outcome.code, outcome.err) == (0, f"{amplifier} amplifier\n")
    texts = [p.read_bytes() for p in home.rglob("*") if p.is_file() and p.suffix != ".nc"]
    assert any(amplifier.encode() in text for text in texts)
    other = {"real": b"ideal amplifier", "ideal": b"real amplifier"}[amplifier]
    assert not any(other in text for text in texts)


def test_an_amplifier_that_is_not_in_the_table(invoke, home):
    ideal_lut(4, True).save("lut.nc")
    outcome = invoke("export", "lut.nc", "--to", "csv", "-o", "a.csv", "--amplifier", "real")
    assert (outcome.code, outcome.out) == (2, "")
    assert "a real amplifier was not characterized" in outcome.err
    assert "sram-spice references DIR --sense-amplifier" in outcome.err
    outcome = invoke("export", "lut.nc", "--to", "csv", "-o", "a.csv")
    assert "ideal amplifier (a real one was not characterized)" in outcome.err
    outcome = invoke("export", str(XNOR), "--to", "csv", "-o", "a.csv", "--amplifier", "best")
    assert outcome.code == 2
    assert "amplifier: no such amplifier (got 'best'); allowed: real, ideal" in outcome.err


def test_a_lut_file_instead_of_its_folder(invoke, home):
    assert invoke("export", str(XNOR / "lut.nc"), "--to", "netcdf", "-o", "a.nc").code == 0
    assert Lut.load("a.nc").rows == 64


@pytest.mark.slow
def test_a_condition_of_a_sweep(invoke, home):
    at = ["--at", "column.word_line_voltage=0.55", "--at", "load_width=4e-6"]
    outcome = invoke("export", str(MAP), "--to", "netcdf", "-o", "a.nc", *at)
    assert outcome.code == 0
    lut = Lut.load("a.nc")
    assert lut.conditions == {}
    assert lut.design["column"]["word_line_voltage"] == 0.55


def test_the_active_rows_of_a_6t_column(invoke, home):
    options = ["--to", "neurosim", "-o", "a.csv", "--n-active", "20"]
    assert invoke("export", str(HBNN), *options).code == 0
    with open("a.csv", encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 22


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([str(XNOR), "--to", "xml", "-o", "a"], "--to: no plug-in of this name (got 'xml')"),
        ([str(HBNN), "--to", "neurosim", "-o", "a"], "--n-active: NeuroSim knows sums only"),
        (["nowhere", "--to", "csv", "-o", "a"], "nowhere: no such file"),
        ([str(XNOR), "--to", "csv", "-o", "no/a"], "no/a: -o: its folder does not exist"),
        ([str(MAP), "--to", "crosssim", "-o", "a"], "--at KEY=VALUE"),
        (
            [str(MAP), "--to", "crosssim", "-o", "a", "--at", "load_width=4e-6"],
            "word_line_voltage: crosssim holds one condition, the sweep has several",
        ),
        ([str(MAP), "--to", "csv", "-o", "a", "--at", "vdd"], "--at: not a condition (got 'vdd')"),
        ([str(MAP), "--to", "csv", "-o", "a", "--at", "vdd=1"], "vdd: not a swept condition"),
        (
            [str(MAP), "--to", "csv", "-o", "a", "--at", "word_line_voltage=2"],
            "word_line_voltage: outside the characterized range (got 2.0); allowed: 0.4 .. 0.7",
        ),
    ],
)
def test_what_is_refused(invoke, home, monkeypatch, arguments, part):
    whole, load = lut_of(MAP), Lut.load  # a second or two each time
    monkeypatch.setattr(
        Lut, "load", lambda path, amplifier: whole if path == MAP else load(path, amplifier)
    )
    outcome = invoke("export", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert part in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not list(home.iterdir())
