"""Exit codes 0, 1 and 3; 2 is in test_bad_input, 130 in test_interrupt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sram_spice.cli import characterize as command
from sram_spice.errors import SimulatorError

from .conftest import DESIGN

MISSING = "/nonexistent/libngspice.so"


@pytest.fixture
def outcome_of(invoke, home, monkeypatch, finished_8t):
    """Run `characterize` with a run that ends as given: a manifest, or an exception."""

    def outcome_of(ends):
        def run(*_arguments, **_options):
            if isinstance(ends, BaseException):
                raise ends
            return ends

        monkeypatch.setattr(command, "characterize", run)
        return invoke("characterize", DESIGN, "-o", "out")

    outcome_of.good = finished_8t.run
    return outcome_of


def test_done(outcome_of):
    outcome = outcome_of(outcome_of.good)
    assert (outcome.code, outcome.err) == (0, "")
    *assumed, report = outcome.out.splitlines()
    assert report == "report: out/report.html"
    assert assumed
    assert all(line.startswith("assumed: ") for line in assumed)


def test_warnings_are_said_and_change_no_exit_code(outcome_of):
    outcome = outcome_of(replace(outcome_of.good, warnings=["Data is lost [x]", "more"]))
    assert outcome.code == 0
    assert outcome.err == "warning: Data is lost [x]\nwarning: more\n"


def test_some_points_failed(outcome_of):
    statuses = {"nominal": {"ok": 3, "flipped": 4}, "monte_carlo": {"ok": 1, "timeout": 2}}
    outcome = outcome_of(replace(outcome_of.good, statuses=statuses))
    assert outcome.code == 1
    assert "2 points have no valid solution" in outcome.err
    assert outcome.out.endswith("\nreport: out/report.html\n")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (SimulatorError("broken\nlibrary"), 3, "error: broken library\n"),
        (KeyboardInterrupt(), 130, "error: interrupted; what was finished is kept"),
        (OSError(28, "No space left on device", "x.csv"), 2, "error: x.csv: No space left"),
        (PermissionError(13, "Permission denied", "/x"), 2, "error: /x: Permission denied\n"),
        (OSError("nameless"), 2, "error: file: nameless\n"),
        (OSError(21, "Is a directory", ".tmp1", None, "x.cir"), 2, "error: x.cir: Is a directory"),
    ],
)
def test_what_goes_wrong_is_one_message(outcome_of, error, code, text):
    outcome = outcome_of(error)
    assert outcome.code == code
    assert outcome.err.startswith(text)
    assert len(outcome.err.splitlines()) == 1


def test_without_libngspice(invoke, home, monkeypatch):
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", MISSING)
    outcome = invoke("characterize", DESIGN, "-o", "out", "--workers", "1")
    assert outcome.code == 3
    lines = outcome.err.splitlines()
    assert lines[-1].startswith("error: libngspice cannot be used: ")
    assert MISSING in lines[-1]
    assert "Traceback" not in outcome.err
    assert [line for line in lines if line.startswith("error:")] == lines[-1:]
    assert [path.name for path in home.rglob("*")] == ["out"]


def test_doctor_without_libngspice(invoke, monkeypatch):
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", MISSING)
    monkeypatch.setenv("COLUMNS", "200")
    outcome = invoke("doctor")
    assert outcome.code == 3
    assert "broken" in outcome.out
    assert "libngspice0" in outcome.out
    assert "Traceback" not in outcome.err


def test_doctor_without_the_program(invoke, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    outcome = invoke("doctor")
    assert outcome.code == 3
    assert "ngspice is not installed" in outcome.out


def test_netlist_needs_no_simulator(invoke, monkeypatch):
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", MISSING)
    assert invoke("netlist", DESIGN, "--set", "column.rows=2").code == 0
