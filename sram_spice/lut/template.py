"""Write lookup tables of one structure quickly: make the file once, then fill copies of it.

Most of the time of writing a netCDF file goes into its structure: dimensions, variables, units. The
points of a sweep share it.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

COMPRESSED = 10_000  # elements; larger variables are compressed
KEPT = 8  # structures


@dataclass(frozen=True)
class VariableShape:
    """A variable without its values."""

    name: str
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str
    attributes: tuple[tuple[str, Any], ...]
    coordinate: bool


@dataclass(frozen=True)
class Structure:
    """A data set without its values; the attributes of the whole by their names and types."""

    variables: tuple[VariableShape, ...]
    attributes: tuple[tuple[str, type], ...]


def write_netcdf(data: xr.Dataset, path: Path) -> None:
    """Write a data set as netCDF-4; the same data set always gives the same bytes."""
    if any(found.dtype.kind not in "iuf" for found in data.variables.values()):
        data.to_netcdf(path, engine="h5netcdf")  # words, of a swept corner: no template for them
        return
    path.write_bytes(_template(_structure(data)))
    with h5py.File(path, "r+") as file:
        for name in map(str, data.variables):
            file[name][...] = data.variables[name].to_numpy()
        for name, value in data.attrs.items():
            file.attrs.modify(str(name), value)


def _structure(data: xr.Dataset) -> Structure:
    variables = tuple(
        VariableShape(
            str(name),
            tuple(map(str, found.dims)),
            found.shape,
            found.dtype.str,
            tuple(found.attrs.items()),
            name in data.coords,
        )
        for name, found in data.variables.items()
    )
    return Structure(variables, tuple((str(k), type(v)) for k, v in data.attrs.items()))


@lru_cache(maxsize=KEPT)
def _template(structure: Structure) -> bytes:
    empty = xr.Dataset(attrs={name: kind() for name, kind in structure.attributes})
    for one in structure.variables:
        values = np.zeros(one.shape, dtype=one.dtype)
        target = empty.coords if one.coordinate else empty
        target[one.name] = (one.dimensions, values, dict(one.attributes))
    large = {
        one.name: {"zlib": True}
        for one in structure.variables
        if not one.coordinate and np.prod(one.shape) > COMPRESSED
    }
    descriptor, name = tempfile.mkstemp(suffix=".nc")
    os.close(descriptor)
    try:
        empty.to_netcdf(name, engine="h5netcdf", encoding=large)
        return Path(name).read_bytes()
    finally:
        Path(name).unlink()
