"""The lookup table as one labelled, self-describing data set (netCDF-4).

Format version 1. Dimensions: ``level``, ``code``, ``reference`` (levels - 1), ``reference_set``,
``sample``. Every variable carries ``units`` and ``long_name``; provenance is in the attributes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from sram_spice.atomic import write_atomically
from sram_spice.lut.tables import RunTables
from sram_spice.mlsa import Quantizer

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT_VERSION = 1
GLOBAL_SET = -1  # n_active of the references that do not know how many rows are active
STATUSES = ("not sampled", "ok", "nonconverged", "flipped", "timeout", "crashed", "value missing")

_COORDINATES = {
    "n_plus": "active rows with product +1",
    "n_minus": "active rows with product -1",
    "sum": "n_plus - n_minus",
}
_LEVEL_COLUMNS = {
    "v_bl_nominal_v": ("v_bl_nominal", "V", "bit line BL without mismatch"),
    "v_blb_nominal_v": ("v_blb_nominal", "V", "bit line BLB without mismatch"),
    "v_bl_mean_v": ("v_bl_mean", "V", "mean of BL over valid samples"),
    "v_bl_std_v": ("v_bl_std", "V", "standard deviation of BL over valid samples"),
    "v_blb_mean_v": ("v_blb_mean", "V", "mean of BLB over valid samples"),
    "v_blb_std_v": ("v_blb_std", "V", "standard deviation of BLB over valid samples"),
    "samples": ("samples", "1", "Monte Carlo samples"),
    "failed": ("failed", "1", "samples without a valid solution"),
    "flipped": ("flipped", "1", "samples in which a cell lost its data"),
}


def lookup_table(
    tables: RunTables, quantizer: Quantizer, provenance: Mapping[str, str]
) -> xr.Dataset:
    """Return everything a run found as one data set.

    Parameters
    ----------
    tables : RunTables
    quantizer : Quantizer
        Thresholds on sums and the sum each code stands for.
    provenance : mapping of str to str
        Attributes: design (JSON), fingerprint, versions.

    Returns
    -------
    xarray.Dataset
    """
    levels = tables.levels
    data = xr.Dataset(attrs={"format_version": FORMAT_VERSION, **provenance})
    for name, text in _COORDINATES.items():
        data.coords[name] = _variable("level", levels[name].to_numpy(), "1", text)
    data.coords["code"] = _variable("code", np.arange(quantizer.levels), "1", "code of the MLSA")
    for column, (name, units, text) in _LEVEL_COLUMNS.items():
        data[name] = _variable("level", levels[column].to_numpy(), units, text)
    data["threshold_sum"] = _variable(
        "reference", quantizer.thresholds, "1", "a sum above it belongs to a higher code"
    )
    data["centroid"] = _variable("code", quantizer.centroids, "1", "sum that a code stands for")
    _add_references(data, tables.references, len(quantizer.thresholds))
    index = pd.MultiIndex.from_frame(levels[["n_plus", "n_minus"]])
    _add_codes(data, "probability", tables.code_probability, index, quantizer.levels)
    if len(tables.code_probability_global):
        codes = tables.code_probability_global
        _add_codes(data, "probability_global", codes, index, quantizer.levels)
    _add_samples(data, tables.samples, index)
    return data


def add_mlsa_codes(data: xr.Dataset, codes: Mapping[str, pd.DataFrame]) -> None:
    """Add P(code | level) of a real MLSA, in place.

    Parameters
    ----------
    data : xarray.Dataset
        Of :func:`lookup_table`.
    codes : mapping of str to DataFrame
        Tables as code_probability.csv, by name: ``probability_mlsa`` and, for cells with inactive
        rows, ``probability_mlsa_global``.
    """
    index = pd.MultiIndex.from_arrays([data["n_plus"].to_numpy(), data["n_minus"].to_numpy()])
    index.names = ["n_plus", "n_minus"]
    for name, table in codes.items():
        _add_codes(data, name, table, index, data.sizes["code"])


def write_lookup_table(data: xr.Dataset, path: Path) -> None:
    """Write the data set as netCDF-4, whole or not at all."""
    large = {str(name): {"zlib": True} for name in data.data_vars if data[name].size > 10_000}
    write_atomically(
        path, lambda target: data.to_netcdf(target, engine="h5netcdf", encoding=large) and None
    )


def _variable(
    dimension: str | tuple[str, ...], values: object, units: str, text: str
) -> tuple[object, object, dict[str, str]]:
    return (dimension, values, {"units": units, "long_name": text})


def _add_references(data: xr.Dataset, references: pd.DataFrame, count: int) -> None:
    table = references.assign(n_active=references["n_active"].fillna(GLOBAL_SET).astype("int64"))
    wide = table.pivot(index="n_active", columns="index", values="v_ref_v")
    wide = wide.reindex(columns=range(count))
    data.coords["set_n_active"] = (
        "reference_set",
        wide.index.to_numpy(),
        {"units": "1", "long_name": f"active rows a set is for; {GLOBAL_SET}: global set"},
    )
    data["v_ref"] = _variable(
        ("reference_set", "reference"), wide.to_numpy(), "V", "reference voltage"
    )


def _add_codes(
    data: xr.Dataset, name: str, codes: pd.DataFrame, index: pd.MultiIndex, levels: int
) -> None:
    table = np.zeros((len(index), levels))
    lost = np.zeros(len(index))
    position = index.get_indexer(pd.MultiIndex.from_frame(codes[["n_plus", "n_minus"]]))
    has_code = codes["code"].notna().to_numpy(dtype=bool)
    probability = codes["probability"].to_numpy(dtype=float)
    code = codes["code"].fillna(0).to_numpy(dtype=np.int64)
    table[position[has_code], code[has_code]] = probability[has_code]
    lost[position[~has_code]] = probability[~has_code]
    data[name] = _variable(("level", "code"), table, "1", "P(code | level)")
    data[f"{name}_no_code"] = _variable("level", lost, "1", "P(no valid solution | level)")


def _add_samples(data: xr.Dataset, samples: pd.DataFrame, index: pd.MultiIndex) -> None:
    count = int(samples["index"].max()) + 1 if len(samples) else 0
    position = index.get_indexer(pd.MultiIndex.from_frame(samples[["n_plus", "n_minus"]]))
    which = samples["index"].to_numpy(dtype=np.int64)
    for column, name in (("v_bl_v", "v_bl_sample"), ("v_blb_v", "v_blb_sample")):
        table = np.full((len(index), count), np.nan)
        table[position, which] = samples[column].to_numpy(dtype=float)
        data[name] = _variable(("level", "sample"), table, "V", f"{column[:-2]} of each sample")
    status = np.zeros((len(index), count), dtype=np.int8)
    codes = {text: number for number, text in enumerate(STATUSES)}
    status[position, which] = [codes[text] for text in samples["status"]]
    data["status"] = _variable(
        ("level", "sample"), status, "1", "; ".join(f"{n} {t}" for n, t in enumerate(STATUSES))
    )
