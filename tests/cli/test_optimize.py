"""`sram-spice optimize`: exit codes, what is said, bad input."""

from __future__ import annotations

import pytest

from sram_spice.results.design_numbers import NUMBERS
from tests.cli.conftest import DESIGN

SMALL = (
    *("--set", "column.rows=4", "--set", "mlsa.levels=3", "--set", "mismatch.a_vt=0"),
    *("--vary", "column.word_line_voltage=0.4:0.6", "--minimize", "column_energy"),
    *("--subject-to", "data_loss<=1", "--points", "2", "--confirm", "0", "--workers", "1"),
)


@pytest.mark.slow
def test_a_front_and_none(invoke, home):
    done = invoke("optimize", DESIGN, "-o", "out", *SMALL, "--typical-only")
    assert done.code == 0, done.err
    assert "2 points over column.word_line_voltage for small column_energy" in done.out
    assert "in the typical condition alone: tt, 1 V, 27 degC" in done.out
    files = {"points.csv", "front.csv", "optimize.json", "report.html", "front.png"}
    assert files <= {p.name for p in home.glob("out/*")}
    assert invoke("report", "out").code == 0
    # Every point was evaluated, and none is good: the search is done.
    none = invoke(
        "optimize", DESIGN, "-o", "out", *SMALL, "--typical-only", "--subject-to", "swing>=0.9"
    )
    assert none.code == 0
    assert "none of 2 points keeps all constraints: 2 break one" in none.out
    assert not list(home.glob("out/front/*.toml"))  # those of the other search are gone


def test_help_lists_every_number(invoke):
    text = " ".join(invoke("optimize", "--help").out.split())
    for name in NUMBERS:
        assert f"{name}: " in text, name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--minimize: no objective"),
        (("--minimize", "mse"), "--vary: nothing is varied"),
        (("--minimize", "power"), "--minimize: no such number"),
        (("--minimize", "mse", "--vary", "column.rows"), "--vary: not a range"),
        (("--minimize", "mse", "--vary", "column.row=4:8"), "did you mean column.rows?"),
        (("--minimize", "mse", "--vary", "cell.length=10e-9:90e-9"), "--vary cell.length: "),
        (("--minimize", "mse", "--vary", "column.rows=8:4"), "the range does not rise"),
        (
            ("--minimize", "mse", "--vary", "column.load_width=0:1e-6:log"),
            "a logarithmic range begins above 0",
        ),
        (("--minimize", "mse", "--subject-to", "mse<2"), "--subject-to: not a constraint"),
        (
            ("--minimize", "mse", "--vary", "column.rows=4:8", "--points", "0"),
            "--points: too few",
        ),
        (("--minimize", "mse", "--vary", "column.rows=4:8", "--corner", "xx"), "technology.corner"),
        (
            ("--minimize", "mse", "--typical-only", "--corner", "ss"),
            "--corner: contradicts --typical-only",
        ),
        (
            (
                "--minimize",
                "mse",
                "--vary",
                "column.rows=4:8",
                "--set",
                "mlsa.sensing=differential",
            ),
            "mlsa.sensing: a sign-off reads BL",
        ),
    ],
)
def test_bad_input(invoke, home, words, said):
    outcome = invoke("optimize", DESIGN, "-o", "out", *words)
    assert outcome.code == 2
    assert said in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not (home / "out").exists()
