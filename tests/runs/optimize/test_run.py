"""A whole search on the simulator, killed and gone on with, and its winners another way."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from sram_spice.design import load_design
from sram_spice.errors import InputError
from sram_spice.execution import LocalProcesses
from sram_spice.execution.dask import DaskCluster
from sram_spice.front.characterize import characterize
from sram_spice.front.opening import open_folder
from sram_spice.front.optimize import optimize
from sram_spice.report.optimize_run import OptimizeRun
from sram_spice.report.optimize_tables import BROKEN, KEPT, NOT_ALLOWED
from sram_spice.runs.optimize.run import PRELOAD
from sram_spice.runs.redraw import redraw
from tests.execution.dask_cluster import cluster

# The fixture takes most of the time.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("optimize")]

SMALL = ("column.rows=8", "monte_carlo.samples=20", "mlsa.levels=4")
VARY = {
    "column.word_line_voltage": (0.35, 0.7),
    "column.load_width": (0.5e-6, 10e-6, "log"),
}


def small(make_design):
    """A small design whose sense amplifier is ideal, which saves most of the time."""
    design = make_design("8t_xnor", *SMALL)
    return design.model_copy(update={"sense_amplifier": None})


def searched(design, folder, points=10, runner=None, **more):
    options = {"minimize": ["column_energy", "mse"], "subject_to": ["data_loss<=1", "swing>=0.06"]}
    return optimize(
        *(design, VARY),
        **(options | more),
        points=points,
        folder=folder,
        typical_only=True,
        batch=4,
        confirm=2,
        progress=False,
        runner=runner or LocalProcesses(1, PRELOAD),
    )


@pytest.fixture(scope="module")
def found(make_design, tmp_path_factory):
    return searched(small(make_design), tmp_path_factory.mktemp("search") / "out")


class Killed:
    """A runner that is interrupted when so many points were handed out."""

    def __init__(self, after):
        self.inner, self.left = LocalProcesses(1, PRELOAD), after

    def open(self):
        self.session = self.inner.open()
        return self

    def submit(self, function, task):
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return self.session.submit(function, task)

    window = 1

    def end(self):
        self.session.end()

    def is_loss(self, error):
        return self.inner.is_loss(error)


@pytest.mark.parametrize("after", [2, 5])
def test_a_killed_search_ends_with_the_same_files(make_design, found, tmp_path, after):
    folder = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        searched(small(make_design), folder, runner=Killed(after))
    assert len(pd.read_csv(folder / "points.csv")) in (after - 1, after)
    again = searched(small(make_design), folder)
    for name in ("points.csv", "front.csv", *map(str, again.front_files)):
        assert (folder / name).read_bytes() == (found.folder / name).read_bytes(), name


def test_on_dask_it_is_the_same_search(make_design, found, tmp_path):
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    with cluster(tmp_path, 2) as (address, _):
        searched(small(make_design), tmp_path / "out", points=6, runner=DaskCluster(address))
    columns = ["point", *VARY, "column_energy", "mse", "status", "detail"]
    table = pd.read_csv(tmp_path / "out" / "points.csv")[columns].fillna({"detail": ""})
    pd.testing.assert_frame_equal(table, found.table[columns][:6])


def test_more_points_simulate_only_those(make_design, found, tmp_path):
    folder = tmp_path / "out"
    few = searched(small(make_design), folder, points=4)
    before = {path.name for path in (folder / "points").iterdir()}
    assert few.table["point"].tolist() == [0, 1, 2, 3]
    more = searched(small(make_design), folder, points=5)
    after = {path.name for path in (folder / "points").iterdir()}
    assert before < after
    columns = ["point", *VARY, "column_energy", "mse", "status"]
    pd.testing.assert_frame_equal(more.table[columns], found.table[columns][:5])


def test_points_and_front(found):
    table = found.table
    assert len(table) == 10
    assert set(table["status"]) == {KEPT, BROKEN}
    broken = table[table["status"] == BROKEN]
    assert (broken["swing"] < 0.06).all()
    assert (broken["failed_at"] == "nominal").all()
    assert broken["mse"].isna().all()  # not simulated further
    assert (table.loc[table["status"] == KEPT, "swing"] >= 0.06).all()
    assert table["column.word_line_voltage"][0] == 0.5  # the design itself comes first
    kept = table[table["status"] == KEPT]
    for row in kept.to_dict("records"):  # every pair by hand
        better = kept[
            (kept["column_energy"] <= row["column_energy"])
            & (kept["mse"] <= row["mse"])
            & (kept["point"] != row["point"])
        ]
        assert pd.isna(row["front"]) == bool(len(better))
    assert found.front["column_energy"].is_monotonic_increasing
    assert found.front["mse"].is_monotonic_decreasing
    assert list(found.front["front"]) == list(range(1, len(found.front) + 1))


def test_a_design_of_the_front_has_its_numbers(found, tmp_path):
    """Another way: the file of the front, characterized as a user would."""
    row = found.front.iloc[0]
    design = load_design(found.folder / row["file"])
    assert design == found.designs[0]
    run = characterize(design, workers=1, progress=False)
    assert run.numbers["energy_j"] == pytest.approx(row["column_energy"], rel=1e-7)
    levels = run.levels[run.levels["n_plus"] + run.levels["n_minus"] == 8]
    ends = levels["v_bl_nominal_v"]
    assert ends.max() - ends.min() == pytest.approx(row["swing"], rel=1e-6)
    # The error of the decoded sum, from the counts of codes and nothing else.
    codes = run.code_probability
    decoded = run.quantizer.decode(codes["code"].to_numpy(dtype=int))
    share = {n: 0.5**8 * c for n, c in enumerate((1, 8, 28, 56, 70, 56, 28, 8, 1))}
    weight = codes["n_plus"].map(share) * codes["probability"]
    assert np.sum(weight * (decoded - codes["sum"]) ** 2) == pytest.approx(row["mse"], rel=1e-6)


def test_winners_are_confirmed(found):
    confirmed = found.front["confirmed"]
    assert (confirmed == "yes").sum() == min(2, len(confirmed))
    assert found.struck_out.empty
    text = (found.folder / "front" / "01.toml").read_text()
    assert "# On full SPICE confirmed: yes" in text


def test_the_record_and_the_page(found):
    record = json.loads((found.folder / "optimize.json").read_text())
    assert record["conditions"] is None
    assert record["seed"] == 1
    assert len(record["identity"]["sha256"]) == 64
    again = open_folder(found.folder)
    assert isinstance(again, OptimizeRun)
    assert "in the typical condition alone: tt, 1 V, 27 degC" in again.summary
    page = (found.folder / "report.html").read_text()
    assert "typical condition alone" in page
    assert "front/01.toml" in page
    assert "topology = &#34;8t_xnor&#34;" in page
    before = {p: p.stat().st_mtime_ns for p in found.folder.rglob("*") if p.is_file()}
    assert redraw(found.folder).read_text() == page
    touched = {p.name for p, at in before.items() if p.stat().st_mtime_ns != at}
    assert touched == {"report.html"}
    owned = json.loads((found.folder / "files.json").read_text())
    assert [entry["command"] for entry in owned] == ["optimize"]
    files = {"points.csv", "front.csv", "report.html", "front/01.toml", "proposals.json"}
    assert files <= set(owned[0]["files"])
    assert "typical condition alone" in found._repr_html_()


def test_contradictions_are_kept_and_reported(make_design, tmp_path):
    """A word line above what the process bears: each key alone is fine at one end."""
    design = small(make_design)
    vary = {"mlsa.levels": [4, 16], "column.rows": (4, 8)}
    found = optimize(
        *(design, vary, ["mse"], ["data_loss<=1"], 4, tmp_path / "out"),
        typical_only=True,
        confirm=0,
        progress=False,
        workers=1,
    )
    status = set(found.table["status"])
    assert NOT_ALLOWED in status
    refused = found.table[found.table["status"] == NOT_ALLOWED].iloc[0]
    assert "mlsa.levels" in refused["detail"]
    assert refused["violation"] > 20
    assert found.failed == 0


def test_another_design_and_what_cannot_be(make_design, found, tmp_path):
    design = small(make_design)
    with pytest.raises(InputError, match=r"energy: .*no \[sense_amplifier\]"):
        searched(design, tmp_path / "a", minimize=["energy"])
    with pytest.raises(InputError, match="--points: too few"):
        searched(design, tmp_path / "a", points=0)
    assert not (tmp_path / "a").exists()
    with pytest.raises(InputError, match="a search has a folder of its own"):
        characterize(design, found.folder, workers=1, progress=False)
