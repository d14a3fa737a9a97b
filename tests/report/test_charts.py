"""The charts of the page as data: what they show are the numbers of the run."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sram_spice.report.access_chart import access_chart
from sram_spice.report.chart import Axis, Chart, HeatMap, Line, Panel, Rules, drawn, shade
from sram_spice.report.code_chart import code_chart
from sram_spice.report.code_table import code_table
from sram_spice.report.distribution_charts import distribution_charts
from sram_spice.report.embedded import in_script
from sram_spice.report.failures_table import failures_table
from sram_spice.report.level_chart import level_chart
from sram_spice.report.plane_chart import plane_chart
from sram_spice.report.run import Run
from sram_spice.report.waveform_reduction import reduced_waveform
from tests.report.synthetic import fail, lose_data, make_run, with_tables


def lines(panel: Panel) -> dict[str, Line]:
    return {one.name: one for one in panel.series if isinstance(one, Line)}


def test_numbers_become_short_json_and_nothing_else() -> None:
    line = Line(
        "a", pd.Series([1, 2]), np.array([0.1234567891, np.nan]), shade(1, 3), notes=["x", "y"]
    )
    panel = Panel(Axis("x (V)"), Axis("y (mV)", low=0.0, high=1.5), (line,))
    found = drawn(Chart("name", "title", "caption", ((panel,),)))
    assert json.loads(in_script(found)) == found
    (((series,),),) = [[one["series"] for one in view] for view in found["views"]]
    assert series["kind"] == "line"
    assert series["x"] == [1, 2]
    assert series["y"] == [0.123457, None]
    assert series["colour"] == "step:1/3"
    assert "low" not in series  # what is as ever is left out


@pytest.mark.parametrize("across", [0, 1])
def test_level_chart_has_both_bit_lines_and_the_references(run_8t: Run, across: int) -> None:
    chart = level_chart(run_8t)
    upper, lower = chart.views[across]
    levels = run_8t.levels.sort_values("sum")
    found = lines(upper)
    for name, column in (("V_BL", "v_bl"), ("V_BLB", "v_blb")):
        mean = found[f"{name} mean ± 3 sigma"]
        assert list(mean.x) == list(levels[("sum", "n_plus")[across]])
        assert list(mean.y) == list(levels[f"{column}_mean_v"])
        spread = np.asarray(mean.high) - np.asarray(mean.low)
        assert spread == pytest.approx(6 * levels[f"{column}_std_v"].to_numpy())
    (rules,) = [one for one in upper.series if isinstance(one, Rules)]
    assert list(rules.values) == list(run_8t.references["v_ref_v"])
    assert list(lines(lower)["sigma"].y) == pytest.approx(list(1e3 * levels["v_bl_std_v"]))
    step = lines(lower)["step to the next sum (LSB)"]
    assert list(step.y) == pytest.approx([1e3 * 0.7 / 8] * 8)


def test_trouble_is_marked_and_named() -> None:
    lost, bad = make_run(change=lose_data), make_run(change=fail)
    assert list(lines(level_chart(lost).views[0][0])["data lost (2 levels)"].x) == [-6, -4]
    failed = lines(level_chart(bad).views[0][0])["no valid solution (1 level)"]
    assert list(failed.x) == [2]
    for run, words in ((lost, "2 of 12 samples (16.7 %)"), (bad, "1 of 12 samples (8.3 %)")):
        table = failures_table(run)
        assert table is not None
        assert table.rows[0][0] == "level under mismatch"
        assert table.rows[0][3] == words
    assert failures_table(make_run()) is None


def test_6t_offers_numbers_of_active_rows(run_6t: Run) -> None:
    chart = level_chart(run_6t)
    assert chart.picks[0].options == ("several", "2", "4", "6", "8")
    several = chart.views[0][0]
    assert set(lines(several)) == {f"{n} active rows" for n in (2, 4, 6, 8)}
    (rules,) = [one for one in several.series if isinstance(one, Rules)]
    assert rules.name == "global reference"


@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_histograms_hold_every_valid_sample(topology: str) -> None:
    run = make_run(topology, change=lose_data)
    density, histograms = distribution_charts(run)
    samples = run.sensed_samples
    for group in histograms.groups:
        n_active = int(group.label)
        own = samples[samples["n_active"] == n_active]
        valid = own[own["voltage"].notna()]
        assert len(group.levels) == valid["sum"].nunique()
        for level, (_, one) in zip(group.levels, valid.groupby("sum"), strict=True):
            assert level.share.sum() == pytest.approx(100)
            counts = level.share * len(one) / 100
            edges = level.first + group.step * (np.arange(len(counts) + 1) - 0.5)
            # A sample on an edge belongs to the bin above it.
            again, _ = np.histogram(one["voltage"], edges - 1e-9)
            assert counts == pytest.approx(again)
    maps = [one for view in density.views for one in view[0].series if isinstance(one, HeatMap)]
    for cells in maps:
        assert np.nansum(cells.z, axis=0) == pytest.approx(100)
    marks = lines(density.views[-1][0])["data lost (3 samples)"]
    assert sorted(marks.x) == [-6, -6, -4]


def test_samples_that_are_not_drawn_are_said(run_8t: Run) -> None:
    more = with_tables(run_8t, levels=run_8t.levels.assign(samples=5_000))
    for chart in distribution_charts(more):
        assert "Drawn are the first 12 of 5,000 samples." in chart.caption
    for chart in distribution_charts(run_8t):
        assert "Drawn are" not in chart.caption


def test_without_mismatch_there_is_no_distribution() -> None:
    run = make_run(mismatch=False)
    assert distribution_charts(run) == []
    assert "V_BL nominal" in lines(level_chart(run).views[0][0])


def test_plane_has_every_level_once(run_6t: Run) -> None:
    run = run_6t
    chart = plane_chart(run)
    shown = dict(zip(chart.picks[0].options, chart.views, strict=True))
    levels = run.sensed_levels
    for name, column, factor in (("nominal V_BL (V)", "nominal", 1), ("sigma (mV)", "std", 1e3)):
        (cells,) = shown[name][0].series
        assert isinstance(cells, HeatMap)
        for row in levels.itertuples():
            expected = factor * getattr(row, column)
            assert cells.z[row.n_minus, row.n_plus] == pytest.approx(expected, nan_ok=True)
        assert np.isfinite(cells.z).sum() == levels[column].notna().sum()


def test_wrong_codes_of_the_plane_are_those_of_the_table(run_6t: Run) -> None:
    run = run_6t
    chart = plane_chart(run)
    cells = chart.views[chart.picks[0].options.index("wrong codes (%)")][0].series[0]
    assert isinstance(cells, HeatMap)
    codes = run.code_probability
    ideal = run.quantizer.quantize(codes["sum"].to_numpy())
    for (plus, minus), own in codes.assign(ideal=ideal).groupby(["n_plus", "n_minus"]):
        wrong = own.loc[own["code"] != own["ideal"], "probability"].sum()
        assert cells.z[minus, plus] == pytest.approx(100 * wrong, abs=1e-9)


def test_code_chart_is_p_of_code_given_sum(run_6t: Run) -> None:
    run = run_6t
    more = run.code_probability.assign(probability=0.0)
    chart = code_chart(run, {"another": more})
    assert chart.picks[0].options[-1] == "another"
    (panel,) = chart.views[0]
    cells = panel.series[0]
    assert isinstance(cells, HeatMap)
    table = code_table(run.code_probability, run.quantizer.codes)
    assert np.nan_to_num(cells.z) == pytest.approx(100 * table.probability)
    assert list(lines(panel)["mean code"].y) == pytest.approx(list(table.mean_code))


def test_no_valid_solution_has_a_row_of_its_own() -> None:
    run = make_run(change=fail)
    cells = code_chart(run, {}).views[0][0].series[0]
    assert isinstance(cells, HeatMap)
    assert list(cells.y) == [-1, 0, 1, 2, 3]
    assert np.nansum(cells.z[0]) > 0


def test_access_is_thinned_but_not_bent(run_8t: Run) -> None:
    chart = access_chart(run_8t)
    assert chart is not None
    waves = run_8t.waveforms
    own = waves[waves["n_plus"] == 0]
    curve = lines(chart.views[0][1])["sum −8"]  # noqa: RUF001
    assert len(curve.x) < len(own) / 4
    again = np.interp(1e9 * own["time_s"], curve.x, curve.y)
    assert np.abs(again - own["v_bl_v"]).max() <= 1e-3 * np.ptp(own["v_bl_v"])


@given(
    arrays(np.float64, st.integers(1, 60), elements=st.floats(-1, 1, width=32)),
    st.floats(0, 0.5),
)
def test_thin_keeps_ends_and_tolerance(y: np.ndarray, tolerance: float) -> None:
    x = np.arange(y.size, dtype=float)
    kept = reduced_waveform(x, y, tolerance)
    assert kept[0] == 0
    assert kept[-1] == y.size - 1
    assert (np.diff(kept) > 0).all()
    assert np.abs(np.interp(x, x[kept], y[kept]) - y).max() <= tolerance + 1e-12


def test_thin_of_a_straight_line_is_its_ends() -> None:
    x = np.linspace(0, 1, 1000)
    assert reduced_waveform(x, 3 * x, 1e-9).tolist() == [0, 999]


def test_no_access_no_chart(run_8t: Run) -> None:
    run = run_8t
    assert access_chart(with_tables(run, waveforms=run.waveforms.iloc[:0])) is None
