"""lut.nc against the tables it is made of."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from pandas.testing import assert_frame_equal

from sram_spice.amplifier.ideal import sense
from sram_spice.design import design_from_dict
from sram_spice.lut import FORMAT_VERSION
from sram_spice.lut.schema import BY_NAME, GLOBAL_SET, STATUSES
from sram_spice.report.run import Run
from sram_spice.simulation import Status


@pytest.fixture
def lut(finished_run):
    with xr.open_dataset(finished_run.folder / "lut.nc") as data:
        yield data.load()


@pytest.fixture
def tables(finished_run):
    return Run.open(finished_run.folder)


def test_every_variable_has_units_and_a_name(lut):
    for name, variable in lut.variables.items():
        assert variable.attrs["units"] == BY_NAME[str(name)].units, name
        assert variable.attrs["long_name"], name


def test_units_fit_the_names(lut):
    for name, variable in lut.variables.items():
        assert (variable.attrs["units"] == "V") == str(name).startswith("v_"), name


def test_provenance(lut, finished_run):
    assert lut.attrs["format_version"] == FORMAT_VERSION
    assert lut.attrs["fingerprint"] == finished_run.run.fingerprint
    assert design_from_dict(json.loads(lut.attrs["design"])) == finished_run.run.design
    assert "ngspice=" in lut.attrs["versions"]


def test_levels_agree_with_the_csv(lut, tables):
    assert lut.sizes["level"] == len(tables.levels)
    for name in ("n_plus", "n_minus", "sum", "samples", "failed", "flipped"):
        np.testing.assert_array_equal(lut[name], tables.levels[name])
    for name in ("v_bl_nominal", "v_blb_nominal", "v_bl_mean", "v_bl_std", "v_blb_std"):
        np.testing.assert_array_equal(lut[name], tables.levels[f"{name}_v"])


def test_references_agree_with_the_csv(lut, tables):
    levels = len(lut["code"])
    assert lut.sizes["reference"] == levels - 1
    np.testing.assert_array_equal(lut["code"], np.arange(levels))
    sets = lut.set_index(reference_set="set_n_active")["v_ref"]
    assert len(sets["reference_set"]) * (levels - 1) == len(tables.references)
    for row in tables.references.to_dict("records"):
        own = GLOBAL_SET if pd.isna(row["n_active"]) else row["n_active"]
        found = float(sets.sel(reference_set=own).isel(reference=row["index"]))
        assert found == pytest.approx(row["v_ref_v"], rel=1e-8)
        threshold = float(lut["threshold_sum"][row["index"]])
        assert threshold == pytest.approx(row["threshold_sum"])


def tidy(lut, name):
    """Probabilities of the data set in the form of the CSV, those above zero only."""
    frame = lut[name].to_dataframe().reset_index()[["n_plus", "n_minus", "code", name]]
    frame = frame[frame[name] > 0].rename(columns={name: "probability"})
    keys = ["n_plus", "n_minus", "code"]
    return frame.sort_values(keys).reset_index(drop=True).astype({"code": "Int64"})


@pytest.mark.parametrize("suffix", ["", "_global"])
def test_probabilities_agree_with_the_csv(lut, tables, suffix):
    table = getattr(tables, f"code_probability{suffix}")
    name = f"probability{suffix}"
    if table.empty:
        assert name not in lut
        return
    keys = ["n_plus", "n_minus", "code"]
    expected = table[[*keys, "probability"]].sort_values(keys).reset_index(drop=True)
    assert_frame_equal(tidy(lut, name), expected[expected["probability"] > 0], rtol=1e-8)
    np.testing.assert_allclose(lut[name].sum("code") + lut[f"{name}_no_code"], 1.0, atol=1e-6)


def test_samples_agree_with_the_parquet_file(lut, tables):
    by_level = lut.set_index(level=["n_plus", "n_minus"])
    assert lut.sizes["sample"] == tables.samples["index"].max() + 1
    sampled = 0
    for (n_plus, n_minus), own in tables.samples.groupby(["n_plus", "n_minus"]):
        column = by_level.sel(level=(n_plus, n_minus))
        np.testing.assert_array_equal(column["v_bl_sample"], own["v_bl_v"])
        np.testing.assert_array_equal(column["v_blb_sample"], own["v_blb_v"])
        assert [STATUSES[code] for code in column["status"].to_numpy()] == own["status"].tolist()
        sampled += 1
    rest = lut["status"].isel(level=lut["samples"].to_numpy() == 0)
    assert rest.sizes["level"] == len(tables.levels) - sampled
    assert not rest.any()


def test_every_status_has_a_number_and_the_file_says_which(lut):
    assert set(STATUSES) == {"not sampled", *map(str, Status)}
    # The numbers of format version 1: what others read must not change under them.
    assert lut["status"].attrs["long_name"] == (
        "0 not sampled; 1 ok; 2 nonconverged; 3 flipped; 4 timeout; 5 crashed; 6 value missing"
    )
    assert set(np.unique(lut["status"])) <= {0, 1}


def test_centroids_and_thresholds_are_the_quantizer_s(lut, tables, finished_run):
    quantizer = sense(finished_run.design, tables.levels, tables.samples).quantizer
    np.testing.assert_allclose(lut["centroid"], quantizer.centroids)
    np.testing.assert_allclose(lut["threshold_sum"], quantizer.thresholds)
