"""One lookup table over the conditions of a sweep."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sram_spice.errors import InputError
from sram_spice.lut import NO_CODE, Lut, ideal_lut
from sram_spice.lut.conditions import units_of
from tests.lut.results import MAP, XNOR, lut_of, point_of

VOLTAGES, WIDTHS = (0.4, 0.5, 0.6, 0.7), (2e-6, 4e-6, 8e-6)
SUMS = np.arange(-64, 65, 2)
ARRAYS = ("v_bl_nominal", "v_bl_mean", "v_bl_std", "v_ref", "probability", "access_energy")


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(MAP, tmp_path / "map")


def test_the_points_of_a_sweep_become_labelled_dimensions():
    data = lut_of(MAP).data
    assert data["probability"].dims == ("word_line_voltage", "load_width", "level", "code")
    assert data["threshold_sum"].dims == ("reference",)
    np.testing.assert_allclose(data["word_line_voltage"], VOLTAGES)
    np.testing.assert_allclose(data["load_width"], WIDTHS)
    assert data["word_line_voltage"].attrs["units"] == "V"
    assert data["load_width"].attrs["units"] == "m"
    assert set(lut_of(MAP).conditions) == {"word_line_voltage", "load_width"}


@pytest.mark.parametrize("voltage", VOLTAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_selected_point_is_that_point_s_own_table(voltage, width):
    chosen = lut_of(MAP).sel(word_line_voltage=voltage, load_width=width)
    own = Lut.load(point_of(MAP, voltage, width))
    for name in (*ARRAYS, "samples", "failed", "flipped", "centroid"):
        np.testing.assert_array_equal(chosen.data[name], own.data[name], err_msg=name)
    assert chosen.design["column"] == own.design["column"]
    assert chosen.conditions == {}
    np.testing.assert_array_equal(chosen.quantize(SUMS, rng=3), own.quantize(SUMS, rng=3))


def test_conditions_may_be_chosen_one_after_the_other():
    first = lut_of(MAP).sel(load_width=4e-6)
    assert set(first.conditions) == {"word_line_voltage"}
    both = lut_of(MAP).sel(load_width=4e-6, word_line_voltage=0.6)
    np.testing.assert_array_equal(first.sel(word_line_voltage=0.6).references(), both.references())


def test_interpolation_is_linear_between_neighbours():
    lut = lut_of(MAP).sel(load_width=2e-6)
    low, high = lut.sel(word_line_voltage=0.5), lut.sel(word_line_voltage=0.6)
    between = lut.interp(word_line_voltage=0.525)
    for name in ARRAYS:
        expected = 0.75 * low.data[name].to_numpy() + 0.25 * high.data[name].to_numpy()
        np.testing.assert_allclose(between.data[name], expected, rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(between.probability(SUMS).sum(axis=-1), 1.0)
    assert between.design["column"]["word_line_voltage"] == 0.525
    for name, pick in (("samples", np.minimum), ("failed", np.maximum), ("flipped", np.maximum)):
        expected = pick(low.data[name], high.data[name])
        np.testing.assert_array_equal(between.data[name], expected)


def test_lost_data_on_one_side_is_not_averaged_away():
    lut = lut_of(MAP).sel(load_width=2e-6)
    data = lut.data.copy(deep=True)
    data["flipped"][:] = 0
    data["flipped"][1, 5] = 7
    data["failed"][2, 6] = 3
    between = Lut(data).interp(word_line_voltage=0.51)
    assert (int(between.data["flipped"][5]), int(between.data["failed"][6])) == (7, 3)


@pytest.mark.parametrize("voltage", VOLTAGES)
def test_at_a_point_interpolation_is_that_point(voltage):
    lut = lut_of(MAP).sel(load_width=8e-6)
    found, own = lut.interp(word_line_voltage=voltage), lut.sel(word_line_voltage=voltage)
    np.testing.assert_array_equal(found.references(), own.references())


def test_interpolation_in_two_conditions_is_bilinear():
    lut = lut_of(MAP)
    found = lut.interp(word_line_voltage=0.45, load_width=3e-6).references()
    corners = [lut.sel(word_line_voltage=v, load_width=w) for v in (0.4, 0.5) for w in WIDTHS[:2]]
    expected = np.mean([one.references() for one in corners], axis=0)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("method", "wanted", "text"),
    [
        ("interp", {"word_line_voltage": 0.39}, "outside the characterized range (got 0.39)"),
        ("interp", {"word_line_voltage": 0.71}, "allowed: 0.4 .. 0.7"),
        ("interp", {"load_width": 2}, "load_width: outside the characterized range"),
        ("interp", {"load_width": float("nan")}, "outside the characterized range"),
        ("interp", {"load_width": "wide"}, "load_width: not a number; use lut.sel"),
        ("interp", {"vdd": 1.0}, "allowed: word_line_voltage, load_width"),
        ("sel", {"word_line_voltage": 0.55}, "not a characterized value"),
        ("sel", {"load_width": "wide"}, "allowed: 2e-06, 4e-06, 8e-06"),
        ("sel", {"rows": 64}, "rows: not a swept condition of this table"),
    ],
)
def test_conditions_that_are_not_there(method, wanted, text):
    with pytest.raises(InputError) as caught:
        getattr(lut_of(MAP), method)(**wanted)
    assert text in str(caught.value)


def test_a_single_table_has_no_conditions_to_choose():
    with pytest.raises(InputError, match="none: it holds one point"):
        lut_of(XNOR).sel(word_line_voltage=0.5)


@pytest.mark.parametrize(
    "use",
    [
        lambda lut: lut.quantize([0]),
        lambda lut: lut.quantize([0], rng=1),
        lambda lut: lut.references(),
        lambda lut: lut.voltage([0]),
        lambda lut: lut.energy([0]),
        lambda lut: lut.pulse_energy([0]),
        lambda lut: lut.chip(),
        lambda lut: lut.plot(),
    ],
)
def test_open_conditions_have_to_be_chosen_first(use):
    with pytest.raises(InputError, match=r"choose with lut\.sel or lut\.interp"):
        use(lut_of(MAP))


def test_a_sweep_survives_saving(tmp_path):
    lut_of(MAP).save(tmp_path / "map.nc")
    again = Lut.load(tmp_path / "map.nc")
    assert set(again.conditions) == set(lut_of(MAP).conditions)
    found = again.interp(word_line_voltage=0.55, load_width=5e-6)
    own = lut_of(MAP).interp(word_line_voltage=0.55, load_width=5e-6)
    np.testing.assert_array_equal(found.references(), own.references())
    np.testing.assert_array_equal(found.pulse_energy(SUMS), own.pulse_energy(SUMS))


@pytest.mark.slow
def test_the_order_of_the_table_of_a_sweep_does_not_matter(copy):
    table = pd.read_csv(copy / "sweep.csv")
    table.iloc[::-1].to_csv(copy / "sweep.csv", index=False)
    np.testing.assert_array_equal(
        Lut.load(copy).data["v_ref"].to_numpy(), lut_of(MAP).data["v_ref"].to_numpy()
    )


def test_a_sweep_with_a_missing_point(copy):
    table = pd.read_csv(copy / "sweep.csv")
    table.iloc[1:].to_csv(copy / "sweep.csv", index=False)
    with pytest.raises(InputError, match="not every combination of the swept values"):
        Lut.load(copy)


def test_a_point_without_its_table(copy):
    path = point_of(copy, 0.6, 4e-6) / "lut.nc"
    path.unlink()
    with pytest.raises(InputError) as caught:
        Lut.load(copy)
    assert str(caught.value).startswith(f"{path}: no such file")


@pytest.mark.slow
def test_points_with_other_levels_are_no_one_table(copy):
    path = point_of(copy, 0.6, 4e-6) / "lut.nc"
    other = ideal_lut(32, True)
    design = json.dumps(lut_of(XNOR).design)
    Lut(other.data.assign_attrs(design=design)).save(path)
    with pytest.raises(InputError) as caught:
        Lut.load(copy)
    assert str(caught.value).startswith(f"{path}: ")
    assert "load its points one by one" in str(caught.value)


@pytest.mark.slow
def test_variables_of_a_later_version_are_swept_too(copy):
    for number, path in enumerate(sorted(copy.glob("points/*/lut.nc"))):
        data = Lut.load(path).data
        data["offset"] = ("level", np.full(65, float(number)), {"units": "V", "long_name": "new"})
        data["kind"] = ("level", np.full(65, number), {"units": "1", "long_name": "new"})
        Lut(data).save(path)
    lut = Lut.load(copy)
    assert lut.data["offset"].dims == ("word_line_voltage", "load_width", "level")
    assert len(np.unique(lut.data["offset"])) == len(np.unique(lut.data["kind"])) == 12
    between = lut.interp(word_line_voltage=0.45, load_width=2e-6).data
    ends = [lut.sel(word_line_voltage=v, load_width=2e-6).data["offset"][0] for v in (0.4, 0.5)]
    assert float(between["offset"][0]) == pytest.approx(float(sum(ends)) / 2)
    assert "kind" not in between


@pytest.mark.slow
def test_points_with_other_variables_are_no_one_table(copy):
    path = point_of(copy, 0.6, 4e-6) / "lut.nc"
    Lut(Lut.load(path).data.drop_vars("access_energy")).save(path)
    with pytest.raises(InputError, match="access_energy: not the same variables as in"):
        Lut.load(copy)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2\n"])
def test_a_damaged_table_of_a_sweep(copy, content):
    (copy / "sweep.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"sweep\.csv"):
        Lut.load(copy)


@pytest.mark.parametrize(
    ("key", "units"),
    [
        ("column.word_line_voltage", "V"),
        ("conditions.temperature", "degC"),
        ("column.load_width", "m"),
        ("column.discharge_time", "s"),
        ("column.wire_capacitance_per_cell", "F"),
        ("mismatch.a_vt", "V m"),
        ("technology.corner", "1"),
        ("no.key", "1"),
        ("conditions.no_key", "1"),
    ],
)
def test_units_of_conditions(key, units):
    assert units_of(key) == units


def test_a_nominal_column_that_loses_its_data_at_one_side_has_no_code_in_between():
    first, second = lut_of(XNOR).data.copy(deep=True), lut_of(XNOR).data.copy(deep=True)
    second["nominal_status"][34] = 3
    both = xr.concat(
        [one.drop_vars(["v_bl_sample", "v_blb_sample", "status"]) for one in (first, second)],
        pd.Index([1e-6, 2e-6], name="load_width"),
        data_vars=["nominal_status"],
    )
    both.load_width.attrs["units"] = "m"
    lut = Lut(both.assign_attrs(conditions='["column.load_width"]'))
    for width in (1.1e-6, 1.9e-6):
        codes = lut.interp(load_width=width).quantize(np.arange(-64, 65, 2))
        assert np.flatnonzero(codes == NO_CODE).tolist() == [34]
    assert lut.sel(load_width=1e-6).quantize(4) != NO_CODE
