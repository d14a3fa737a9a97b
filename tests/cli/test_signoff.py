"""`sram-spice signoff`: exit codes, what is said, bad input."""

from __future__ import annotations

import pytest

from tests.cli.conftest import DESIGN

SMALL = (
    *("--set", "column.rows=2", "--set", "mlsa.levels=2", "--set", "mismatch.a_vt=0"),
    *("--set", "sense_amplifier.topology=isolated_latch", "--workers", "1"),
    *("--corner", "tt,ss", "--supply", "1", "--temperature", "27"),
)


@pytest.mark.slow
def test_passed_and_broken(invoke, home):
    passed = invoke("signoff", DESIGN, "-o", "out", *SMALL)
    assert passed.code == 0, passed.err
    assert "every limit is kept in all 2 conditions" in passed.out
    assert {"signoff.csv", "signoff.json", "signoff.png"} <= {p.name for p in home.glob("out/*")}
    broken = invoke("signoff", DESIGN, "-o", "out", *SMALL, "--set", "limits.swing=0.9")
    assert broken.code == 1
    assert "NOT signed off: 2 of 2 conditions break a limit" in broken.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--supply", "high"), "--supply: not a list of numbers"),
        (("--corner", "tt,xx"), "technology.corner: "),
        (("--word-line", "free"), "word_line: no such way"),
        (("--set", "limits.swing=-1"), "limits.swing: "),
        (("--set", "mlsa.sensing=differential"), "mlsa.sensing: a sign-off reads BL"),
        (
            ("--set", "references.generator=replica", "--set", "wires.model=distributed"),
            "error: wires.model: replica columns have lumped wires",  # before anything is simulated
        ),
    ],
)
def test_bad_input(invoke, home, words, said):
    outcome = invoke("signoff", DESIGN, "-o", "out", *words)
    assert outcome.code == 2
    assert said in outcome.err
    assert not (home / "out" / "conditions").exists()
