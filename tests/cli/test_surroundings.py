"""Machines that people have: a closed pipe, an ASCII locale, names that are no UTF-8."""

from __future__ import annotations

import os
import subprocess

import pandas as pd
import pytest

from sram_spice.report.run import Run
from sram_spice.simulation.batch import run_batch

from .conftest import DESIGN, PROGRAM

ASCII = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize(
    "command", [("netlist", DESIGN), pytest.param(("measurements",), marks=pytest.mark.slow)]
)
def test_a_closed_pipe_ends_without_a_word(command):
    """As `| head -1`: a bare write, and a table of rich."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [PROGRAM, *command], stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_program_that_ends_itself_is_no_closed_pipe(invoke, monkeypatch):
    def ended(*_):
        raise SystemExit(7)

    monkeypatch.setattr("sram_spice.cli.netlist.load", ended)
    assert invoke("netlist", DESIGN).code == 7


@pytest.mark.slow
def test_in_an_ascii_locale_a_run_says_and_writes_all_it_does_elsewhere(invoke, tmp_path):
    design = tmp_path / "small.toml"
    design.write_text(
        'name = "small"  # µ, Ω\n[cell]\ntopology = "8t_xnor"\n[column]\nrows = 2\n'
        "[mlsa]\nlevels = 2\n[monte_carlo]\nsamples = 3\n",
        encoding="utf-8",
    )
    command = ["characterize", str(design), "--workers", "1", "-o"]
    done = subprocess.run(
        [PROGRAM, *command, tmp_path / "ascii"],
        env={**os.environ, **ASCII},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert invoke(*command, str(tmp_path / "utf-8")).code == 0
    ascii_, utf_8 = tmp_path / "ascii", tmp_path / "utf-8"
    files = {path.name for path in utf_8.iterdir()}
    assert {path.name for path in ascii_.iterdir()} == files
    for name in sorted(name for name in files if name.endswith((".csv", ".svg"))):
        assert (ascii_ / name).read_bytes() == (utf_8 / name).read_bytes(), name
    page = (ascii_ / "report.html").read_text("utf-8")
    assert not page.isascii()  # a report without any sign outside ASCII would prove nothing
    pd.testing.assert_frame_equal(Run.open(ascii_).levels, Run.open(utf_8).levels)


def test_a_word_outside_ascii_is_escaped_in_an_ascii_locale():
    done = subprocess.run(
        [PROGRAM, "netlist", DESIGN, "--set", "cell.length=65µm"],
        env={**os.environ, **ASCII},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert b"input should be a valid number" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_folder_that_is_no_utf_8_is_refused_before_anything_is_simulated(invoke, home):
    outcome = invoke("characterize", DESIGN, "-o", "caf\udce9")
    assert outcome.code == 2
    assert "-o: no name in UTF-8" in outcome.err
    assert "PYTHONUTF8=1" in outcome.err
    assert not list(home.iterdir())


def test_ctrl_c_while_packages_are_imported(invoke, monkeypatch):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr("sram_spice.cli.main.import_module", interrupted)
    outcome = invoke("netlist", DESIGN)
    assert (outcome.code, outcome.err) == (130, "error: interrupted\n")


@pytest.mark.parametrize("name", ["con", "nul.txt", "a.b-c_d", "1", "end", "n" * 64])
def test_a_design_of_any_name_that_is_allowed_runs_on_plain_ngspice(invoke, tmp_path, name):
    deck, found = tmp_path / "deck.cir", []
    for one in (name, "xnor_8t_64"):
        options = ("--set", f'name="{one}"', "--set", "column.rows=2", "-o", str(deck))
        assert invoke("netlist", DESIGN, *options).code == 0
        found.append(run_batch(deck.read_text("utf-8")))
    assert found[0] == found[1]  # a title that was read as a card would change or stop it
    assert 0.5 < found[0]["v(bl)"] < 1.0


@pytest.mark.parametrize(
    "name", ["", ".", "..", "-o", "a/b", "a\\\\b", "a b", "é", "名", "n" * 65, "a\\n.end", "a'b"]
)
def test_names_that_are_no_file_names_are_refused(invoke, name):
    outcome = invoke("netlist", DESIGN, "--set", f'name="{name}"')
    assert outcome.code == 2
    assert "toml: name: " in outcome.err
