"""Formats csv, parquet, json, netcdf: what is read back is what was exported."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from sram_spice.adapters import ExportOptions, export
from sram_spice.errors import InputError
from sram_spice.lut import Lut
from sram_spice.lut.seal import SEAL
from sram_spice.registry import ADAPTERS
from tests.adapters.moments import check_moments, draws_of
from tests.lut.results import HBNN, MAP, XNOR, lut_of, point_of, table, without_attributes
from tests.lut.test_lookup import with_failures

READ = {
    "csv": pd.read_csv,
    "parquet": pd.read_parquet,
}
TABLES = sorted(READ)


def read_back(lut, to, folder):
    """The three tables as pandas reads them."""
    written = export(lut, to, folder / f"table.{to}")
    assert [path.name for path in written] == [
        f"table{part}.{to}" for part in ("", "_references", "_codes")
    ]
    return [READ[to](path) for path in written]


@pytest.mark.parametrize("to", TABLES)
@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_levels_are_those_of_levels_csv(to, folder, tmp_path):
    levels, _, _ = read_back(lut_of(folder), to, tmp_path)
    expected = table(folder, "levels")
    assert levels["n_active"].equals(levels["n_plus"] + levels["n_minus"])
    same = ["n_plus", "n_minus", "sum", "samples", "failed", "flipped"]
    for name in same:
        np.testing.assert_array_equal(levels[name], expected[name], err_msg=name)
    volts = [name for name in expected if name.endswith("_v")]
    assert len(volts) == 6
    for name in volts:
        np.testing.assert_allclose(levels[name], expected[name], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("to", TABLES)
@pytest.mark.parametrize(
    ("folder", "source", "prefix"),
    [
        (XNOR, "code_probability_mlsa", "p"),
        (HBNN, "code_probability_mlsa", "p"),
        (HBNN, "code_probability_mlsa_global", "p_global"),
    ],
)
def test_probabilities_are_those_of_code_probability_csv(to, folder, source, prefix, tmp_path):
    levels, _, _ = read_back(lut_of(folder), to, tmp_path)
    names = [f"{prefix}_code_{code}" for code in range(8)]
    found = levels.set_index(["n_plus", "n_minus"])[names]
    expected = table(folder, source).pivot(
        index=["n_plus", "n_minus"], columns="code", values="probability"
    )
    expected = expected.reindex(columns=range(8)).fillna(0.0).reindex(found.index)
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    assert not levels[f"{prefix}_no_code"].any()


@pytest.mark.parametrize("to", TABLES)
@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_references_are_those_of_references_csv(to, folder, tmp_path):
    _, references, codes = read_back(lut_of(folder), to, tmp_path)
    expected = table(folder, "references")
    keys = ["n_active", "index"]
    found = references.sort_values(keys, na_position="last", ignore_index=True)
    assert list(found.columns) == ["n_active", "index", "threshold_sum", "v_ref_v"]
    for name in found.columns:
        own = found[name].astype("float64")
        np.testing.assert_allclose(own, expected[name], rtol=1e-8, err_msg=name)
    np.testing.assert_array_equal(codes["code"], np.arange(8))
    np.testing.assert_array_equal(codes["centroid_sum"], lut_of(folder).centroids)


@pytest.mark.parametrize("to", TABLES)
def test_the_doubles_are_the_same(to, tmp_path):
    levels, references, _ = read_back(lut_of(HBNN), to, tmp_path)
    data = lut_of(HBNN).data
    np.testing.assert_array_equal(levels["v_bl_nominal_v"], data["v_bl_nominal"])
    np.testing.assert_array_equal(references["v_ref_v"], data["v_ref"].to_numpy().ravel())


@pytest.mark.parametrize("to", [*TABLES, "json"])
def test_a_million_samples_of_the_read_table(to, tmp_path):
    lut = lut_of(XNOR)
    if to == "json":
        names, levels = read_json(lut, tmp_path)["variables"], None
        probability, codes = (
            np.array(names["probability_mlsa"]["values"]),
            names["centroid"]["values"],
        )
    else:
        levels, _, frame = read_back(lut, to, tmp_path)
        probability = levels[[f"p_code_{code}" for code in range(8)]].to_numpy()
        codes = frame["centroid_sum"]
    rng = np.random.default_rng(11)
    draws = draws_of(len(probability))
    values = [rng.choice(codes, size=draws, p=row / row.sum()) for row in probability]
    check_moments(np.stack(values, axis=1), *lut.moments(np.arange(-64, 65, 2)))


@pytest.mark.parametrize("to", TABLES)
def test_swept_conditions_are_the_first_columns_with_their_units(to, tmp_path):
    levels, references, _ = read_back(lut_of(MAP), to, tmp_path)
    names = ["word_line_voltage_v", "load_width_m"]
    assert list(levels.columns[:2]) == list(references.columns[:2]) == names
    own = levels[(levels[names[0]] == 0.6) & (levels[names[1]] == 4e-6)]
    expected = table(point_of(MAP, 0.6, 4e-6), "levels")
    np.testing.assert_allclose(own["v_bl_mean_v"], expected["v_bl_mean_v"], rtol=1e-9)
    assert len(levels) == 12 * 65


def read_json(lut, folder):
    (path,) = export(lut, "json", folder / "table.json")

    def refuse(text):
        raise ValueError(f"{text} is no JSON")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


@pytest.mark.parametrize("folder", [XNOR, HBNN, MAP])
def test_json_has_every_variable_with_units(folder, tmp_path):
    lut = lut_of(folder)
    found = read_json(lut, tmp_path)
    assert found["attributes"]["rows"] == 64
    assert found["attributes"]["amplifier"] == "real"
    samples = {"v_bl_sample", "v_blb_sample", "status"}
    assert set(found["variables"]) == set(map(str, lut.data.variables)) - samples
    for name, one in found["variables"].items():
        own = lut.data.variables[name]
        assert one["units"] == own.attrs["units"], name
        assert tuple(one["dimensions"]) == own.dims, name
        values = np.array(one["values"], dtype=float).reshape(own.shape)
        np.testing.assert_array_equal(values, own.to_numpy(), err_msg=name)


@pytest.mark.parametrize("folder", [XNOR, HBNN, MAP])
def test_netcdf_is_what_lut_loads(folder, tmp_path):
    lut = lut_of(folder)
    (path,) = export(lut, "netcdf", tmp_path / "table.nc")
    found = Lut.load(path).data
    assert without_attributes(found).equals(without_attributes(lut.data))
    for name in lut.data.variables:
        assert found[name].attrs == lut.data[name].attrs
    own, kept = ({k: v for k, v in d.attrs.items() if k != SEAL} for d in (found, lut.data))
    kept["amplifier"] = "real"  # also where the file that was read did not say it
    assert own == kept


def test_a_million_samples_of_the_netcdf_table(tmp_path):
    (path,) = export(lut_of(HBNN), "netcdf", tmp_path / "table.nc")
    sums = np.arange(-40, 41, 2)
    read = Lut.load(path)
    values = read.decode(read.quantize(np.tile(sums, (draws_of(41), 1)), rng=1, n_active=40))
    check_moments(values, *lut_of(HBNN).moments(sums, n_active=40))


def test_outcomes_without_code_keep_their_column(tmp_path):
    levels, _, _ = read_back(with_failures(lut_of(XNOR), 4, 0.25), "csv", tmp_path)
    at = levels["sum"] == 4
    assert levels["p_no_code"][at].tolist() == [0.25]
    assert not levels["p_no_code"][~at].any()


@pytest.mark.parametrize(
    ("to", "path", "text"),
    [
        ("xml", "x", "--to: no plug-in of this name (got 'xml'); allowed: aihwkit, crosssim, csv"),
        ("csv", "missing/x.csv", "its folder does not exist"),
        ("aihwkit", "x.txt", "not the name of a Python module"),
        ("verilog-a", "file", "not a folder"),
        ("systemverilog", "file", "not a folder"),
    ],
)
def test_what_cannot_be_written(to, path, text, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        export(lut_of(XNOR), to, tmp_path / path)
    assert text in str(caught.value)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("to", sorted(set(ADAPTERS.names()) - {"csv", "parquet", "json", "netcdf"}))
def test_formats_of_one_point_refuse_open_conditions(to, tmp_path):
    with pytest.raises(InputError, match="the table holds several conditions"):
        export(lut_of(MAP), to, tmp_path / "x.py", ExportOptions(64))
    assert not list(tmp_path.iterdir())


def test_every_format_of_the_issue_is_there():
    assert set(ADAPTERS.names()) >= {
        *("neurosim", "crosssim", "aihwkit", "csv", "json", "parquet", "netcdf"),
        *("verilog-a", "systemverilog"),
    }
