"""Pages anew from files: the same bytes as when the run ended, and clear words for what is none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from unittest import mock

import pytest

from sram_spice.errors import InputError
from sram_spice.runs.characterize.run import characterize_with
from sram_spice.runs.redraw import redraw
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Silent

from .finished import finished, small_design


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_page_is_the_same_from_files_as_at_the_end_of_the_run(
    pool: SimulatorPool, topology: str, tmp_path: Path
) -> None:
    design = small_design(topology, "column.rows=4", "mlsa.levels=3", "monte_carlo.samples=3")
    design = design.model_copy(update={"sense_amplifier": None})
    with mock.patch("sram_spice.runs.characterize.run.write_figures"):
        characterize_with(pool, design, tmp_path, Silent())
    page = tmp_path / "report.html"
    first = page.read_bytes()
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert redraw(tmp_path) == page
    assert page.read_bytes() == first
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert after.keys() - {".lock"} == files.keys() - {".lock"}
    assert all(after[name] == content for name, content in files.items())


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        redraw(tmp_path)
    (tmp_path / "sweep.csv").write_text("")
    with pytest.raises(InputError, match="not the table of a sweep"):
        redraw(tmp_path)
    (tmp_path / "sweep.csv").write_text("column.rows,swing_v\n")
    with pytest.raises(InputError, match="has no points"):
        redraw(tmp_path)


def test_a_manifest_without_averages_is_said(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished("6t").folder, tmp_path / "run"))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sensing"] = {}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="averages are missing"):
        redraw(folder)


@pytest.mark.parametrize(
    ("file", "text"),
    [("mlsa.json", "no JSON"), ("mlsa.json", "[]"), ("code_probability_mlsa.csv", "")],
)
def test_damaged_results_of_the_sense_amplifier_are_said(
    tmp_path: Path, file: str, text: str
) -> None:
    folder = Path(shutil.copytree(finished("6t").folder, tmp_path / "run"))
    (folder / file).write_text(text)
    with pytest.raises(InputError, match=r"(an MLSA|of a) run") as caught:
        redraw(folder)
    assert file in str(caught.value)


def test_results_of_another_design_s_sense_amplifier_are_left_out(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished("6t").folder, tmp_path / "run"))
    other = finished("6t").design.model_dump(mode="json")
    other["column"]["rows"] = 5
    (folder / "mlsa.json").write_text(json.dumps({"design": other, "notes": ["of another"]}))
    assert "of another" not in redraw(folder).read_text(encoding="utf-8")


def test_accesses_without_code_errors_are_shown(tmp_path: Path) -> None:
    """What `sram-spice mlsa --nominal` leaves beside a finished run."""
    for path in (Path(__file__).parents[2] / "results" / "xnor_8t_64").iterdir():
        if path.is_file() and path.name not in ("mlsa_sensing.csv", "report.html"):
            (tmp_path / path.name).symlink_to(path)
    text = redraw(tmp_path).read_text(encoding="utf-8")
    assert 'id="chart-mlsa_codes"' in text
    assert 'id="chart-mlsa_errors"' not in text
