"""A sense amplifier that does not decide, at 0.4 V: the column is characterized all the same."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from sram_spice.lut import Lut
from sram_spice.report.run import Run
from sram_spice.report.sweep_run import TABLE, SweepRun
from sram_spice.results.tables import OWN_CODES, file_name
from sram_spice.runs.sweep.finish_point import _row
from tests.runs.finished import no_figures, run, small_design

from .conftest import DESIGN

LOW = (
    *("column.rows=2", "mlsa.levels=2", "monte_carlo.samples=3"),
    *("conditions.vdd=0.4", "column.word_line_voltage=0.4"),
)
REASON = "sense_amplifier.sensing_time: the sense amplifier does not decide at any reference level"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("silent amplifier")]


@pytest.fixture(scope="module")
def silent(tmp_path_factory):
    """A run without the codes of its amplifier."""
    return run(small_design("8t_xnor", *LOW), tmp_path_factory.mktemp("silent")).run


def test_the_levels_are_those_of_a_column_without_amplifier(invoke, tmp_path):
    folder = tmp_path / "run"
    options = [word for item in LOW for word in ("--set", item)]
    with no_figures():
        outcome = invoke("characterize", DESIGN, "-o", str(folder), "--workers", "1", *options)
    assert outcome.code == 1
    said = "warning: The sense amplifier is not characterized, and all codes are those of an ideal"
    assert f"{said} one: {REASON}" in outcome.err
    ideal = run(small_design("8t_xnor", *LOW, amplifier=False), tmp_path / "ideal")
    for name in ("levels.csv", "references.csv", "code_probability.csv", "access.csv"):
        assert (folder / name).read_bytes() == (ideal.folder / name).read_bytes(), name
    assert not any((folder / file_name(name)).exists() for name in OWN_CODES)
    found = Run.open(folder)
    assert found.amplifier_failed.startswith(REASON)
    assert found.failed == 0
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["sensing"]["sense_amplifier"]
    assert Lut.load(folder).quantize([-2, 2]).tolist() == [0, 1]


def test_a_sweep_keeps_the_point_and_says_what_it_lacks(silent, tmp_path):
    point = SimpleNamespace(values=(("conditions.vdd", 0.4),))
    row = _row(point, silent, {})
    assert str(row["amplifier_failed"]).startswith(REASON)
    assert row["status"] == "done"
    assert row["swing_v"] > 0
    table = pd.DataFrame([row, {**row, "conditions.vdd": 1.0, "amplifier_failed": None}])
    table.assign(folder="run").to_csv(tmp_path / TABLE, index=False)
    sweep = SweepRun(tmp_path)
    assert sweep.unfinished.empty
    (warning,) = sweep.warnings
    assert warning.startswith(
        "1 point of 2 without the sense amplifier, all codes those of an ideal one: "
    )
    assert REASON in warning


def test_of_a_working_amplifier_no_row_says_a_word(silent):
    working = {k: v for k, v in silent.sensing.items() if k != "sense_amplifier"}
    found = replace(silent, sensing=working)
    assert "amplifier_failed" not in _row(SimpleNamespace(values=()), found, {})
