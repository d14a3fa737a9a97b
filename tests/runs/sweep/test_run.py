"""Sweeps on the real simulator: one folder per point, resumed, the same table either way."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from sram_spice.errors import InputError
from sram_spice.report.sweep_run import TABLE, SweepRun
from sram_spice.results.manifest import FILE
from sram_spice.results.tables import write_csv
from sram_spice.runs.sweep.design_grid import grid, parse_axis
from sram_spice.runs.sweep.point_key import DisturbPlan
from sram_spice.runs.sweep.run import sweep
from sram_spice.simulation.progress import Silent

# The fixture takes most of the time.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sweep")]

AXES = ("column.word_line_voltage=0.4:0.6:0.1", "column.load_width=1e-6,2e-6")
SMALL = ("column.rows=8", "monte_carlo.samples=4", "access.word_line_pulse=5e-10")


def small(make_design, *overrides):
    """A small design whose sense amplifier is ideal, which saves most of the time."""
    design = make_design("8t_xnor", *SMALL, *overrides)
    return design.model_copy(update={"sense_amplifier": None})


@pytest.fixture(scope="module")
def points(make_design):
    return grid(small(make_design), [parse_axis(text) for text in AXES])


@pytest.fixture(scope="module")
def swept(points, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    return folder, sweep(points, folder, Silent(), workers=1, disturb=False)


def test_one_row_and_one_folder_per_point(points, swept):
    folder, table = swept
    assert list(table["column.word_line_voltage"]) == [0.4, 0.4, 0.5, 0.5, 0.6, 0.6]
    assert (table["samples"] == 9 * 4).all()
    for point, row in zip(points, table.to_dict("records"), strict=True):
        levels = pd.read_csv(folder / row["folder"] / "levels.csv")
        nominal = levels["v_bl_nominal_v"]
        assert row["swing_v"] == pytest.approx(nominal.max() - nominal.min(), abs=1e-8)
        middle = levels[levels["n_plus"] == 4].iloc[0]
        assert row["sigma_v"] == pytest.approx(middle["v_bl_std_v"], abs=1e-8)
        assert point.folder in row["folder"]


def test_swing_grows_with_word_line_and_falls_with_load(swept):
    _, table = swept
    swing = table.pivot_table(
        index="column.word_line_voltage", columns="column.load_width", values="swing_v"
    ).to_numpy()
    assert (swing[1:] > swing[:-1]).all()
    assert (swing[:, 1] < swing[:, 0]).all()


def test_second_run_simulates_only_what_is_missing(points, swept, tmp_path):
    folder, _ = swept
    copy = tmp_path / "again"
    shutil.copytree(folder, copy)
    homes = list(pd.read_csv(folder / TABLE)["folder"])
    shutil.rmtree(copy / homes[2])
    (copy / homes[4] / "levels.csv").write_text("damaged")
    before = {
        home: (copy / home / FILE).stat().st_mtime_ns
        for i, home in enumerate(homes)
        if i not in (2, 4)
    }
    sweep(points, copy, Silent(), workers=1, disturb=False)
    after = {home: (copy / home / FILE).stat().st_mtime_ns for home in before}
    assert after == before
    assert (copy / TABLE).read_bytes() == (folder / TABLE).read_bytes()


class Notes(Silent):
    """Progress that keeps what is said."""

    def __init__(self):
        self.said = []

    def note(self, text):
        self.said.append(text)


def test_changed_design_is_simulated_again(points, make_design, swept, tmp_path):
    folder, _ = swept
    copy = tmp_path / "other"
    shutil.copytree(folder, copy)
    other = grid(small(make_design, "conditions.vdd=0.9"), [parse_axis(text) for text in AXES])
    notes = Notes()
    table = sweep(other[:1], copy, notes, workers=1, disturb=False)
    assert len(table) == 1
    # Points of the first grid are not thrown away, and not passed over in silence.
    assert notes.said == [
        "6 points in points/ are of another grid, design or version; sweep.csv has none of them"
    ]
    assert table["swing_v"].iloc[0] != pd.read_csv(folder / TABLE)["swing_v"].iloc[0]


def test_map_of_word_line_and_load(make_design, tmp_path):
    """A strong word line on a weak load loses data, the reference condition does not."""
    axes = [
        parse_axis("column.word_line_voltage=0.5,0.9"),
        parse_axis("column.load_width=2.5e-7,2e-6"),
    ]
    # Orders of magnitude are enough here, and the spread of 30 columns gives them.
    plan = DisturbPlan(levels=(1,), samples=30)
    points = grid(small(make_design), axes)
    measured = sweep(points[::2], tmp_path, Silent(), workers=1, disturb=plan)
    loss = measured["loss_probability"].to_numpy()
    # The reference load per row (2 um over 64 rows) at 0.5 V is safe, at 0.9 V it is not.
    assert loss[0] < 1e-6
    assert loss[1] > 0.5
    assert (measured["loss_low"] <= loss).all()
    assert (loss <= measured["loss_high"]).all()
    # The tail takes most of the time; the map has points where it is not known.
    others = sweep(points[1::2], tmp_path / "others", Silent(), workers=1, disturb=False)
    shutil.copytree(tmp_path / "others" / "points", tmp_path / "points", dirs_exist_ok=True)
    table = pd.concat([measured, others]).sort_values([axis.key for axis in axes])
    write_csv(tmp_path / TABLE, table)
    found = SweepRun.open(tmp_path)
    assert found.has_map
    assert found.write_map().stat().st_size > 20_000
    one_axis = tmp_path / "one_axis"
    one_axis.mkdir()
    write_csv(one_axis / TABLE, table.drop(columns="column.load_width").iloc[:2])
    assert not SweepRun.open(one_axis).has_map
    with pytest.raises(InputError, match="no map"):
        SweepRun.open(one_axis).plot_map()
