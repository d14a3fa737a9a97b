"""References anew from a finished run: no simulation, and nothing else changes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
import xarray as xr

from sram_spice.errors import InputError
from sram_spice.report.run import Run
from sram_spice.results.lock import folder_lock
from sram_spice.results.tables import file_name
from sram_spice.runs.characterize import references as module
from sram_spice.runs.characterize.references import requantize
from sram_spice.simulation import SimulatorPool
from tests.runs.finished import SMALL, finished, no_figures, run, small_design

SIMULATED = ("levels", "samples", "access", "waveforms")


@pytest.fixture(autouse=True)
def without_simulator_and_figures(monkeypatch):
    def refuse(_pool):
        raise AssertionError("a simulation")

    for topology in SMALL:
        finished(topology)
    monkeypatch.setattr(SimulatorPool, "__enter__", refuse)
    with no_figures():
        yield


@pytest.fixture
def folder(finished_run, tmp_path):
    """A finished run that a test may change."""
    return shutil.copytree(finished_run.folder, tmp_path / "run")


@pytest.fixture
def folder_8t(finished_8t, tmp_path):
    return shutil.copytree(finished_8t.folder, tmp_path / "run")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_design_gives_the_same_tables(folder):
    before = contents(folder)
    requantize(folder, [])
    after = contents(folder)
    assert set(after) == set(before)
    for name, content in before.items():
        if name.endswith((".csv", ".parquet")):
            assert after[name] == content, name
    first, second = (json.loads(files["manifest.json"]) for files in (before, after))
    assert first == second


@pytest.mark.parametrize("overrides", [["mlsa.levels=2"], ["mlsa.quantization=linear"]])
def test_other_references_of_the_same_levels(folder, finished_run, overrides):
    before = contents(folder)
    run = requantize(folder, overrides)
    after = contents(folder)
    for table in SIMULATED:
        assert after[file_name(table)] == before[file_name(table)]
    assert run.fingerprint == finished_run.run.fingerprint
    assert run.design_sha256 != finished_run.run.design_sha256
    read = Run.open(folder)
    assert (read.design, read.sensing, read.warnings) == (run.design, run.sensing, run.warnings)
    key, value = overrides[0].removeprefix("mlsa.").split("=")
    assert str(getattr(run.design.mlsa, key)) == value
    with xr.open_dataset(folder / "lut.nc") as data:
        levels = data.sizes["code"]
        assert json.loads(data.attrs["design"]) == run.design.model_dump(mode="json")
    assert levels == run.design.mlsa.levels
    assert run.references["index"].max() == levels - 2


@pytest.mark.slow
def test_it_is_what_a_run_with_that_design_gives(tmp_path, monkeypatch):
    changed = shutil.copytree(finished("6t").folder, tmp_path / "changed")
    requantize(changed, ["mlsa.levels=2", "mlsa.sensing=differential"])
    monkeypatch.undo()
    design = small_design("6t", "mlsa.levels=2", "mlsa.sensing=differential")
    ideal = design.model_copy(update={"sense_amplifier": None})  # these tables are of an ideal one
    whole = run(ideal, tmp_path / "whole")
    for table in ("references", "code_probability", "code_probability_global"):
        name = file_name(table)
        assert (changed / name).read_bytes() == (whole.folder / name).read_bytes(), name


def test_there_and_back(folder_8t):
    before = contents(folder_8t)
    requantize(folder_8t, ["mlsa.levels=3"])
    requantize(folder_8t, ["mlsa.levels=4"])
    after = contents(folder_8t)
    assert after["references.csv"] == before["references.csv"]
    assert after["code_probability.csv"] == before["code_probability.csv"]


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("column.rows=4", "--set: would need a new simulation"),
        ("name=x", "--set: would need a new simulation"),
        ("mismatch.a_vt=0", "--set: would need a new simulation"),
        ("mlsa={levels=3}", "--set: would need a new simulation"),
        (" mlsa.levels=3", "--set: would need a new simulation"),
        ("mlsa", "--set: would need a new simulation"),
        ("mlsa.levels", "--set: not of the form"),
        ("mlsa.levels=1", "mlsa.levels: "),
        ("mlsa.levels=10", "mlsa.levels: wrong number of codes"),
        ("mlsa.levels=x", "mlsa.levels: "),
        ("mlsa.level=3", "mlsa.level: unknown key"),
        ("mlsa.quantization=log", "mlsa.quantization: "),
        ("mlsa.sum_histogram=/nowhere.csv", "/nowhere.csv"),
    ],
)
def test_what_is_refused_changes_nothing(folder_8t, override, part):
    before = contents(folder_8t)
    with pytest.raises(InputError) as caught:
        requantize(folder_8t, ["mlsa.levels=3", override])
    assert part in str(caught.value)
    assert contents(folder_8t) == before


@pytest.mark.parametrize("name", ["manifest.json", "levels.csv", "samples.parquet", "access.csv"])
def test_a_run_that_lacks_a_file(folder_8t, name):
    (folder_8t / name).unlink()
    before = contents(folder_8t)
    with pytest.raises(InputError, match=name):
        requantize(folder_8t, ["mlsa.levels=3"])
    assert contents(folder_8t) == before


def test_levels_of_another_design_are_refused(folder_8t):
    path = folder_8t / "levels.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(InputError, match="table of levels is not complete"):
        requantize(folder_8t, ["mlsa.levels=3"])


def test_samples_of_another_design_are_refused(folder_8t):
    shutil.copy(finished("6t").folder / "samples.parquet", folder_8t)
    with pytest.raises(InputError, match="level without a row in the table of levels"):
        requantize(folder_8t, ["mlsa.levels=3"])


def test_a_folder_in_use_is_left_alone(folder_8t):
    before = contents(folder_8t)
    with folder_lock(folder_8t), pytest.raises(InputError, match="another run"):
        requantize(folder_8t, ["mlsa.levels=3"])
    assert contents(folder_8t) == before


def test_a_folder_that_is_no_run(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match=r"manifest\.json: no such file"):
            requantize(folder, [])
    assert list(tmp_path.iterdir()) == []


def test_warnings_on_lost_simulators_are_kept(folder_8t):
    text = "a simulator process was lost and replaced (crashed)"
    replace(Run.open(folder_8t), warnings=[text, "an old one"]).write_manifest()
    assert requantize(folder_8t, []).warnings == [text]


def test_the_module_takes_no_simulator():
    assert not hasattr(module, "SimulatorPool")
