"""The lookup table as one labelled, self-describing data set (netCDF-4).

Every variable carries ``units`` and ``long_name``; provenance is in the attributes. What is in the
file stands in :mod:`sram_spice.lut.schema`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from sram_spice.atomic import write_atomically
from sram_spice.lut.schema import (
    AMPLIFIER,
    BY_NAME,
    FORMAT_VERSION,
    GLOBAL_SET,
    STATUSES,
)
from sram_spice.lut.seal import sealed
from sram_spice.lut.template import write_netcdf
from sram_spice.mlsa import Quantizer
from sram_spice.results.tables import ENERGY_PARTS, LATENCY_PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_COORDINATES = ("n_plus", "n_minus", "sum")
_LEVEL_COLUMNS = {
    "v_bl_nominal_v": "v_bl_nominal",
    "v_blb_nominal_v": "v_blb_nominal",
    "v_bl_mean_v": "v_bl_mean",
    "v_bl_std_v": "v_bl_std",
    "v_blb_mean_v": "v_blb_mean",
    "v_blb_std_v": "v_blb_std",
    "samples": "samples",
    "failed": "failed",
    "flipped": "flipped",
}
_OWN_CODES = {
    "code_probability_mlsa": "probability_mlsa",
    "code_probability_mlsa_global": "probability_mlsa_global",
}
_ERROR_COLUMNS = {
    "shift_v": "v_threshold_shift",
    "noise_v": "v_threshold_noise",
    "common_mode_weight": "common_mode_weight",
    "common_mode_level_v": "v_common_mode",
}
_MLSA_COLUMNS = {
    "n_plus": "mlsa_n_plus",
    "n_minus": "mlsa_n_minus",
    **{f"energy_{part}_j": f"mlsa_energy_{part}" for part in ENERGY_PARTS},
    **{f"latency_{part}_s": f"mlsa_latency_{part}" for part in LATENCY_PARTS},
}
_ACCESS_COLUMNS = {
    "n_plus": "access_n_plus",
    "n_minus": "access_n_minus",
    "settling_time_bl_s": "access_settling_time_bl",
    "settling_time_blb_s": "access_settling_time_blb",
    "energy_j": "access_energy",
}


def lookup_table(
    tables: Mapping[str, pd.DataFrame], quantizer: Quantizer, provenance: Mapping[str, str]
) -> xr.Dataset:
    """Return everything a run found as one data set.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of a run, by name.
    quantizer : Quantizer
        Thresholds on sums and the sum each code stands for.
    provenance : mapping of str to str
        Attributes: design (JSON), fingerprint, versions.

    Returns
    -------
    xarray.Dataset
    """
    levels = tables["levels"]
    own = design_attributes(json.loads(provenance["design"]))
    # Put together at once: xarray takes milliseconds for each variable that is added later.
    data: dict[str, Any] = {}
    coordinates = {name: variable(name, levels[name].to_numpy()) for name in _COORDINATES}
    coordinates["code"] = variable("code", np.arange(quantizer.codes))
    for column, name in _LEVEL_COLUMNS.items():
        data[name] = variable(name, levels[column].to_numpy())
    data["threshold_sum"] = variable("threshold_sum", quantizer.thresholds)
    data["centroid"] = variable("centroid", quantizer.centroids)
    wide = _wide_references(tables["references"], len(quantizer.thresholds))
    coordinates["set_n_active"] = variable("set_n_active", wide.index.to_numpy())
    data["v_ref"] = variable("v_ref", wide.to_numpy())
    index = pd.MultiIndex.from_frame(levels[["n_plus", "n_minus"]])
    _add_codes(data, "probability", tables["code_probability"], index, quantizer.codes)
    if len(tables["code_probability_global"]):
        codes = tables["code_probability_global"]
        _add_codes(data, "probability_global", codes, index, quantizer.codes)
    for column, name in _ACCESS_COLUMNS.items():
        data[name] = variable(name, tables["access"][column].to_numpy())
    _add_samples(data, tables["samples"], index)
    for table, name in _OWN_CODES.items():
        if table in tables:
            _add_codes(data, name, tables[table], index, quantizer.codes)
    if "nominal_status" in levels:
        numbers = {text: number for number, text in enumerate(STATUSES)}
        known = [numbers[text] for text in levels["nominal_status"]]
        data["nominal_status"] = variable("nominal_status", np.array(known, dtype=np.int8))
    if "threshold_errors_mlsa" in tables:
        _add_errors(data, tables["threshold_errors_mlsa"], wide)
    if "access_mlsa" in tables:
        for column, name in _MLSA_COLUMNS.items():
            data[name] = variable(name, tables["access_mlsa"][column].to_numpy())
    amplifier = "real" if "probability_mlsa" in data else "ideal"
    attributes = {"format_version": FORMAT_VERSION, AMPLIFIER: amplifier, **own, **provenance}
    return xr.Dataset(data, coordinates, attributes)


def write_lookup_table(data: xr.Dataset, path: Path) -> None:
    """Write the data set as netCDF-4 with a hash of its content, whole or not at all."""
    whole = sealed(data)
    write_atomically(path, lambda target: write_netcdf(whole, target))


def design_attributes(design: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that say what a table is of, from the design as run.

    Raises
    ------
    KeyError
        A key is missing.
    """
    column, mlsa = design["column"], design["mlsa"]
    return {
        "rows": int(column["rows"]),
        "vdd": float(design["conditions"]["vdd"]),
        "topology": str(design["cell"]["topology"]),
        "sensing": str(mlsa["sensing"]),
        "mode": str(mlsa["mode"]),
        "quantization": str(mlsa["quantization"]),
    }


def variable(name: str, values: object) -> tuple[object, object, dict[str, str]]:
    """Return a variable of the schema with its dimensions, units and long name, for xarray."""
    known = BY_NAME[name]
    return (known.dimensions, values, {"units": known.units, "long_name": known.text})


def _wide_references(references: pd.DataFrame, count: int) -> pd.DataFrame:
    table = references.assign(n_active=references["n_active"].fillna(GLOBAL_SET).astype("int64"))
    wide = table.pivot(index="n_active", columns="index", values="v_ref_v")
    return wide.reindex(columns=range(count))


def _add_codes(
    data: dict[str, Any],
    name: str,
    codes: pd.DataFrame,
    index: pd.MultiIndex,
    levels: int,
) -> None:
    table = np.zeros((len(index), levels))
    lost = np.zeros(len(index))
    position = index.get_indexer(pd.MultiIndex.from_frame(codes[["n_plus", "n_minus"]]))
    has_code = codes["code"].notna().to_numpy(dtype=bool)
    probability = codes["probability"].to_numpy(dtype=float)
    code = codes["code"].fillna(0).to_numpy(dtype=np.int64)
    table[position[has_code], code[has_code]] = probability[has_code]
    lost[position[~has_code]] = probability[~has_code]
    data[name] = variable(name, table)
    data[f"{name}_no_code"] = variable(f"{name}_no_code", lost)


def _add_errors(data: dict[str, Any], errors: pd.DataFrame, wide: pd.DataFrame) -> None:
    """Add the threshold errors of every set of references; 0 where a set has none."""
    sets, count = list(wide.index), wide.shape[1]
    place = np.array([sets.index(n) for n in errors["n_active"].fillna(GLOBAL_SET)])
    index = errors["index"].to_numpy(dtype=np.int64)
    for column, name in _ERROR_COLUMNS.items():
        table = np.zeros((len(sets), count))
        table[place, index] = errors[column].to_numpy(dtype=float)
        data[name] = variable(name, table)
    for kind in ("generator", "offset"):
        square = np.zeros((len(sets), count, count))
        columns = [f"{kind}_covariance_{j}_v2" for j in range(count)]
        square[place, index] = errors[columns].to_numpy(dtype=float)
        data[f"{kind}_covariance"] = variable(f"{kind}_covariance", square)


def _add_samples(data: dict[str, Any], samples: pd.DataFrame, index: pd.MultiIndex) -> None:
    count = int(samples["index"].max()) + 1 if len(samples) else 0
    position = index.get_indexer(pd.MultiIndex.from_frame(samples[["n_plus", "n_minus"]]))
    which = samples["index"].to_numpy(dtype=np.int64)
    for column, name in (("v_bl_v", "v_bl_sample"), ("v_blb_v", "v_blb_sample")):
        table = np.full((len(index), count), np.nan)
        table[position, which] = samples[column].to_numpy(dtype=float)
        data[name] = variable(name, table)
    status = np.zeros((len(index), count), dtype=np.int8)
    status[position, which] = pd.Categorical(samples["status"], categories=STATUSES).codes
    data["status"] = variable("status", status)
