"""Files made from a template hold what they are given, and are the same bytes each time."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sram_spice.lut.template import write_netcdf


def table(seed: int, size: int = 5) -> xr.Dataset:
    draw = np.random.default_rng(seed)
    values = draw.normal(size=size)
    values[0] = np.nan
    return xr.Dataset(
        {
            "v": ("level", values, {"units": "V"}),
            "n": ("level", draw.integers(9, size=size), {"units": "1"}),
            "one": ((), float(seed), {"units": "s"}),
        },
        coords={"level": np.arange(size), "other": ("level", draw.integers(9, size=size))},
        attrs={"rows": seed, "vdd": 0.1 * seed, "design": "x" * seed + "µ"},
    )


@pytest.mark.parametrize("size", [5, 20_000])
def test_what_is_written_is_read(size, tmp_path):
    for seed in (3, 40, 1):
        path = tmp_path / f"{seed}.nc"
        write_netcdf(table(seed, size), path)
        with xr.open_dataset(path, engine="h5netcdf") as found:
            xr.testing.assert_identical(found.load(), table(seed, size))


def test_bytes_do_not_depend_on_what_was_written_before(tmp_path):
    first, again = tmp_path / "first.nc", tmp_path / "again.nc"
    write_netcdf(table(3), first)
    write_netcdf(table(40), tmp_path / "other.nc")
    write_netcdf(table(3), again)
    assert first.read_bytes() == again.read_bytes()


def test_words_are_written_without_a_template(tmp_path):
    data = xr.Dataset(coords={"corner": ["tt", "ff"]})
    write_netcdf(data, tmp_path / "words.nc")
    with xr.open_dataset(tmp_path / "words.nc", engine="h5netcdf") as found:
        assert found["corner"].astype(str).to_numpy().tolist() == ["tt", "ff"]
