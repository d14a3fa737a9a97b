"""What a reader has to know first, from tables made up for it."""

from __future__ import annotations

import pandas as pd
import pytest

from sram_spice.runs.characterize.warnings import LISTED, run_warnings
from sram_spice.simulation import Incident, Status

COUNT = 12


@pytest.fixture
def good():
    """Tables of a run in which nothing went wrong."""
    levels = pd.DataFrame(
        {"n_plus": range(COUNT), "n_minus": range(COUNT - 1, -1, -1), "samples": 10}
    ).assign(failed=0, flipped=0, nominal_status="ok")
    references = pd.DataFrame({"n_active": [COUNT - 1] * 9 + [None], "index": [*range(9), 0]})
    references = references.astype({"n_active": "Int64"}).assign(note="")
    access = pd.DataFrame({"sum": [-4, 0, 4], "recovered": True, "status": "ok"})
    return {"levels": levels, "references": references, "access": access}


def test_nothing_wrong_nothing_said(good):
    assert run_warnings(good, []) == []
    good["references"]["note"] = [
        *("rail: no sum beyond this threshold", "spread interpolated", "nominal only", None),
        *[""] * 6,
    ]
    assert run_warnings(good, []) == []


def test_flips_name_their_levels_and_how_many(good):
    good["levels"].loc[3, "flipped"] = 4
    assert run_warnings(good, []) == [
        "Data is lost under mismatch in 4 of 10 samples, at 1 level: n_plus=3, n_minus=8"
    ]


def test_nominal_flips_come_first(good):
    good["levels"].loc[[1, 2], "nominal_status"] = "flipped"
    good["levels"].loc[5, "nominal_status"] = "timeout"
    good["levels"].loc[[1, 2], "flipped"] = [10, 2]
    good["levels"].loc[7, "failed"] = 3
    assert run_warnings(good, []) == [
        "Data is lost without mismatch at 2 levels: n_plus=1, n_minus=10; n_plus=2, n_minus=9",
        "Data is lost under mismatch in 12 of 20 samples, at 2 levels: "
        "n_plus=1, n_minus=10; n_plus=2, n_minus=9",
        "No valid nominal solution at 1 level: n_plus=5, n_minus=6",
        "3 Monte Carlo samples have no valid solution, at 1 level: n_plus=7, n_minus=4",
    ]


def test_long_lists_say_how_many_more(good):
    good["levels"]["flipped"] = 1
    (text,) = run_warnings(good, [])
    assert text.count("n_plus=") == LISTED
    assert text.endswith(f"; and {COUNT - LISTED} more")
    assert "in 12 of 120 samples, at 12 levels" in text


@pytest.mark.parametrize(
    "note",
    [
        "data lost at n_plus=1,n_minus=2",
        "levels not monotonic",
        "simulation failed at n_plus=1,n_minus=2",
        "no valid level",
    ],
)
def test_doubtful_references_are_named(good, note):
    good["references"].loc[[0, 9], "note"] = note
    assert run_warnings(good, []) == [
        f"2 references are doubtful: n_active=11 #0: {note}; global #0: {note}"
    ]


def test_access_warnings(good):
    good["access"].loc[0, "status"] = "flipped"
    good["access"].loc[0, "recovered"] = False
    good["access"].loc[2, "recovered"] = False
    assert run_warnings(good, []) == [
        "The access transient does not keep its data or fails at sum -4 (flipped)",
        "The bit lines are not pre-charged again in time at sum 4",
    ]


def test_lost_simulators_are_named(good):
    incident = Incident("n_plus=1, n_minus=2", 7, Status.CRASHED, "exit code -9")
    assert run_warnings(good, [incident]) == [
        "a simulator process was lost and replaced (crashed, n_plus=1, n_minus=2, point 7: "
        "exit code -9); its point was simulated again"
    ]
