"""`sram-spice report`, and the page that `sram-spice sweep` leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import DESIGN, Invoke


def test_it_writes_the_page_and_says_where(invoke: Invoke, run_folder: Path) -> None:
    page = run_folder / "report.html"
    assert not page.exists()
    outcome = invoke("report", str(run_folder), str(run_folder))
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [f"report: {page}"] * 2
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_what_is_no_run_is_bad_input(invoke: Invoke, home: Path) -> None:
    outcome = invoke("report", str(home))
    assert outcome.code == 2
    assert "manifest.json" in outcome.err
    assert list(home.iterdir()) in ([], [home / ".lock"])


@pytest.mark.slow
def test_a_sweep_leaves_a_page(invoke: Invoke, home: Path) -> None:
    small = ("column.rows=2", "mlsa.levels=2", "monte_carlo.samples=2", "mismatch.a_vt=0")
    sets = [word for text in small for word in ("--set", text)]
    over = ("--over", "column.word_line_voltage=0.4,0.5")
    outcome = invoke("sweep", DESIGN, *over, "--no-disturb", "-o", "out", *sets, "--workers", "1")
    assert outcome.code == 0
    assert f"report: {Path('out') / 'report.html'}" in outcome.out
    text = (home / "out" / "report.html").read_text(encoding="utf-8")
    assert "2 points over column.word_line_voltage (2 values)" in text
