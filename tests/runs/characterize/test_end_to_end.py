"""Whole runs on the real simulator: read-outs, no mismatch, lost data, any number of workers."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from sram_spice.report.run import Run
from sram_spice.results.tables import OWN_CODES, THRESHOLD_ERRORS, file_name
from tests.runs.finished import Finished, finished, run, small_design

CSVS = ("levels", "references", "code_probability", "code_probability_global", "access")
# Little coupling from a small pre-charger into a short bit line.
SHORT = ("column.rows=4", "column.load_width=200e-9", "monte_carlo.samples=3", "mlsa.levels=3")

CODES, CODES_GLOBAL = (file_name(name) for name in OWN_CODES)


def tables_of(found: Finished) -> Run:
    return Run.open(found.folder)


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_any_number_of_workers_gives_the_same_bytes(tmp_path, topology):
    one = finished(topology)
    two = run(one.design, tmp_path, workers=2)
    for table in CSVS:
        name = file_name(table)
        assert (two.folder / name).read_bytes() == (one.folder / name).read_bytes(), name
    assert (two.folder / CODES).read_bytes() == (one.folder / CODES).read_bytes()
    for table in ("samples", "waveforms"):
        first, second = (getattr(tables_of(one_run), table) for one_run in (one, two))
        assert first.equals(second)


@pytest.mark.slow
def test_the_name_and_the_number_of_samples_change_no_voltage(tmp_path):
    named = ("name=other", "monte_carlo.samples=3")
    few = run(small_design("6t", *named, amplifier=False), tmp_path)
    samples = tables_of(finished("6t")).samples
    expected = samples[samples["index"] < 3].reset_index(drop=True)
    assert tables_of(few).samples.equals(expected)


def test_nothing_is_left_behind(finished_run):
    names = {path.name for path in finished_run.folder.iterdir()}
    tables = {file_name(table) for table in (*CSVS, "assumptions", "samples", "waveforms")}
    mixed = finished_run.design.cell.topology == "6t"  # rows may be inactive
    tables |= {CODES, CODES_GLOBAL} if mixed else {CODES}
    tables |= {file_name(THRESHOLD_ERRORS)}
    assert names == tables | {"lut.nc", "manifest.json", "files.json"}


def test_levels_rise_with_n_plus(finished_run):
    levels = tables_of(finished_run).levels
    levels["n_active"] = levels["n_plus"] + levels["n_minus"]
    for _, own in levels.groupby("n_active"):
        assert (np.diff(own["v_bl_nominal_v"]) > 0).all()
        assert (np.diff(own["v_blb_nominal_v"]) < 0).all()
        # Swapping products swaps the bit lines. Loads and cells are alike, so to solver accuracy,
        # but for the unequal halves of an odd number of inactive rows.
        np.testing.assert_allclose(own["v_bl_nominal_v"], own["v_blb_nominal_v"][::-1], atol=3e-6)


@pytest.mark.slow
@pytest.mark.parametrize("readout", ["divider", "discharge"])
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_read_outs_from_end_to_end(tmp_path, topology, readout):
    """That of the 8T column with its sense amplifier, too."""
    design = small_design(
        topology, *SHORT, f"column.readout={readout}", amplifier=topology == "8t_xnor"
    )
    found = run(design, tmp_path)
    levels = tables_of(found).levels
    assert found.run.statuses["nominal"] == {"ok": len(levels)}
    assert found.run.failed == 0
    full = levels[levels["n_plus"] + levels["n_minus"] == 4]
    assert (np.diff(full["v_bl_nominal_v"]) > 0).all()
    # Released bit lines: without -1 cells BL stays high, without +1 cells it goes to ground.
    assert full["v_bl_nominal_v"].iloc[0] < 0.01
    assert (full["samples"] == 3).all()
    assert full["v_bl_std_v"].gt(0).all()


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_mismatch_off(tmp_path, topology):
    design = small_design(topology, "mismatch.a_vt=0", amplifier=topology == "8t_xnor")
    found = run(design, tmp_path)
    tables = tables_of(found)
    assert found.run.statuses["monte_carlo"] == {}
    assert found.run.warnings == []
    assert len(tables.samples) == 0
    assert (tables.levels[["samples", "failed", "flipped"]] == 0).all(axis=None)
    assert tables.levels[["v_bl_mean_v", "v_bl_std_v", "v_blb_std_v"]].isna().all(axis=None)
    nominal = tables_of(finished(topology)).levels["v_bl_nominal_v"]
    np.testing.assert_array_equal(tables.levels["v_bl_nominal_v"], nominal)
    _references_at_midpoints(tables)
    with xr.open_dataset(found.folder / "lut.nc") as data:
        assert data.sizes["sample"] == 0
        np.testing.assert_array_equal(data["v_bl_nominal"].size, len(tables.levels))


def _references_at_midpoints(tables: Run) -> None:
    levels = tables.levels
    levels["n_active"] = levels["n_plus"] + levels["n_minus"]
    inner = 0
    for row in tables.references.dropna(subset="n_active").to_dict("records"):
        own = levels[levels["n_active"] == row["n_active"]]
        below = own.loc[own["sum"] <= row["threshold_sum"], "v_bl_nominal_v"]
        above = own.loc[own["sum"] > row["threshold_sum"], "v_bl_nominal_v"]
        if len(below) and len(above):
            middle = (below.max() + above.min()) / 2
            assert row["v_ref_v"] == pytest.approx(middle, abs=1e-8)
            assert row["error_probability"] == 0
            inner += 1
    assert inner >= 3


@pytest.fixture
def losing():
    """A column whose word line is far too high for its weak load: cells are overwritten."""
    lossy = ("column.word_line_voltage=1.0", "column.load_width=100e-9")
    return finished("8t_xnor", *lossy, amplifier=False)


@pytest.mark.slow
def test_lost_data_is_counted_and_named(losing):
    tables, warnings = tables_of(losing), losing.run.warnings
    levels = tables.levels.set_index("n_plus")
    # One +1 cell against seven -1 cells: they pull BL to ground, and the cell with it.
    assert levels.loc[1, "nominal_status"] == "flipped"
    assert levels.loc[1, "flipped"] == levels.loc[1, "samples"] == 5
    # Cells that all pull the same way keep what they hold.
    assert levels.loc[0, "flipped"] == levels.loc[8, "flipped"] == 0
    assert (
        losing.run.statuses["nominal"]["flipped"] == (levels["nominal_status"] == "flipped").sum()
    )
    assert losing.run.statuses["monte_carlo"]["flipped"] == levels["flipped"].sum()
    assert (tables.samples["status"] == "flipped").sum() == levels["flipped"].sum()
    assert warnings[0].startswith("Data is lost without mismatch at ")
    assert "n_plus=1, n_minus=7" in warnings[0]
    assert warnings[1].startswith("Data is lost under mismatch in ")
    assert f"{levels['flipped'].sum()} of " in warnings[1]
    saved = json.loads((losing.folder / "manifest.json").read_text(encoding="utf-8"))
    assert saved["warnings"] == warnings


@pytest.mark.slow
def test_references_near_lost_data_say_so(losing):
    tables = tables_of(losing)
    suspect = set(tables.levels.loc[tables.levels["flipped"] > 0, "sum"])
    for row in tables.references.to_dict("records"):
        neighbours = {
            max(s for s in tables.levels["sum"] if s < row["threshold_sum"]),
            min(s for s in tables.levels["sum"] if s > row["threshold_sum"]),
        }
        assert ("data lost" in str(row["note"])) == bool(neighbours & suspect)
    assert any("references are doubtful" in text for text in losing.run.warnings)


def test_voltages_of_flipped_samples_are_kept(losing):
    samples = tables_of(losing).samples
    flipped = samples[samples["status"] == "flipped"]
    assert flipped["v_bl_v"].between(-0.1, 1.1).all()


def test_references_stay_between_the_rails(losing, finished_run):
    for found in (losing, finished_run):
        assert tables_of(found).references["v_ref_v"].between(0.0, 1.0).all()
