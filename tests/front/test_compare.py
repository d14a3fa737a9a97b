"""What differs between two runs, checked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

import sram_spice as ss
from tests.conftest import ROOT


def test_a_run_does_not_differ_from_itself(run):
    assert ss.compare(run, ss.open(run.folder)).empty


def test_design_numbers_and_levels(run):
    levels = run.levels.copy()
    levels.loc[2, "v_bl_nominal_v"] += 0.010
    levels.loc[0, "v_bl_nominal_v"] -= 0.002
    other = replace(
        run,
        design=run.design.replace({"conditions.vdd": 1.1, "technology.corner": "ff"}),
        tables={**run.tables, "levels": levels},
    )
    found = ss.compare(run, other).set_index("name")
    assert found.loc["conditions.vdd", "difference"] == pytest.approx(0.1)
    assert found.loc["technology.corner", ["first", "second"]].tolist() == ["tt", "ff"]
    assert found.loc["swing_v", "difference"] == pytest.approx(0.002, abs=1e-12)
    level = found.loc["v_bl_nominal_v at n_plus=2, n_minus=6"]
    assert level["difference"] == pytest.approx(0.010, abs=1e-12)
    assert list(found["what"].unique()) == ["design", "number", "level"]


def test_measurements():
    eight, six = (ss.open(ROOT / "results" / n / "cell") for n in ("xnor_8t_64", "hbnn_6t_64"))
    found = ss.compare(eight, six)
    row = found[
        (found["what"] == "bit_line_write_margin") & found["name"].str.endswith("nominal (V)")
    ].iloc[0]
    first, second = (
        one.table.query("measurement == 'bit_line_write_margin'")["nominal"].iloc[0]
        for one in (eight, six)
    )
    assert row["difference"] == pytest.approx(second - first)


def test_other_things_are_refused(run):
    with pytest.raises(ss.InputError, match="two runs, or two measurements"):
        ss.compare(run, ss.open(ROOT / "results" / "map_8t"))
