"""Formats `csv`, `parquet`, `json` and `netcdf`: all of the table, for any tool."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sram_spice.adapters.adapter import ExportOptions
from sram_spice.adapters.frames import frames
from sram_spice.atomic import write_atomically, write_text
from sram_spice.lut import Lut
from sram_spice.lut.schema import AMPLIFIER, BY_NAME

_SAMPLES = ("v_bl_sample", "v_blb_sample", "status")  # samples.parquet of the run has them


def write_csv(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write PATH (levels), and beside it PATH_references and PATH_codes, as CSV.

    Numbers have all their digits: reading gives the same doubles.
    """
    return _write_frames(
        lut, path, lambda table, file: table.to_csv(file, index=False, lineterminator="\n")
    )


def write_parquet(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write PATH (levels), and beside it PATH_references and PATH_codes, as Parquet."""
    return _write_frames(lut, path, lambda table, file: table.to_parquet(file, index=False))


def _write_frames(lut: Lut, path: Path, write: Callable[[pd.DataFrame, Path], None]) -> list[Path]:
    tables = frames(lut)
    written = []
    for suffix, table in (
        ("", tables.levels),
        ("_references", tables.references),
        ("_codes", tables.codes),
    ):
        target = path.with_name(f"{path.stem}{suffix}{path.suffix}")
        write_atomically(target, lambda file, table=table: write(table, file))  # type: ignore[misc]
        written.append(target)
    return written


def write_json(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write all variables but the samples as one JSON object, NaN as null.

    ``{"attributes": {...}, "variables": {name: {"dimensions", "units", "long_name", "values"}}}``.
    """
    variables = {}
    for name in map(str, lut.data.variables):
        if name in _SAMPLES:
            continue
        found = lut.data.variables[name]
        variables[name] = {
            "dimensions": list(map(str, found.dims)),
            "units": str(found.attrs.get("units", BY_NAME[name].units if name in BY_NAME else "1")),
            "long_name": str(found.attrs.get("long_name", name)),
            "values": _finite(found.to_numpy().tolist()),
        }
    attributes = {str(key): _plain(value) for key, value in lut.data.attrs.items()}
    attributes[AMPLIFIER] = lut.amplifier
    text = json.dumps({"attributes": attributes, "variables": variables}, allow_nan=False)
    write_text(path, text + "\n")
    return [path]


def write_netcdf(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write the data set as `Lut.load` reads it, swept conditions included."""
    lut.save(path)
    return [path]


def _finite(values: Any) -> Any:
    if isinstance(values, list):
        return [_finite(value) for value in values]
    return None if isinstance(values, float) and not np.isfinite(values) else values


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
