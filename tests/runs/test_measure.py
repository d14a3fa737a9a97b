"""Measuring and drawing transfer curves, end to end on the real simulator."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from sram_spice.errors import InputError
from sram_spice.runs.measure import MANIFEST, SUMMARY, measure, registered
from sram_spice.runs.sweep.design_grid import grid, parse_axis, single
from sram_spice.runs.transfer import transfer
from sram_spice.simulation.progress import Silent

TWO = ["hold_snm", "read_current"]


@pytest.fixture(scope="module")
def measured(make_design, tmp_path_factory):
    folder = tmp_path_factory.mktemp("measure")
    design = make_design("6t", "monte_carlo.samples=12")
    return folder, measure(single(design), TWO, folder, Silent(), workers=1).table


def test_summary_has_unit_nominal_and_statistics(measured):
    folder, _ = measured
    table = pd.read_csv(folder / SUMMARY)
    assert set(table["measurement"]) == set(TWO)
    assert (table["samples"] == 12).all()
    for name in ("unit", "nominal", "mean", "sigma", "skew", "failed"):
        assert table[name].notna().all(), name


def test_samples_reproduce_the_mean(measured):
    folder, _ = measured
    samples = pd.read_csv(folder / "hold_snm_samples.csv")
    summary = pd.read_csv(folder / SUMMARY).set_index("quantity")
    # The CSV has nine digits.
    assert samples["hold_snm_v"].mean() == pytest.approx(summary.loc["hold_snm", "mean"], rel=1e-8)
    assert len(samples) == 12


def test_manifest_says_what_was_run(measured):
    folder, _ = measured
    record = json.loads((folder / MANIFEST).read_text())
    (design,) = record["designs"]
    assert design["design"]["monte_carlo"]["samples"] == 12
    assert record["versions"]["ngspice"] == "39" or int(record["versions"]["ngspice"]) > 39
    assert set(design["notes"]) == set(TWO)


def test_over_corners_and_supplies(make_design, tmp_path):
    axes = [parse_axis("technology.corner=ss,ff"), parse_axis("conditions.vdd=0.8,1.0")]
    points = grid(make_design("6t", "mismatch.a_vt=0.0"), axes)
    table = measure(points, TWO, tmp_path, Silent(), workers=1).table.set_index(
        ["technology.corner", "conditions.vdd", "quantity"]
    )["nominal"]
    assert len({p.folder for p in points}) == 4
    for corner in ("ss", "ff"):
        # A margin grows with the supply; a current, at the same word line, with the corner.
        assert table[corner, 1.0, "hold_snm"] > table[corner, 0.8, "hold_snm"] + 0.02
    assert table["ff", 1.0, "read_current"] > 1.3 * table["ss", 1.0, "read_current"]
    assert set(pd.read_csv(tmp_path / SUMMARY)["technology.corner"]) == {"ss", "ff"}
    assert (tmp_path / "points" / points[0].folder / "hold_snm_curves.csv").exists()


def test_unknown_measurement_is_refused_before_anything_is_written(make_design, tmp_path):
    with pytest.raises(InputError, match="hold_snm"):
        measure(single(make_design("6t")), ["hold_snn"], tmp_path / "out", Silent())
    assert not (tmp_path / "out").exists()


def test_every_measurement_is_documented():
    names = [name for name, _ in registered()]
    assert {"hold_snm", "read_snm", "write_snm", "n_curve", "column_transfer"} <= set(names)
    for name, one in registered():
        assert one.title, name
        assert len(one.definition) > 40, name
        assert one.unit, name
        assert any(year in one.source for year in map(str, range(1980, 2027))), name


@pytest.mark.slow
def test_transfer_writes_figures_and_tables(make_design, tmp_path):
    design = make_design("8t_xnor", "column.rows=16")
    figures = transfer(design, tmp_path, Silent(), workers=1).figures
    assert [f.name for f in figures] == ["cell_transfer", "column_transfer", "code_transfer"]
    for figure in figures:
        assert figure.png.stat().st_size > 20_000
        assert figure.svg.read_text().startswith("<?xml")
    codes = pd.read_csv(tmp_path / "nominal_codes.csv")
    # Without mismatch every sum has one code, and it rises with the sum.
    assert (codes["probability"] == 1).all()
    assert (np.diff(codes.sort_values("sum")["code"]) >= 0).all()
    curves = pd.read_csv(tmp_path / "hold_snm.csv")
    assert curves["y_v"].between(-0.01, 1.01).all()
