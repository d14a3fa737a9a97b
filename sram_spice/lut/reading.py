"""Read a lookup table file, or say in one sentence why it cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import xarray as xr

from sram_spice.errors import InputError
from sram_spice.lut.amplifier import check_amplifier
from sram_spice.lut.dataset import design_attributes
from sram_spice.lut.file_checks import check_self_contained, check_size, check_texts
from sram_spice.lut.schema import (
    ATTRIBUTES,
    CODE_TABLES,
    CONDITIONS,
    FORMAT_VERSION,
    OLDEST_VERSION,
    VARIABLES,
)
from sram_spice.lut.seal import SEAL, content_sha256
from sram_spice.wording import count

_HDF5 = b"\x89HDF\r\n\x1a\n"
_WHOLE = 1e-6  # how far the probabilities of a level may be from 1: nine digits, many codes


def read_lookup_table(path: Path) -> xr.Dataset:
    """Read a lookup table of any version that is still read, into memory, and check it.

    Parameters
    ----------
    path : Path
        A ``lut.nc``.

    Returns
    -------
    xarray.Dataset
        With the attributes of the newest version; without the access of version 1, which did not
        keep it.

    Raises
    ------
    InputError
        No such file, no lookup table, damaged, or of a version that is not read.
    """
    data = _opened(path)
    version = _version(data, path)
    if version >= 2 and content_sha256(data) != data.attrs.get(SEAL):
        raise InputError(
            "the file is damaged or was changed: its content does not fit its hash",
            file=str(path),
            key=SEAL,
            allowed="a file as sram-spice wrote it",
        )
    try:
        if version == 1:
            data = data.assign_attrs(design_attributes(json.loads(data.attrs["design"])))
        check(data, str(path))
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise _foreign(path, f"{type(error).__name__}: {error}") from None
    return data


def _opened(path: Path) -> xr.Dataset:
    try:
        with path.open("rb") as file:
            start = file.read(len(_HDF5))
    except FileNotFoundError:
        raise InputError("no such file", file=str(path), allowed="a lut.nc") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(path)) from None
    if start != _HDF5:
        raise _foreign(path, "it is no netCDF-4 file")
    try:
        check_self_contained(path)
        with xr.open_dataset(path, engine="h5netcdf", phony_dims="sort") as file_data:
            check_size(file_data, path)
            return file_data.load()
    except InputError:
        raise
    except Exception as error:  # a damaged HDF5 file fails in any way
        text = str(error) or type(error).__name__
        raise InputError(f"the file is damaged: {text}", file=str(path)) from None


def _version(data: xr.Dataset, path: Path) -> int:
    found = data.attrs.get("format_version")
    if not isinstance(found, int | np.integer):
        raise _foreign(path, "it has no format_version")
    allowed = f"{OLDEST_VERSION} .. {FORMAT_VERSION}"
    if found > FORMAT_VERSION:
        raise InputError(
            "written by a newer sram-spice; update to read it",
            file=str(path),
            key="format_version",
            value=int(found),
            allowed=allowed,
        )
    if found < OLDEST_VERSION:
        raise InputError(
            "a version that is no longer read; characterize the design again",
            file=str(path),
            key="format_version",
            value=int(found),
            allowed=allowed,
        )
    return int(found)


def _foreign(path: Path, why: str) -> InputError:
    return InputError(
        f"not a lookup table of sram-spice: {why}",
        file=str(path),
        allowed="lut.nc as sram-spice characterize writes it",
    )


def check(data: xr.Dataset, file: str) -> None:
    """Raise the InputError of the first thing in a data set that a lookup table cannot have.

    Parameters
    ----------
    data : xarray.Dataset
        In memory.
    file : str
        For the messages.
    """
    missing = [name for name in ATTRIBUTES if name not in data.attrs]
    missing += [v.name for v in VARIABLES if v.required and v.name not in data.variables]
    if missing:
        raise InputError("not in the lookup table", file=file, key=", ".join(missing))
    check_texts(data, file)
    check_amplifier(data, file)
    _check_form(data, file)
    _check_levels(data, file)
    _check_codes(data, file)


def _check_form(data: xr.Dataset, file: str) -> None:
    keys = json.loads(data.attrs.get(CONDITIONS, "[]"))
    swept = tuple(str(key).rpartition(".")[2] for key in keys)
    for known in VARIABLES:
        if known.name not in data.variables:
            continue
        found = data.variables[known.name]
        allowed = {known.dimensions}
        if known.swept:
            allowed.add(swept + known.dimensions)
        if tuple(map(str, found.dims)) not in allowed:
            raise InputError(
                "wrong dimensions",
                file=file,
                key=known.name,
                value=", ".join(map(str, found.dims)),
                allowed=", ".join(known.dimensions),
            )
        if found.attrs.get("units") != known.units:
            raise InputError(
                "wrong units",
                file=file,
                key=known.name,
                value=found.attrs.get("units"),
                allowed=known.units,
            )
        if found.dtype.kind not in "iuf":
            raise InputError("not numbers", file=file, key=known.name, value=str(found.dtype))


def _check_levels(data: xr.Dataset, file: str) -> None:
    plus, minus, rows = data["n_plus"], data["n_minus"], int(data.attrs["rows"])
    bad = (plus < 0) | (minus < 0) | (plus + minus > rows) | (data["sum"] != plus - minus)
    levels = set(zip(plus.to_numpy().tolist(), minus.to_numpy().tolist(), strict=True))
    if bool(bad.any()) or len(levels) != plus.size or not levels:
        raise InputError(
            "impossible levels",
            file=file,
            key="n_plus, n_minus, sum",
            allowed=f"each (n_plus, n_minus) with at most {count(rows, 'row')} once, and their sum",
        )
    for name in ("v_bl_std", "v_blb_std"):
        if bool((data[name] < 0).any()):
            raise InputError("negative spread", file=file, key=name)


def _check_codes(data: xr.Dataset, file: str) -> None:
    thresholds, centroids = data["threshold_sum"].to_numpy(), data["centroid"].to_numpy()
    if thresholds.size != centroids.size - 1:
        raise InputError("one reference less than codes is needed", file=file, key="threshold_sum")
    for key, values in (("threshold_sum", thresholds), ("centroid", centroids)):
        if not (np.isfinite(values).all() and (np.diff(values) > 0).all()):
            raise InputError("not ascending", file=file, key=key, value=values.tolist())
    for name in CODE_TABLES:
        if name not in data:
            continue
        table, lost = data[name], data[f"{name}_no_code"]
        whole = table.sum("code", skipna=False) + lost
        if not bool((table >= 0).all() & (lost >= 0).all() & (abs(whole - 1) < _WHOLE).all()):
            raise InputError("the probabilities of a level do not add up to 1", file=file, key=name)
