"""`sram-spice references` on a finished run."""

from __future__ import annotations

import json
import shutil

import pytest

from sram_spice.results.tables import StoredTables
from tests.runs.finished import finished, no_figures


@pytest.fixture(autouse=True)
def without_figures():
    with no_figures():
        yield


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_levels_and_quantization(invoke, run_folder):
    outcome = invoke("references", str(run_folder), "--levels", "3", "--quantization", "linear")
    assert outcome.code == 0
    # New references need new taps: the codes of the real MLSA are another simulation.
    (warning,) = outcome.err.splitlines()
    assert warning.startswith("warning: Codes of the sense amplifier are not made anew")
    assert "report: " in outcome.out
    assert "V_REF (mV)" in outcome.out
    mlsa = json.loads((run_folder / "manifest.json").read_text(encoding="utf-8"))["design"]["mlsa"]
    assert (mlsa["levels"], mlsa["quantization"]) == (3, "linear")
    references = StoredTables(run_folder)["references"]
    assert references["index"].tolist() == [0, 1]
    for v_ref in references["v_ref_v"]:
        assert f"{1e3 * v_ref:.2f}" in outcome.out


def test_the_table_shows_the_global_set_of_a_6t_column(invoke, tmp_path):
    folder = shutil.copytree(finished("6t").folder, tmp_path / "run")
    outcome = invoke("references", str(folder), "--set", "mlsa.sensing=differential")
    assert outcome.code == 0
    references = StoredTables(folder)["references"]
    common = references[references["n_active"].isna()]
    assert len(common) == 2
    for v_ref in common["v_ref_v"]:
        assert f"{1e3 * v_ref:.2f}" in outcome.out


def test_without_options_nothing_changes(invoke, run_folder):
    before = contents(run_folder)
    assert invoke("references", str(run_folder)).code == 0
    after = contents(run_folder)
    assert {n for n in before if before[n] != after.get(n)} <= {"lut.nc"}
    assert set(after) == set(before)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--set", "column.rows=4"], "--set: would need a new simulation"),
        (["--set", "monte_carlo.samples=9"], "--set: would need a new simulation"),
        (["--levels", "1"], "mlsa.levels: "),
        (["--levels", "10"], "mlsa.levels: wrong number of codes (got 10)"),
        (["--quantization", "log"], "mlsa.quantization: "),
        (["--quantization", "linear\nx=1"], "mlsa.quantization: "),
        (["--set", "mlsa.level=3"], "mlsa.level: unknown key"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_refused(invoke, run_folder, arguments, part):
    before = contents(run_folder)
    outcome = invoke("references", str(run_folder), *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: ")
    assert part in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert contents(run_folder) == before


def damage(name, content):
    return lambda folder: (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda folder: shutil.rmtree(folder), ["manifest.json: no such file", "finished run"]),
        (lambda folder: (folder / "manifest.json").unlink(), ["manifest.json: no such file"]),
        (damage("manifest.json", b"{"), ["manifest.json: not a manifest"]),
        (damage("manifest.json", b"[]"), ["manifest.json: not a manifest"]),
        (damage("manifest.json", b"\xff"), ["manifest.json: not a manifest"]),
        (damage("samples.parquet", b""), ["samples.parquet: not a table"]),
        (damage("samples.parquet", b"PAR1 no PAR1"), ["samples.parquet: not a table"]),
        (damage("levels.csv", b""), ["levels.csv: not a table"]),
        (damage("levels.csv", b"n_plus\n1\n"), ["levels.csv: ", "columns are missing"]),
        (lambda folder: (folder / "levels.csv").unlink(), ["levels.csv: no such file"]),
    ],
    ids=range(10),
)
def test_a_folder_that_is_no_finished_run(invoke, run_folder, make, parts):
    make(run_folder)
    before = contents(run_folder) if run_folder.exists() else None
    outcome = invoke("references", str(run_folder), "--levels", "3")
    assert (outcome.code, outcome.out) == (2, "")
    for part in parts:
        assert part in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert (contents(run_folder) if run_folder.exists() else None) == before


def test_a_file_is_no_folder(invoke, home):
    (home / "x").write_text("", encoding="utf-8")
    outcome = invoke("references", "x")
    assert outcome.code == 2
    assert outcome.err.startswith("error: x/manifest.json: ")
