"""Figures of small synthetic runs: what is in them, not how they look."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread

from sram_spice.report.figure_file import FigureFile
from sram_spice.report.figures import figure_kinds, write_figures
from sram_spice.report.run import Run
from sram_spice.report.style import figure_style
from tests.report.synthetic import fail, lose_data, make_run, with_tables

NAMES = ["level_curve", "level_histograms", "transfer", "access"]
UNIT = re.compile(r"\((V|mV|mA|ns|rows|%)\)$|^code \(and the sum it stands for\)$")


def draw(run: Run, name: str) -> Figure:
    with figure_style():
        return next(kind for kind in figure_kinds(run) if kind.name == name).draw(run)


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(mpl.text.Text))


def references(axes: Axes, style: str) -> list[float]:
    lines = [line for line in axes.lines if line.get_gid() == "reference"]
    return [float(np.asarray(line.get_xdata())[0]) for line in lines if line.get_ls() == style]


@pytest.mark.slow
@pytest.mark.parametrize("written", ["written_8t", "written_6t"])
def test_every_figure_is_written_and_shows_something(
    written: str, request: pytest.FixtureRequest
) -> None:
    files: list[FigureFile] = request.getfixturevalue(written)
    assert [file.name for file in files] == NAMES
    for file in files:
        picture = imread(file.png)
        assert picture.shape[0] > 500
        assert picture.shape[1] > 1000
        ink = float((picture[..., :3].min(axis=2) < 0.9).mean())
        assert 0.01 < ink < 0.7
        assert ElementTree.parse(file.svg).getroot().tag.endswith("svg")
        assert len(file.caption) > 200


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
@pytest.mark.parametrize("sensing", ["single_ended", "differential"])
def test_all_axes_have_labels_with_a_unit(topology: str, sensing: str) -> None:
    checked = 0
    run = make_run(topology, mlsa={"sensing": sensing})
    for name in NAMES:
        figure = draw(run, name)
        figure.draw_without_rendering()
        for axes in figure.axes:
            if not axes.axison:
                continue
            for axis in (axes.xaxis, axes.yaxis):
                if any(t.get_visible() and t.get_text() for t in axis.get_ticklabels()):
                    assert UNIT.search(axis.get_label_text()), (name, axis.get_label_text())
                    checked += 1
    assert checked > 12


@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_title_says_what_was_run(topology: str) -> None:
    run = make_run(topology, column={"word_line_voltage": 0.45}, technology={"corner": "sf"})
    for name in NAMES:
        title = draw(run, name).get_suptitle()
        for part in ("synthetic", topology, "8 rows", "V_WL = 0.45 V", "VDD = 1 V", "corner sf"):
            assert part in title


def test_a_dollar_in_a_title_is_a_dollar(run_8t: Run) -> None:
    cell = run_8t.design.cell.model_copy(update={"topology": "$\\alpha$"})
    design = run_8t.design.model_copy(update={"cell": cell})
    figure = draw(replace(run_8t, design=design), "level_curve")
    assert "$\\alpha$" in figure.get_suptitle()
    title = next(text for text in figure.texts if "cell" in text.get_text())
    assert not title.get_parse_math()


@pytest.mark.parametrize("codes", [2, 4, 7])
def test_as_many_references_as_codes_less_one(codes: int) -> None:
    run = make_run(codes=codes)
    axes = draw(run, "level_histograms").axes[0]
    assert references(axes, "-") == pytest.approx(run.references["v_ref_v"].tolist())
    assert len(references(axes, "-")) == codes - 1
    shown = [text.get_text() for text in axes.texts]
    assert [f"{i}|{i + 1}" for i in range(codes - 1)] == [t for t in shown if "|" in t]


def test_each_6t_panel_has_its_own_and_the_global_references(run_6t: Run) -> None:
    panels = draw(run_6t, "level_histograms").axes
    names = [next(t.get_text() for t in axes.texts if "active" in t.get_text()) for axes in panels]
    assert names == [f"{n} active rows" for n in (2, 4, 6, 8)]
    table = run_6t.references
    for n_active, axes in zip((2, 4, 6, 8), panels, strict=True):
        own = table.loc[table["n_active"] == n_active, "v_ref_v"]
        common = table.loc[table["n_active"].isna(), "v_ref_v"]
        assert references(axes, "-") == pytest.approx(own.tolist())
        assert references(axes, "--") == pytest.approx(common.tolist())


def test_one_ridge_per_sampled_level(run_8t: Run) -> None:
    axes = draw(run_8t, "level_histograms").axes[0]
    outlines = [line for line in axes.lines if line.get_color() == "white"]
    assert len(outlines) == 9
    tops = sorted(float(np.nanmax(np.asarray(line.get_ydata()))) for line in outlines)
    assert np.diff(tops) == pytest.approx(np.full(8, 2.0))  # all equally high, sums in steps of 2


def test_band_is_three_sigma(run_8t: Run) -> None:
    figure = draw(run_8t, "level_curve")
    axes = figure.axes[0]
    assert "± 3 " in texts(figure)
    levels = run_8t.levels.sort_values("sum")
    corners = axes.collections[0].get_paths()[0].vertices
    first = np.asarray(corners)[np.isclose(np.asarray(corners)[:, 0], -8), 1]
    mean, std = levels["v_bl_mean_v"].iloc[0], levels["v_bl_std_v"].iloc[0]
    assert [first.min(), first.max()] == pytest.approx([mean - 3 * std, mean + 3 * std])


@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_lost_data_is_marked(topology: str) -> None:
    good, bad = make_run(topology), make_run(topology, change=lose_data)
    assert "data lost (2 levels)" in texts(draw(bad, "level_curve"))
    histograms = draw(bad, "level_histograms")
    assert "samples that lost data" in texts(histograms)
    for name in ("level_curve", "level_histograms"):
        assert "lost" not in texts(draw(good, name))
    marks = [
        line
        for axes in histograms.axes
        for line in axes.lines
        if str(line.get_label()).startswith("samples that lost data")
    ]
    assert sum(len(np.asarray(line.get_xdata())) for line in marks) == 3


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_failed_samples_are_marked(topology: str) -> None:
    good, bad = make_run(topology), make_run(topology, change=fail)
    signs = {
        "level_curve": "no valid solution (1 level)",
        "level_histograms": "no valid solution",
        "transfer": "none",
    }
    for name, sign in signs.items():
        assert sign in texts(draw(bad, name))
        assert sign not in texts(draw(good, name))
    # The codes are 0 to 3, and what has none gets a row below them.
    assert draw(bad, "transfer").axes[-2].get_ylim() == (-1.5, 3.5)
    assert draw(good, "transfer").axes[-2].get_ylim() == (-0.5, 3.5)


def test_nominal_failures_are_marked(run_8t: Run) -> None:
    levels = run_8t.levels.copy()
    levels.loc[3, "nominal_status"] = "nonconverged"
    levels.loc[3, ["v_bl_nominal_v", "v_blb_nominal_v"]] = np.nan
    levels.loc[4, "nominal_status"] = "flipped"
    figure = draw(with_tables(run_8t, levels=levels), "level_curve")
    assert "no valid solution (1 level)" in texts(figure)
    assert "data lost (1 level)" in texts(figure)


@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_without_mismatch_there_is_no_band_and_no_ridge(topology: str) -> None:
    run = make_run(topology, mismatch=False)
    assert run.samples.empty
    assert run.levels["v_bl_std_v"].isna().all()
    curve = texts(draw(run, "level_curve"))
    assert "sigma" not in curve
    assert "± 3" not in curve
    draw(run, "transfer").draw_without_rendering()
    for axes in draw(run, "level_histograms").axes:
        assert not [line for line in axes.lines if line.get_color() == "white"]
    assert "Mismatch was not simulated" in figure_kinds(run)[0].caption(run)


def test_transfer_shows_the_ideal_stairs_and_the_mean(run_8t: Run) -> None:
    axes = draw(run_8t, "transfer").axes[0]
    stairs = next(patch for patch in axes.patches if patch.get_label() == "ideal code")
    sums = np.arange(-8, 9, 2)
    assert np.array_equal(stairs.get_data().values, run_8t.quantizer.quantize(sums))
    mean = next(line for line in axes.lines if line.get_label() == "mean code")
    codes = run_8t.code_probability
    wanted = [
        float((group["code"] * group["probability"]).sum()) for _, group in codes.groupby("sum")
    ]
    assert np.asarray(mean.get_ydata()) == pytest.approx(wanted)


def test_transfer_of_6t_has_a_global_panel_with_a_curve_per_n_active(run_6t: Run) -> None:
    figure = draw(run_6t, "transfer")
    panels = [axes for axes in figure.axes if axes.get_title()]
    assert len(panels) == 5
    assert "global references" in panels[-1].get_title()
    curves = [line.get_label() for line in panels[-1].lines]
    assert curves == [f"mean code, {n} active rows" for n in (2, 4, 6, 8)]


def test_access_marks_the_settled_instant(run_8t: Run) -> None:
    axes = draw(run_8t, "access").axes[1]
    circles = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    # WL crosses half its voltage at 0.55 ns; 0.2 ns later V_BL is settled.
    assert [float(np.asarray(c.get_xdata())[0]) for c in circles] == pytest.approx([0.75, 0.75])


def test_access_tells_what_failed(run_8t: Run) -> None:
    table = run_8t.access.copy()
    table.loc[0, "status"] = "flipped"
    table.loc[1, "recovered"] = False
    table.loc[1, "settling_time_bl_s"] = np.nan
    figure = draw(with_tables(run_8t, access=table), "access")
    assert "flipped" in texts(figure)
    assert "not recovered" in texts(figure)
    assert "flipped" not in texts(draw(run_8t, "access"))


def test_access_without_any_waveform_says_so(run_8t: Run) -> None:
    table = run_8t.access.assign(
        status="nonconverged", settling_time_bl_s=np.nan, settling_time_blb_s=np.nan
    )
    changed = with_tables(run_8t, access=table, waveforms=run_8t.waveforms.iloc[:0])
    assert "no access has a valid solution" in texts(draw(changed, "access"))


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_smallest_column(topology: str) -> None:
    run = make_run(topology, rows=1, codes=2)
    for name in NAMES:
        draw(run, name).draw_without_rendering()


def test_wide_column_is_thinned_to_readable_ridges() -> None:
    axes = draw(make_run(rows=200, codes=16), "level_histograms").axes[0]
    outlines = [line for line in axes.lines if line.get_color() == "white"]
    assert 40 < len(outlines) <= 65
    assert len(references(axes, "-")) == 15


@pytest.mark.slow
def test_same_input_gives_the_same_bytes_whatever_the_settings(
    run_6t: Run, written_6t: list[FigureFile], tmp_path: Path
) -> None:
    settings = {
        "font.size": 20,
        "svg.hashsalt": "other",
        "xtick.direction": "in",
        "savefig.dpi": 40,
    }
    with mpl.rc_context(settings):
        before = dict(mpl.rcParams)
        again = write_figures(replace(run_6t, folder=tmp_path))
        assert dict(mpl.rcParams) == before
    for first, second in zip(written_6t, again, strict=True):
        assert first.png.read_bytes() == second.png.read_bytes()
        assert first.svg.read_bytes() == second.svg.read_bytes()


def test_files_carry_no_date_and_no_network_address(written_8t: list[FigureFile]) -> None:
    for file in written_8t:
        svg = file.svg.read_text(encoding="utf-8")
        assert "<dc:date>" not in svg
        assert not re.search(r'(?:href|src)="(?!#|data:)', svg)
        assert b"Software" not in file.png.read_bytes()
