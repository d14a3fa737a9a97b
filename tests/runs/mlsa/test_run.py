"""The whole command on a small column, and what `characterize` takes in of it."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sram_spice.amplifier.energy import energy_table
from sram_spice.amplifier.errors import measure_errors
from sram_spice.amplifier.ideal import SumCoding
from sram_spice.column.context import Context
from sram_spice.errors import InputError
from sram_spice.generators import cell_of
from sram_spice.report.run import Run
from sram_spice.results.tables import OWN_CODES, file_name
from sram_spice.runs.characterize.references import requantize
from sram_spice.runs.mlsa.code_probability import pairs_of, read_in_every_way
from sram_spice.runs.mlsa.run import mlsa
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards
from tests.runs.finished import finished, no_figures, small_design

CODES, CODES_GLOBAL = map(file_name, OWN_CODES)
SMALL_AMPLIFIER = ("column.load_width=2.5e-7", "mlsa.levels=3", "monte_carlo.samples=4")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mlsa")
    design = small_design("8t_xnor", "column.rows=4", *SMALL_AMPLIFIER)
    with no_figures():  # of the characterization, which are drawn anew at the end
        return folder, mlsa(design, folder, Silent(), workers=1, check_samples=3)


@pytest.mark.slow
@pytest.mark.xdist_group("mlsa")
def test_codes_of_every_mode_are_the_ideal_ones(run):
    _, found = run
    codes = found.codes
    modes = {"parallel", "serial", "serial, early stop", "differential, parallel", "binary"}
    assert set(codes["mode"]) == modes
    assert (codes["status"] == "ok").all()
    right = codes["agrees"] | codes["in_dead_zone"]
    assert right.all()
    by_mode = {m: g.set_index("sum")["code"] for m, g in codes.groupby("mode")}
    assert by_mode["parallel"].equals(by_mode["serial"])
    assert by_mode["parallel"].equals(by_mode["serial, early stop"])
    assert by_mode["parallel"].equals(by_mode["differential, parallel"])
    serial = codes[codes["mode"] == "serial"]
    assert (serial["cycles"] == 2).all()  # levels - 1


@pytest.mark.slow
@pytest.mark.xdist_group("mlsa")
def test_the_page_shows_the_sense_amplifier(run):
    folder, found = run
    page = (folder / "report.html").read_text(encoding="utf-8")
    for name in ("access", "codes", "energy", "errors"):
        assert f'id="chart-mlsa_{name}"' in page
    assert "Code probabilities counted on full transients" in page
    assert all(note in page for note in found.notes)


@pytest.mark.slow
@pytest.mark.xdist_group("mlsa")
def test_trimming_moves_thresholds_to_where_they_should_be(run):
    _, found = run
    by_sensing = dict(list(found.thresholds.groupby("sensing")))
    table = by_sensing["single_ended"]
    assert (table["shift_after_v"].abs() < 3e-3).all()
    assert (table["shift_after_v"].abs() <= table["shift_before_v"].abs() + 1e-3).all()
    # 4 rows: levels are 0.3 V apart in BL - BLB, and weights are linear between measured ones.
    assert (by_sensing["differential"]["shift_after_v"].abs() < 5e-3).all()


@pytest.mark.slow
@pytest.mark.xdist_group("mlsa")
def test_files_and_their_counts(run):
    folder, found = run
    for name in (
        "codes",
        "energy",
        "sensing",
        "thresholds",
        "code_probability",
        "check",
        "check_thresholds",
    ):
        assert (folder / f"mlsa_{name}.csv").exists(), name
    for name in ("access_parallel", "access_serial", "codes", "energy", "sensing"):
        assert (folder / f"mlsa_{name}.png").stat().st_size > 10_000
    record = json.loads((folder / "mlsa.json").read_text())
    assert record["statuses"] == {"ok": len(found.codes)}
    counted = found.check.codes.groupby(["sensing", "n_plus"])
    total = counted["counted"].sum() + counted["undecided"].max()
    assert (total["single_ended"] == 3).all()
    assert (total["differential"] == 1).all()
    assert set(record["check"]) == {"single_ended", "differential"}
    for facts in record["check"].values():
        # Thresholds from sensitivities, sample by sample: few of some dozen lie at their threshold.
        assert facts["decisions_as_predicted"] >= 0.9 * facts["decisions"] > 0


@pytest.mark.slow
@pytest.mark.xdist_group("mlsa")
def test_probabilities_sum_to_one_in_every_way(run):
    folder, _ = run
    table = pd.read_csv(folder / "mlsa_code_probability.csv")
    total = table.groupby(["sensing", "references", "amplifier", "n_plus"])["probability"].sum()
    np.testing.assert_allclose(total, 1.0, atol=1e-7)  # nine digits in the file


@pytest.mark.slow
@pytest.mark.xdist_group("mlsa")
def test_nominal_accesses_need_no_finished_run(run, tmp_path):
    """The same accesses, of an isolated latch; what an earlier run left is not kept beside them."""
    folder, whole = run
    shutil.copy(folder / "mlsa_check.csv", tmp_path / "mlsa_check.csv")
    latch = 'sense_amplifier.topology="isolated_latch"'
    design = small_design("8t_xnor", "column.rows=4", *SMALL_AMPLIFIER, latch)
    found = mlsa(design, tmp_path, Silent(), workers=1, nominal=True)
    assert found.sensing is found.check is found.offsets is None
    assert set(found.codes["mode"]) == {"parallel", "serial", "serial, early stop", "binary"}
    assert (found.codes["status"] == "ok").all()
    assert (found.codes["agrees"] | found.codes["in_dead_zone"]).all()
    # What the column is, the amplifier does not change; what an access costs, it does.
    own, strongarm = (
        t[t["mode"] == "parallel"].set_index("sum") for t in (found.codes, whole.codes)
    )
    # (as SAEN rises: what is left to settle depends on the load, levels are 80 mV apart)
    np.testing.assert_allclose(own["v_bl_v"], strongarm["v_bl_v"], atol=20e-3)
    assert (own["energy_amplifiers_j"] != strongarm["energy_amplifiers_j"]).all()
    names = {path.name for path in tmp_path.iterdir()}
    assert {"mlsa.json", "mlsa_codes.csv", "mlsa_codes.png", "mlsa_waveforms.parquet"} <= names
    assert not names & {"mlsa_check.csv", "levels.csv", "mlsa_sensing.csv"}
    parts = ("bit_line", "pre_charge", "amplifiers", "references")
    total = sum(found.codes[f"energy_{part}_j"] for part in parts)
    np.testing.assert_allclose(found.codes["energy_j"], total, rtol=1e-12)


def test_characterize_takes_it_in():
    found = finished("6t")
    for name in (CODES, CODES_GLOBAL):
        table = pd.read_csv(found.folder / name)
        total = table.groupby(["n_plus", "n_minus"])["probability"].sum()
        np.testing.assert_allclose(total, 1.0, atol=1e-7)
    with xr.open_dataset(found.folder / "lut.nc", engine="h5netcdf") as data:
        for name in ("probability_mlsa", "probability_mlsa_global"):
            np.testing.assert_allclose(data[name].sum("code"), 1.0, atol=1e-7)
    record = Run.open(found.folder).sensing
    own = record["sense_amplifier"]["own_references"]["error_probability"]
    # Offsets only add to what the column does.
    assert own > record["own_references"]["error_probability"] - 0.02
    assert all(1e-3 < s < 30e-3 for s in record["sense_amplifier"]["offset_sigma_v"].values())


@pytest.mark.slow
def test_new_references_forget_the_old_codes(tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished("8t_xnor").folder, folder)
    assert (folder / CODES).exists()
    requantize(folder, ["mlsa.levels=2"])
    assert not (folder / CODES).exists()


@pytest.mark.slow
def test_errors_of_both_modes(make_design, pool):
    """Serial: one offset for all references; parallel: each its own; the ladder in both."""
    design = make_design("8t_xnor", "sense_amplifier.thermal_noise=true")
    context = Context(design, technology_cards(design), pool, Silent())
    v_ref = np.array([0.0, 0.60, 0.66])
    errors = measure_errors(context, [0.60, 0.66])
    parallel, serial = (errors.single_ended(v_ref, mode) for mode in ("parallel", "serial"))
    np.testing.assert_allclose(parallel.sigma[1:], serial.sigma[1:], rtol=1e-9)
    correlation = serial.covariance[1, 2] / np.sqrt(np.prod(np.diag(serial.covariance)[1:]))
    assert correlation > 0.99  # the same silicon at nearly the same level
    ladder = np.sqrt(np.diag(parallel.covariance)[1:])
    assert (ladder < 3e-3).all()
    # kT/C of two 14 fF: sqrt(2 * 4.14e-21 / 14e-15) = 0.77 mV.
    np.testing.assert_allclose(serial.independent[1:], 0.77e-3, rtol=0.01)
    assert parallel.covariance[0].max() == 0.0


@pytest.mark.slow
def test_differential_sensing_is_measured_where_it_can_be(make_design, pool):
    """Two pairs of the circuit; an isolated latch has none, so that its errors are assumed."""
    found = finished("8t_xnor")
    levels = pd.read_csv(found.folder / "levels.csv")
    samples = pd.read_parquet(found.folder / "samples.parquet")
    context = Context(found.design, technology_cards(found.design), pool, Silent())
    coding = SumCoding.of(found.design)
    pairs = pairs_of(context, levels, coding)
    reads = {
        (read.sensing, read.amplifier): read
        for read in read_in_every_way(context, levels, samples, pairs, coding)
    }
    assert reads["differential", "parallel"].errors == "measured"
    assert reads["single_ended", "parallel"].errors == "measured"
    assert reads["differential", "ideal"].errors == "none"
    assumed = read_in_every_way(context, levels, samples, None, coding)[-1]
    assert (assumed.sensing, assumed.errors) == ("differential", "assumed")
    # The assumption leaves out that the latch counts more, and that the mean of both lines counts.
    one, other = reads["differential", "serial"].summary, assumed.summary
    assert other.error_probability < one.error_probability < other.error_probability + 0.1


def test_more_than_16_codes_are_refused(make_design, tmp_path):
    with pytest.raises(InputError, match="too many codes"):
        mlsa(make_design("8t_xnor", "mlsa.levels=17"), tmp_path, Silent())


def test_no_section_is_refused(make_design, tmp_path):
    design = make_design("8t_xnor").model_copy(update={"sense_amplifier": None})
    with pytest.raises(InputError, match="no such section"):
        mlsa(design, tmp_path, Silent())


def test_energy_is_averaged_as_levels_occur(make_design):
    design = make_design("8t_xnor", "column.rows=2", "mlsa.levels=2")
    assert cell_of(design).always_active
    parts = ("bit_line", "pre_charge", "amplifiers", "references")
    codes = pd.DataFrame(
        {
            "mode": "parallel",
            "n_plus": [0, 1, 2],
            "n_minus": [2, 1, 0],
            **{f"energy_{part}_j": [1.0, 2.0, 5.0] for part in parts},
            "energy_j": [4.0, 8.0, 20.0],
            "latency_s": [1.0, 1.0, 1.0],
        }
    )
    table = energy_table(design, codes).set_index("average")["energy_j"]
    assert table.iloc[0] == pytest.approx(0.25 * 4 + 0.5 * 8 + 0.25 * 20)
    assert table.iloc[1] == pytest.approx(32 / 3)
    assert table.iloc[2] == pytest.approx(20)
