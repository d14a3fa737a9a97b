"""Files that are no lookup table, or no longer: one clear error each, never a wrong number."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from sram_spice.errors import InputError, RunWarning
from sram_spice.lut import FORMAT_VERSION, Lut, ideal_lut
from sram_spice.lut.schema import BY_NAME, VARIABLES
from sram_spice.lut.seal import SEAL
from tests.lut.results import MAP, XNOR, lut_of, point_of, without_attributes

VERSION_1 = Path(__file__).with_name("version_1.nc")


@pytest.fixture
def file(tmp_path):
    """A lookup table that a test may damage."""
    return Path(shutil.copy(point_of(MAP, 0.6, 2e-6) / "lut.nc", tmp_path / "lut.nc"))


def error_of(path):
    with pytest.raises(InputError) as caught:
        Lut.load(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text


def change(file, edit):
    """Change a file as somebody with xarray would; its hash is written anew."""
    with xr.open_dataset(file) as opened:
        data = opened.load()
    Lut(edit(data)).save(file)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, "no such file; allowed: a lut.nc"),
        (b"", "not a lookup table of sram-spice: it is no netCDF-4 file"),
        (b"n_plus,n_minus\n0,64\n", "it is no netCDF-4 file"),
        (b"CDF\x01" + bytes(100), "it is no netCDF-4 file"),
        (b"\x89HDF\r\n\x1a\n", "the file is damaged: "),
        (b"\x89HDF\r\n\x1a\n" + bytes(5000), "the file is damaged: "),
    ],
)
def test_what_is_no_netcdf_file(tmp_path, content, text):
    path = tmp_path / "lut.nc"
    if content is not None:
        path.write_bytes(content)
    assert text in error_of(path)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999999])
def test_a_truncated_file(file, share):
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    assert "the file is damaged: " in error_of(file)


def outcome(file):
    """The data of a file, or the text of its error."""
    try:
        return Lut.load(file).data
    except InputError as error:
        return str(error)


@pytest.mark.slow
def test_a_flipped_byte_is_an_error_or_changes_nothing(tmp_path):
    source = point_of(MAP, 0.6, 2e-6) / "lut.nc"
    file, whole = tmp_path / "lut.nc", bytearray(source.read_bytes())
    expected = Lut.load(source).data
    rng = np.random.default_rng(1)
    errors = 0
    for place in rng.integers(8, len(whole), size=100).tolist():
        damaged = whole.copy()
        damaged[place] ^= 1 << int(rng.integers(8))
        file.write_bytes(bytes(damaged))
        found = outcome(file)
        errors += isinstance(found, str)
        text = isinstance(found, str) and found.startswith(f"{file}: ")
        assert text or found.identical(expected)
    assert errors > 30


@pytest.mark.parametrize(
    ("version", "text"),
    [
        (0, "format_version: a version that is no longer read; characterize the design again"),
        (-1, "a version that is no longer read"),
        (FORMAT_VERSION + 1, "format_version: written by a newer sram-spice; update to read it"),
        (99, "written by a newer sram-spice"),
        ("two", "not a lookup table of sram-spice: it has no format_version"),
        (1.5, "it has no format_version"),
    ],
)
def test_other_versions(file, version, text):
    change(file, lambda data: data.assign_attrs(format_version=version))
    assert text in error_of(file)


def test_version_1_is_read_and_says_what_it_did_not_keep():
    with pytest.warns(RunWarning, match="codes are those of an ideal amplifier"):
        lut = Lut.load(VERSION_1)
    assert lut.amplifier == "ideal"
    assert "a real one was not characterized" in repr(lut)
    assert lut.data.attrs["format_version"] == 1
    assert (lut.rows, lut.codes, lut.sensing) == (64, 8, "single_ended")
    assert lut.quantize([0], rng=1).shape == (1,)
    for value in (lut.energy, lut.latency):
        with pytest.raises(InputError, match="are not in this table"):
            value([0])
    for value in (lut.pulse_energy, lut.settling_time):
        with pytest.raises(InputError, match="format version 1 did not keep it"):
            value([0])


def test_version_1_without_its_design_is_refused(tmp_path):
    path = Path(shutil.copy(VERSION_1, tmp_path / "lut.nc"))
    change(path, lambda data: data.assign_attrs(design="{}"))
    assert "not a lookup table of sram-spice: KeyError" in error_of(path)


def test_foreign_netcdf_and_hdf5_files(tmp_path):
    path = tmp_path / "other.nc"
    xr.Dataset({"temperature": ("x", [1.0])}).to_netcdf(path, engine="h5netcdf")
    assert "not a lookup table of sram-spice: it has no format_version" in error_of(path)
    with h5py.File(path, "w") as other:
        other["x"] = np.arange(3)
    assert re.search("damaged|not a lookup table", error_of(path))


def test_a_folder_without_a_table(tmp_path):
    with pytest.raises(InputError, match=r"lut\.nc: no such file"):
        Lut.load(tmp_path)


def test_a_number_changed_by_hand_is_found(file):
    with h5py.File(file, "r+") as opened:
        opened["v_ref"][0, 3] += 1e-6
    assert "content_sha256: the file is damaged or was changed" in error_of(file)


def test_a_lost_hash_is_found(file):
    with h5py.File(file, "r+") as opened:
        del opened.attrs[SEAL]
    assert "content_sha256: the file is damaged or was changed" in error_of(file)


def with_values(name, edit):
    def change_values(data):
        values = data[name].to_numpy().copy()
        edit(values)
        return data.assign({name: data[name].copy(data=values)})

    return change_values


def halve(values):
    values[3] /= 2


def swap(values):
    values[[0, 1]] = values[[1, 0]]


def blank(values):
    values[2] = np.nan


def negative(values):
    values[5] = -1


EDITS = {
    "probability: the probabilities of a level": with_values("probability", halve),
    "probability: the probabilities": with_values("probability", blank),
    "threshold_sum: not ascending": with_values("threshold_sum", swap),
    "centroid: not ascending": with_values("centroid", blank),
    "n_plus, n_minus, sum: impossible levels": with_values("sum", negative),
    "n_plus, n_minus, sum: impossible": with_values("n_minus", swap),
    "v_bl_std: negative spread": with_values("v_bl_std", negative),
}


@pytest.mark.parametrize("text", EDITS)
def test_numbers_that_a_table_cannot_have(file, text):
    change(file, EDITS[text])
    assert text in error_of(file)


@pytest.mark.parametrize("name", [v.name for v in VARIABLES if v.required])
def test_a_missing_variable_is_named(file, name):
    change(file, lambda data: data.drop_vars(name))
    text = error_of(file)
    assert "not in the lookup table" in text
    assert name in text


@pytest.mark.parametrize("name", ["v_bl_mean", "v_ref", "access_energy", "access_settling_time_bl"])
def test_other_units_are_refused(file, name):
    def edit(data):
        data[name].attrs["units"] = "m" + BY_NAME[name].units
        return data

    change(file, edit)
    assert f"{name}: wrong units (got 'm{BY_NAME[name].units}')" in error_of(file)


def test_other_dimensions_are_refused(file):
    change(
        file, lambda data: data.assign(v_bl_mean=data["v_bl_mean"].mean("level", keep_attrs=True))
    )
    assert "v_bl_mean: wrong dimensions" in error_of(file)


def test_text_instead_of_numbers_is_refused(file):
    def edit(data):
        text = data["v_bl_mean"].astype(str)
        text.attrs = data["v_bl_mean"].attrs
        return data.assign(v_bl_mean=text)

    change(file, edit)
    assert "v_bl_mean: not numbers" in error_of(file)


@pytest.mark.parametrize("make", [lambda: lut_of(XNOR), lambda: ideal_lut(6, False)])
def test_what_is_saved_is_what_is_loaded(tmp_path, make):
    lut = make()
    lut.save(tmp_path / "copy.nc")
    found = Lut.load(tmp_path / "copy.nc").data
    assert without_attributes(found).identical(without_attributes(lut.data))
    own, kept = ({k: v for k, v in d.attrs.items() if k != SEAL} for d in (found, lut.data))
    assert own == kept
