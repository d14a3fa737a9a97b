"""A run in Python: what the files say, each thing computed once, taken from the cache."""

from __future__ import annotations

import shutil
from unittest import mock

import pandas as pd
import pytest
from matplotlib.figure import Figure

import sram_spice as ss
from sram_spice.amplifier import ideal
from sram_spice.report.run import Run
from sram_spice.runs.characterize import run as runs
from sram_spice.simulation import SimulatorPool
from tests.conftest import ROOT

PLOTS = ("plot_levels", "plot_histograms", "plot_codes", "plot_access")


def test_tables_are_those_of_the_files(run):
    for name in ("levels", "references", "code_probability", "access"):
        written = pd.read_csv(run.folder / f"{name}.csv")
        found = getattr(run, name)
        if "note" in written:  # an empty one is read as NaN
            found, written = (table.fillna({"note": ""}) for table in (found, written))
        pd.testing.assert_frame_equal(found, written, check_dtype=False, rtol=1e-8)
    read = ss.open(run.folder)
    pd.testing.assert_frame_equal(read.samples, run.samples)
    assert read.design == run.design
    assert read.numbers == pytest.approx(run.numbers, rel=1e-8)


def test_without_a_folder_it_is_in_the_cache_and_taken_from_there(run, small, cache, monkeypatch):
    assert run.folder.is_relative_to(cache / "runs")
    assert not (run.folder / "report.html").exists()
    monkeypatch.setattr(runs, "characterize", mock.Mock(side_effect=AssertionError))
    again = ss.characterize(small)
    assert (again.reused, again.folder) == (True, run.folder)


@pytest.mark.parametrize(
    "changes", [{"monte_carlo.seed": 2}, {"mlsa.levels": 3}, {"conditions.vdd": 0.99}]
)
def test_another_design_is_another_run(run, small, changes, monkeypatch):
    made = mock.Mock(return_value=run)
    monkeypatch.setattr(runs, "characterize", made)
    ss.characterize(small.replace(changes))
    assert made.call_args.args[1] != run.folder


def test_a_given_folder_is_used_again_only_for_the_same_design(run, small, tmp_path, monkeypatch):
    folder = shutil.copytree(run.folder, tmp_path / "run")
    assert ss.characterize(small, str(folder)).reused
    made = mock.Mock(return_value=run)
    monkeypatch.setattr(runs, "characterize", made)
    ss.characterize(small.replace({"monte_carlo.samples": 6}), folder)
    ss.characterize(small, folder, again=True)
    assert made.call_count == 2


@pytest.mark.slow
def test_the_quantizer_is_made_once_in_a_run(small, tmp_path):
    """Also with a sense amplifier, whose codes go into the lookup table without being read back."""
    tiny = {"column.rows": 2, "mlsa.levels": 2}  # each reference of an amplifier takes a second
    design = small.replace({"sense_amplifier.topology": "isolated_latch", **tiny})
    with (
        mock.patch.object(ideal, "lloyd_max", wraps=ideal.lloyd_max) as made,
        mock.patch.object(pd, "read_csv", side_effect=AssertionError("read back")),
    ):
        run = ss.characterize(design, tmp_path, workers=1)
        assert run.quantizer.codes == 2
        assert run.plot_codes()
    assert made.call_count == 1
    written = pd.read_csv(tmp_path / "code_probability_mlsa.csv")
    lut = run.lut.data["probability_mlsa"]
    assert float(lut.sum()) == pytest.approx(written["probability"].sum(), abs=1e-7)


def test_an_opened_run_makes_it_once_too(run):
    opened = Run.open(run.folder)
    with mock.patch.object(ideal, "lloyd_max", wraps=ideal.lloyd_max) as made:
        opened.plot_codes()
        opened.plot_histograms()
        assert opened.sum_distribution.probability.sum() == pytest.approx(1.0)
    assert made.call_count == 1


@pytest.mark.parametrize("plot", PLOTS)
def test_it_plots_itself(run, plot):
    figure = getattr(run, plot)()
    assert isinstance(figure, Figure)
    assert figure.axes[0].has_data()


def test_html_begins_with_the_warnings():
    lossy = Run.open(ROOT / "results" / "xnor_8t_64")
    assert "Read this first" not in lossy._repr_html_()
    from dataclasses import replace

    text = replace(lossy, warnings=["Data is lost <b>"])._repr_html_()
    assert text.index("Data is lost &lt;b&gt;") < text.index("Swing of V_BL")
    assert "<script" not in text


def test_warnings_are_issued(run, small, tmp_path, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(runs, "characterize", lambda *_, **__: replace(run, warnings=["look"]))
    with pytest.warns(ss.RunWarning, match="look") as caught:
        ss.characterize(small, tmp_path / "new")
    assert caught[0].filename == __file__  # where the user's code is


@pytest.mark.slow
def test_references_anew(run, tmp_path):
    folder = shutil.copytree(run.folder, tmp_path / "run")
    with mock.patch.object(SimulatorPool, "__enter__", side_effect=AssertionError("simulates")):
        fewer = ss.requantize(Run.open(folder), {"mlsa.levels": 3})
    assert len(fewer.references) == 2
    assert len(Run.open(folder).references) == 2
    with pytest.raises(ss.InputError, match="new simulation"):
        ss.requantize(folder, {"column.rows": 4})


def test_open_says_what_it_needs(tmp_path):
    with pytest.raises(ss.InputError, match="nothing finished in there"):
        ss.open(tmp_path)


def test_open_knows_what_it_is(run):
    assert isinstance(ss.open(ROOT / "results" / "map_8t"), ss.SweepRun)
    assert isinstance(ss.open(str(ROOT / "results" / "hbnn_6t_64" / "cell")), ss.MeasureRun)
    assert isinstance(ss.open(run.folder), Run)


@pytest.mark.slow
def test_a_run_with_other_references_is_not_taken_for_the_first_one(run, small, tmp_path):
    """Its folder holds another design now, whatever its manifest was made of."""
    folder = shutil.copytree(run.folder, tmp_path / "run")
    other = ss.requantize(folder, {"mlsa.levels": 2})
    assert len(other.references) == 1
    again = ss.characterize(small, folder)
    assert not again.reused
    assert len(again.references) == len(run.references)
