"""Sweeps and measurements in Python."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

import sram_spice as ss
from sram_spice.front.sweep import axes_of
from tests.conftest import ROOT

SCRIPT = """
import sram_spice as ss
design = ss.load("xnor_8t").replace({"column.rows": 4, "monte_carlo.samples": 2,
                                     "mlsa.levels": 2, "sense_amplifier": None})
over = {"column.word_line_voltage": [0.4, 0.5], "technology.corner": ["tt", "ss"]}
sweep = ss.sweep(design, over, disturb=False, workers=1)
print(len(sweep.runs), sweep.run(corner="ss", word_line_voltage=0.4).design.technology.corner)
print(sweep.lut.sel(corner="ss").interp(word_line_voltage=0.45).rows, sweep.folder)
"""


@pytest.mark.slow
def test_a_script_without_a_main_guard_sweeps(tmp_path, cache):
    """Its workers do not run it again."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split()
    assert lines[:3] == ["4", "ss", "4"]
    assert len(lines) == 4
    assert done.stderr == ""
    sweep = ss.SweepRun.open(lines[3])
    assert "technology.corner" in sweep._repr_html_()
    with pytest.raises(ss.InputError, match="no map"):
        sweep.plot_map()
    with pytest.raises(ss.InputError, match="2 points are so"):
        sweep.run(corner="ss")
    with pytest.raises(ss.InputError, match="not a swept key"):
        sweep.run(vdd=1.0)


def test_a_map_is_drawn():
    sweep = ss.open(ROOT / "results" / "map_8t")
    assert isinstance(sweep.plot_map(), Figure)
    one = sweep.run({"column.word_line_voltage": 0.6}, load_width=4e-6)
    row = sweep.table.query("`column.word_line_voltage` == 0.6 and `column.load_width` == 4e-6")
    assert one.numbers["swing_v"] == pytest.approx(row["swing_v"].iloc[0], rel=1e-8)


def test_a_point_outside_the_folder_is_refused(tmp_path):
    (tmp_path / "sweep.csv").write_text(
        "column.rows,status,folder\n4,done,../elsewhere\n", encoding="utf-8"
    )
    with pytest.raises(ss.InputError, match="outside"):
        ss.SweepRun.open(tmp_path).run(rows=4)


def test_values_of_an_axis():
    axes = axes_of({"column.rows": np.arange(2, 5), "technology.corner": "ss", "conditions.vdd": 1})
    assert [axis.values for axis in axes] == [(2, 3, 4), ("ss",), (1,)]
    with pytest.raises(ss.InputError, match="no values"):
        axes_of({"column.rows": []})
    with pytest.raises(ss.InputError, match="no axis"):
        ss.sweep(ss.load("xnor_8t"), {})


def test_measurements_are_taken_from_the_cache(small, cache):
    found = ss.measure(small, ["hold_snm"], samples=3, workers=1)
    assert found.folder.is_relative_to(cache / "measurements")
    assert found.names == ["hold_snm"]
    assert found.keys == []
    assert len(found.samples("hold_snm")) == 3
    assert len(found.curves("hold_snm"))
    again = ss.measure(small, "hold_snm", samples=3)
    assert (found.reused, again.reused) == (False, True)
    assert again.table.equals(found.table)
    assert "hold_snm" in again._repr_html_()
    with pytest.raises(ss.InputError, match="was not measured"):
        again.samples("read_snm")


def test_measurements_over_a_grid(small):
    over = {"technology.corner": ["tt", "ss"]}
    found = ss.measure(small, ["read_current"], samples=2, over=over, workers=1)
    assert found.keys == ["technology.corner"]
    nominal = found.table.set_index("technology.corner")["nominal"]
    assert nominal["ss"] < nominal["tt"]
    assert found.samples("read_current").groupby("point").size().tolist() == [2, 2]
