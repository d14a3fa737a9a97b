"""One lookup table over swept conditions: put together, choose a point, interpolate between points.

The swept keys are the first dimensions of the data set, named by the last part of the design key
(``word_line_voltage`` for ``column.word_line_voltage``).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sram_spice.design import field_of
from sram_spice.errors import InputError
from sram_spice.lut.reading import read_lookup_table
from sram_spice.lut.schema import ATTRIBUTES, BY_NAME, CONDITIONS
from sram_spice.lut.seal import SEAL

SWEEP = "sweep.csv"
LUT = "lut.nc"
_SAME = 1e-9  # relative: a value as typed and the same value as computed
_COUNTS = ("samples", "failed", "flipped", "nominal_status")  # trouble at one side stays visible
_UNITS = re.compile(
    r", (V m|V|m|s|F|degC)(?=$|[ .;(])"
)  # after a comma in the description of a key


def read_sweep(folder: Path) -> xr.Dataset:
    """Read the lookup tables of a finished sweep as one.

    Parameters
    ----------
    folder : Path
        With ``sweep.csv`` and ``points/*/lut.nc``.

    Returns
    -------
    xarray.Dataset
        The swept conditions are its first dimensions. Samples are left out.

    Raises
    ------
    InputError
        No sweep, a point is missing, or the points do not have the same levels and codes.
    """
    table = _sweep_table(folder / SWEEP)
    keys = [str(name) for name in table.columns if "." in str(name)]
    axes = {key: list(dict.fromkeys(table[key])) for key in keys}
    if len(table) != np.prod([len(values) for values in axes.values()]) or not keys:
        raise InputError(
            "not every combination of the swept values is there",
            file=str(folder / SWEEP),
            allowed="a finished sweep",
        )
    order = {key: sorted(values, key=_sortable) for key, values in axes.items()}
    by_point = {tuple(row[key] for key in keys): row["folder"] for row in table.to_dict("records")}
    points = [by_point.get(point) for point in product(*order.values())]
    if None in points:
        raise InputError("a point is missing", file=str(folder / SWEEP), allowed="a whole grid")
    paths = [folder / str(point) / LUT for point in points]
    for path in paths:  # sweep.csv may be a stranger's
        if not Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder)):
            raise InputError(
                "a point outside the sweep's folder",
                file=str(folder / SWEEP),
                key="folder",
                value=str(path.parent),
                allowed="a folder within it",
            )
    return _stacked([read_lookup_table(path) for path in paths], order, paths)


def select(data: xr.Dataset, wanted: Mapping[str, Any]) -> xr.Dataset:
    """Return the data set at characterized values of some of its conditions.

    Raises
    ------
    InputError
        No such condition, or no such point.
    """
    for name, value in _named(data, wanted).items():
        values = data[name].to_numpy()
        if values.dtype.kind in "iuf" and isinstance(value, int | float | np.number):
            match = np.isclose(values, float(value), rtol=_SAME, atol=0.0)
        else:
            match = values.astype(str) == str(value)
        if not match.any():
            raise InputError(
                "not a characterized value; lut.interp interpolates between numbers",
                key=name,
                value=value,
                allowed=", ".join(_shown(v) for v in values),
            )
        data = _chosen(data.isel({name: int(match.argmax())}), name, value)
    return data


def interpolate(data: xr.Dataset, wanted: Mapping[str, Any]) -> xr.Dataset:
    """Return the data set linearly interpolated in some of its conditions.

    Voltages, references, probabilities, times and energies are linear between two neighbouring
    points. Of the counts, `samples` is the smaller one, the others are the greater ones; so is
    `nominal_status`, where 1 is ok.

    Raises
    ------
    InputError
        No such condition, not a number, or outside the characterized range.
    """
    for name, value in _named(data, wanted).items():
        values = data[name].to_numpy()
        if values.dtype.kind not in "iuf" or not isinstance(value, int | float | np.number):
            raise InputError("not a number; use lut.sel", key=name, value=value)
        low, high = float(values[0]), float(values[-1])
        slack = _SAME * max(abs(low), abs(high))
        if not low - slack <= float(value) <= high + slack:
            raise InputError(
                "outside the characterized range",
                key=name,
                value=value,
                allowed=f"{_shown(low)} .. {_shown(high)}",
            )
        data = _chosen(_between(data, name, float(np.clip(value, low, high))), name, value)
    return data


def _between(data: xr.Dataset, name: str, value: float) -> xr.Dataset:
    values = data[name].to_numpy().astype(float)
    upper = int(np.clip(np.searchsorted(values, value), 1, max(1, values.size - 1)))
    if values.size == 1 or np.isclose(value, values, rtol=_SAME, atol=0.0).any():
        return data.isel({name: int(np.abs(values - value).argmin())})
    share = (value - values[upper - 1]) / (values[upper] - values[upper - 1])
    below, above = data.isel({name: upper - 1}), data.isel({name: upper})
    mixed = below.copy()
    for key in map(str, below.data_vars):
        if name not in data[key].dims:
            continue
        if key not in BY_NAME and below[key].dtype.kind not in "f":
            mixed = mixed.drop_vars(key)  # not known here, and no quantity that has a middle
            continue
        if key in _COUNTS:
            less = below[key] < above[key]
            found = below[key].where(less if key == "samples" else ~less, above[key])
        else:
            found = (1 - share) * below[key] + share * above[key]
        mixed[key] = found.assign_attrs(below[key].attrs)
    return mixed


def _chosen(data: xr.Dataset, name: str, value: object) -> xr.Dataset:
    keys = json.loads(data.attrs[CONDITIONS])
    key = next(key for key in keys if _short(key) == name)
    attributes = {
        CONDITIONS: json.dumps([other for other in keys if other != key]),
        "design": _with_key(data.attrs["design"], key, _plain(value)),
    }
    if name in ATTRIBUTES:
        attributes[name] = _plain(value)
    return data.drop_vars(name).assign_attrs(attributes)


def _with_key(design: str, key: str, value: object) -> str:
    changed = json.loads(design)
    section, _, name = key.partition(".")
    changed[section][name] = value
    return json.dumps(changed)


def _named(data: xr.Dataset, wanted: Mapping[str, Any]) -> dict[str, Any]:
    swept = {_short(key): key for key in json.loads(data.attrs.get(CONDITIONS, "[]"))}
    named = {}
    for name, value in wanted.items():
        if _short(name) not in swept:
            raise InputError(
                "not a swept condition of this table",
                key=name,
                allowed=", ".join(swept) or "none: it holds one point",
            )
        named[_short(name)] = value
    return named


def _sweep_table(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path)
    except FileNotFoundError:
        raise InputError("no such file", file=str(path), allowed="a finished sweep") from None
    except (OSError, ValueError) as error:
        raise InputError(f"not the table of a sweep: {error}", file=str(path)) from None
    if "folder" not in table:
        raise InputError("not the table of a sweep", file=str(path), key="folder")
    return table


def _stacked(
    tables: list[xr.Dataset], axes: Mapping[str, list[Any]], paths: list[Path]
) -> xr.Dataset:
    first = tables[0].drop_dims("sample", errors="ignore")
    names = [name for name in map(str, first.variables) if _sweeps(name)]
    shape = tuple(len(values) for values in axes.values())
    for other, path in zip(tables, paths, strict=True):
        _check_alike(first, other, paths[0], path, axes)
    data = first.copy()
    for name in names:
        values = np.stack([table[name].to_numpy() for table in tables])
        found = first[name]
        dimensions = [_short(key) for key in axes] + list(map(str, found.dims))
        data[name] = (dimensions, values.reshape(shape + found.shape), found.attrs)
    for key, characterized in axes.items():
        text = {"units": units_of(key), "long_name": f"design key {key}"}
        data.coords[_short(key)] = ([_short(key)], np.asarray(characterized), text)
    kept = {k: v for k, v in first.attrs.items() if k not in (SEAL, "fingerprint")}
    data.attrs = {**kept, CONDITIONS: json.dumps(list(axes))}
    for key in axes:  # of one point only; what is chosen later is put in again
        data.attrs["design"] = _with_key(data.attrs["design"], key, None)
    return data


def _check_alike(
    first: xr.Dataset, other: xr.Dataset, path: Path, own: Path, axes: Mapping[str, list[Any]]
) -> None:
    """Raise an error unless both points have the same levels, codes and variables."""
    fixed = [v.name for v in BY_NAME.values() if not v.swept and v.name in first.variables]
    for name in fixed:
        same = name in other.variables and first[name].equals(other[name])
        if not same:
            raise InputError(
                f"not the same {name} as in {path}: the points of this sweep are no one table",
                file=str(own),
                key=", ".join(axes),
                allowed="a sweep that leaves rows, codes and the distribution of sums as they are; "
                "load its points one by one",
            )
    for every in map(str, first.variables):
        if every not in other.variables or other[every].shape != first[every].shape:
            raise InputError(f"not the same variables as in {path}", file=str(own), key=every)


def _sweeps(name: str) -> bool:
    """Return whether a variable may depend on the conditions; one not known here may."""
    return name not in BY_NAME or BY_NAME[name].swept


def units_of(key: str) -> str:
    """Return the units of a design key, "1" for what has none."""
    field = field_of(key)
    found = _UNITS.search(field.description or "") if field else None
    return found.group(1) if found else "1"


def _short(key: str) -> str:
    return key.rpartition(".")[2]


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int | float) else (1, str(value))


def _plain(value: object) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float | np.number) else str(value)
