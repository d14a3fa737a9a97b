"""Runs on the table engine, on the real simulator: files, certificate, references anew."""

from __future__ import annotations

import json
import shutil
import sys
from unittest import mock

import numpy as np
import pandas as pd
import pytest

from sram_spice.errors import InputError
from sram_spice.report.run import Run
from sram_spice.results.cache import CACHE
from sram_spice.results.tables import StoredTables, file_name
from sram_spice.runs.characterize import table_engine as table_run
from sram_spice.runs.characterize.monte_carlo import table_monte_carlo
from sram_spice.runs.characterize.references import requantize
from sram_spice.runs.characterize.warnings import run_warnings
from tests.runs.finished import Finished, finished, no_figures, run, small_design
from tests.shared import shared_folder

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tables at rest")]
TABLE = 'monte_carlo.engine="table"'
CSVS = ("levels", "references", "code_probability", "code_probability_global", "access")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE, str(shared_folder(tmp_path_factory) / "tables"))
        yield


@pytest.fixture(scope="module")
def table_8t(cache, tmp_path_factory) -> Finished:
    design = small_design("8t_xnor", TABLE, "monte_carlo.samples=300")
    return run(design, tmp_path_factory.mktemp("table") / "run")


def test_samples_are_those_of_engine_spice(table_8t):
    """The same silicon: sample by sample within the certificate's bound."""
    spice = StoredTables(finished("8t_xnor").folder)["samples"]
    table = StoredTables(table_8t.folder)["samples"]
    both = spice.merge(table, on=["n_plus", "n_minus", "index"], suffixes=("", "_table"))
    assert len(both) == len(spice)
    assert (both["status"] == both["status_table"]).all()
    for name in ("v_bl_v", "v_blb_v"):
        np.testing.assert_allclose(both[f"{name}_table"], both[name], atol=0.5e-3)


def test_the_simulator_certifies_the_run(table_8t):
    record = json.loads((table_8t.folder / "manifest.json").read_text())["certificate"]
    assert record["ok"]
    assert table_8t.run.certified
    assert record["columns"] == 20 * len(record["levels"])
    assert record["disagreements"] == 0
    assert 0 < record["largest_v"] < 0.5e-3


def test_statistics_are_those_of_all_samples(table_8t):
    tables = Run.open(table_8t.folder)
    grouped = tables.samples.groupby(["n_plus", "n_minus"])["v_bl_v"]
    levels = tables.levels.set_index(["n_plus", "n_minus"])
    np.testing.assert_allclose(grouped.mean(), levels["v_bl_mean_v"].sort_index(), atol=1e-9)
    np.testing.assert_allclose(grouped.std(), levels["v_bl_std_v"].sort_index(), atol=1e-9)
    assert (levels["samples"] == 300).all()
    counts = tables.code_probability.groupby(["n_plus", "n_minus"])["probability"].sum()
    np.testing.assert_allclose(counts, 1.0, atol=1e-8)
    inside = tables.references["error_probability"].between(
        tables.references["error_probability_low"], tables.references["error_probability_high"]
    )
    assert inside.all()


def test_the_same_bytes_twice(table_8t, tmp_path):
    again = run(table_8t.design, tmp_path / "again", workers=2)
    for table in CSVS:
        name = file_name(table)
        assert (again.folder / name).read_bytes() == (table_8t.folder / name).read_bytes(), name


def test_references_anew_come_from_the_counts(table_8t, tmp_path):
    folder = shutil.copytree(table_8t.folder, tmp_path / "run")
    samples = (folder / "samples.parquet").read_bytes()
    with no_figures():
        requantize(folder, [])
    for table in ("references", "code_probability"):
        name = file_name(table)
        assert (folder / name).read_bytes() == (table_8t.folder / name).read_bytes(), name
    assert (folder / "samples.parquet").read_bytes() == samples
    (folder / "distributions.parquet").write_bytes(b"no table")
    with pytest.raises(InputError, match="distributions"):
        requantize(folder, [])


def test_6t_has_all_levels_sampled(cache, tmp_path):
    found = run(small_design("6t", TABLE, "monte_carlo.samples=50", amplifier=False), tmp_path)
    levels = StoredTables(found.folder)["levels"]
    assert (levels["samples"] == 50).all()
    assert levels["v_bl_std_v"].notna().all()
    assert found.run.certified


def test_a_run_out_of_its_bounds_says_so(cache, tmp_path):
    """Bounds that no table can meet stand in for a table that is wrong."""
    with mock.patch.object(table_run, "VOLTAGE_BOUND", 1e-9):
        found = run(
            small_design("8t_xnor", TABLE, "monte_carlo.samples=20", amplifier=False), tmp_path
        )
    assert not found.run.certified
    assert any("not within their bounds" in text for text in found.run.warnings)


def test_more_samples_than_are_kept_are_all_counted(cache, tmp_path):
    with mock.patch.object(table_run, "KEPT_ROWS", 9 * 60):
        found = run(
            small_design("8t_xnor", TABLE, "monte_carlo.samples=200", amplifier=False), tmp_path
        )
    samples = pd.read_parquet(found.folder / "samples.parquet")
    assert samples.groupby("n_plus").size().eq(60).all()
    assert (StoredTables(found.folder)["levels"]["samples"] == 200).all()
    assert any("first 60 of 200 samples" in text for text in found.run.warnings)


def test_without_numba_the_way_out_is_named(tmp_path):
    design = small_design("8t_xnor", TABLE)
    with mock.patch.dict(sys.modules, {"numba": None}):
        for name in [n for n in sys.modules if n.startswith("sram_spice.table_model")]:
            del sys.modules[name]
        del sys.modules["sram_spice.runs.characterize.table_engine"]
        with pytest.raises(InputError, match="needs numba") as caught:
            table_monte_carlo(design, None, [], None, tmp_path, None)
    assert caught.value.key == "monte_carlo.engine"


def test_what_a_certificate_warns_of():
    level = {"n_plus": 3, "n_minus": 5, "largest_v": 1e-3, "sigma_relative": 0.05, "ok": False}
    record = {"ok": False, "levels": [level], "disagreements": 5, "columns": 60, "flip_bound": 0.02}
    empty = StoredTables(finished("8t_xnor").folder)
    found = run_warnings(empty, [], record)
    assert "n_plus=3, n_minus=5: 1.00 mV at most, sigma +5.0 %" in found[0]
    assert "disagree on the status of 5 of 60" in found[1]
