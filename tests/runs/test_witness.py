"""ngspice and VACASK solve the same circuits and find the same: docs/witness.md."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from sram_spice.runs.witness import Case, column_witness, decision_witness
from sram_spice.simulation.vacask import find_vacask
from tests.conftest import ROOT

vacask = pytest.mark.skipif(find_vacask() is None, reason="VACASK is not installed (extra witness)")
# Both solve to reltol 1e-6, which is up to 1 uV; the page has 0.2 uV at most.
SAME = 1e-6  # V


@vacask
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
@pytest.mark.parametrize(
    ("sample", "overrides"),
    [
        (None, ()),
        (0, ()),
        (1, ("technology.corner=ff", "conditions.temperature=125.0")),
        (None, ("column.readout=divider",)),
    ],
)
def test_a_column_on_both(topology, sample, overrides, make_design, pool):
    design = make_design(topology, "column.rows=16", "column.load_width=0.5e-6", *overrides)
    plus, minus = (5, 11) if topology == "8t_xnor" else (5, 7)
    (found,) = column_witness(pool, [Case(design, plus, minus, sample)])
    assert found.states == 0
    assert found.difference < SAME
    assert found.difference_48 < SAME
    assert abs(found.ngspice[0] - found.ngspice[1]) > 0.01  # a swap of BL and BLB would be seen


@vacask
def test_a_level_in_motion_on_both(make_design, pool):
    design = make_design(
        "6t", "column.readout=discharge", "column.rows=8", "column.discharge_time=0.2e-9"
    )
    (found,) = column_witness(pool, [Case(design, 2, 1)])
    assert found.states == 0
    assert 0.1 < found.ngspice.min() < found.ngspice.max() < 0.99  # neither end of its way
    assert found.difference < 20e-6  # of 2 mV/ps in steps of 1.25 ps each of their own
    assert found.steps_of_run < 0.5e-3  # of levels that have to be within 2 mV


@vacask
@pytest.mark.parametrize("v_in", [10e-3, -10e-3])
def test_a_decision_on_both(v_in, make_design, pool):
    found = decision_witness(pool, make_design("8t_xnor"), 0.66, v_in)
    times = [found.decision_time(waves) for waves in (found.ngspice, found.vacask)]
    assert 10e-12 < times[0] < 0.3e-9
    assert times[1] == pytest.approx(times[0], abs=0.05e-12)  # a tenth of a time step
    assert found.difference.max() < 2e-3  # 20 mV/ps at the steepest, times a tenth of a step
    ends = found.vacask[:2, np.searchsorted(found.time, found.saen_middle + 0.25e-9)]
    assert (ends[0] > ends[1]) == (v_in > 0)


def test_the_page_has_the_numbers_of_the_results():
    table = pd.read_csv(ROOT / "results" / "witness" / "columns.csv")
    text = (ROOT / "docs" / "witness.md").read_text(encoding="utf-8")
    moving = table["changed"].str.contains("discharge", na=False)
    at_rest, in_motion = (1e3 * table.loc[m, "difference_v"].max() for m in (~moving, moving))
    assert (
        f"at rest differ by {at_rest:.5f} mV at most, bit lines in motion by {in_motion:.5f} mV"
        in (text.replace("\n", " "))
    )
    assert table["cells_in_another_state"].sum() == 0
    assert len(re.findall(r"^\| [68]T \|", text, re.MULTILINE)) == len(table)
    assert {"6T", "8T"} == set(table["cell"])
    assert table["sample"].notna().sum() >= 6
