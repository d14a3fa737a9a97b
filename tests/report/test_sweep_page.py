"""The page of a sweep: its columns, what failed first, links, the same bytes each time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from sram_spice.report.sweep_columns import failed_points, lost_points, sweep_columns
from sram_spice.report.sweep_page import SweepProvenance, write_sweep_page
from tests.report.synthetic import make_run
from tests.report.test_page import Tags

PROVENANCE = SweepProvenance(make_run().design, {"ngspice": "39"}, 7, 12.5)


@pytest.fixture
def table() -> pd.DataFrame:
    """Four points: the second failed, the third loses data, the last has no results at all."""
    return pd.DataFrame(
        {
            "column.load_width": [1e-6, 2e-6, 1e-6, 2e-6],
            "technology.corner": ["tt", "tt", "ff", "ff"],
            "swing_v": [0.5, 0.4, 0.45, float("nan")],
            "energy_j": [1e-12, 2e-12, 3e-12, float("nan")],
            "loss_probability": [1e-80, 1e-20, 1e-3, float("nan")],
            "failed": [0, 2, 0, float("nan")],
            "flipped": [0, 0, 5, float("nan")],
            "status": ["done", "done", "done", "refused: no"],
            "folder": ["points/a", "points/b c", "../points/a", "/etc"],
        }
    )


def write(table: pd.DataFrame, folder: Path) -> str:
    return write_sweep_page(folder, table, PROVENANCE).read_text(encoding="utf-8")


def test_columns_have_units_and_are_swept_or_measured(table: pd.DataFrame) -> None:
    columns = {column.name: column for column in sweep_columns(table)}
    assert [name for name, one in columns.items() if one.swept] == [
        "column.load_width",
        "technology.corner",
    ]
    assert columns["column.load_width"].label == "load width (µm)"
    assert list(columns["column.load_width"].values) == [1, 2, 1, 2]
    assert columns["swing_v"].label == "swing of V_BL (mV)"
    assert list(columns["swing_v"].values[:3]) == [500, 400, 450]
    assert columns["energy_j"].label.endswith("(pJ)")
    assert list(columns["loss_probability"].values[:3]) == [1e-15, 1e-15, 1e-3]
    assert not {"folder", "status"} & set(columns)


def test_what_failed_is_what_has_no_solution_or_no_results(table: pd.DataFrame) -> None:
    assert list(failed_points(table)) == [False, True, False, True]
    assert list(lost_points(table)) == [False, False, True, False]


def test_trouble_comes_first(table: pd.DataFrame, tmp_path: Path) -> None:
    words = Tags(write(table, tmp_path)).words
    assert "2 of 4 points failed, or have samples without a valid solution" in words
    assert "1 of 4 points lose data at some level" in words
    first = words[words.index("These points") : words.index("Figure")]
    assert first.index("refused: no") > first.index("400")
    assert "450" in first
    assert "500" not in first
    good = Tags(write(table.iloc[:1], tmp_path)).words
    assert "No point failed, none loses data." in good
    assert "These points" not in good


def test_points_are_linked_within_the_folder_only(table: pd.DataFrame, tmp_path: Path) -> None:
    for name in ("points/a", "points/b c"):
        (tmp_path / "sweep" / name).mkdir(parents=True)
        (tmp_path / "sweep" / name / "report.html").touch()
    (tmp_path / "points" / "a").mkdir(parents=True)
    (tmp_path / "points" / "a" / "report.html").touch()
    tags = Tags(write(table, tmp_path / "sweep"))
    links = {a["href"] for t, a in tags.tags if t == "a"}
    assert links == {"points/a/report.html", "points/b%20c/report.html"}


def test_data_of_the_page_are_the_table(table: pd.DataFrame, tmp_path: Path) -> None:
    text = write(table, tmp_path)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert found is not None
    data = json.loads(found[1])["sweep"]
    assert data["failed"] == [False, True, False, True]
    by_name = {one["name"]: one["values"] for one in data["columns"]}
    assert by_name["swing_v"] == [500, 400, 450, None]
    assert by_name["technology.corner"] == ["tt", "tt", "ff", "ff"]


def test_same_table_same_bytes(table: pd.DataFrame, tmp_path: Path) -> None:
    assert write(table, tmp_path) == write(table, tmp_path)
