"""What `sram-spice mlsa`, and a run with [sense_amplifier], have left in a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sram_spice.design import Design, design_from_dict
from sram_spice.errors import InputError

SUMMARY = "mlsa.json"
VIEWS = {
    "code_probability_mlsa": "sense amplifier at transistor level",
    "code_probability_mlsa_global": "sense amplifier at transistor level, global references",
}
TABLES = ("codes", "energy", "thresholds")
MORE = ("sensing", "check", "check_thresholds", "offset_check")  # where they were asked for


@dataclass(frozen=True, eq=False)
class MlsaResults:
    """The sense amplifier at transistor level, as the page shows it.

    Attributes
    ----------
    code_probability : mapping of str to DataFrame
        P(code | level) with the design's own amplifier, by name of the view.
    tables : mapping of str to DataFrame
        mlsa_<name>.csv by name; empty where `sram-spice mlsa` has not run for this design.
    waveforms : DataFrame or None
        mode, n_plus, n_minus, code, signal, time_s, value.
    notes : tuple of str
        What a reader has to know first.
    wall_time_s : float or None
    statuses : mapping of str to int
        Accesses by status.
    """

    code_probability: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    waveforms: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    wall_time_s: float | None = None
    statuses: Mapping[str, int] = field(default_factory=dict)


def read_mlsa(folder: Path, design: Design, codes: Mapping[str, pd.DataFrame]) -> MlsaResults:
    """Read the results of the sense amplifier in a folder, as far as they are of this design.

    Parameters
    ----------
    folder : Path
    design : Design
    codes : mapping of str to DataFrame
        Tables of the run with the design's own amplifier, by name.

    Raises
    ------
    InputError
        A file is damaged.
    """
    codes = {VIEWS[name]: table for name, table in codes.items()}
    record = _record(folder / SUMMARY)
    if record is None or not _same(record, design, folder / SUMMARY):
        return MlsaResults(codes)
    tables = {name: _table(folder / f"mlsa_{name}.csv") for name in TABLES}
    more = {name: folder / f"mlsa_{name}.csv" for name in MORE}
    tables |= {name: _table(path) for name, path in more.items() if path.exists()}
    return MlsaResults(
        code_probability=codes,
        tables=tables,
        waveforms=_table(folder / "mlsa_waveforms.parquet"),
        notes=tuple(str(note) for note in record.get("notes", ())),
        wall_time_s=record.get("wall_time_s"),
        statuses=record.get("statuses", {}),
    )


def _record(path: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"not the summary of an MLSA run: {error}", file=str(path)) from None
    if not isinstance(record, dict) or not isinstance(record.get("design"), dict):
        raise InputError("not the summary of an MLSA run", file=str(path), key="design")
    return record


def _same(record: dict[str, Any], design: Design, path: Path) -> bool:
    """Say whether the record is of this design; one of an older version has fewer keys.

    A run without a sense amplifier says nothing of it: there any is of the same design.
    """
    try:
        other = design_from_dict(record["design"], file=str(path))
    except InputError:
        return False
    if design.sense_amplifier is None:
        other = other.model_copy(update={"sense_amplifier": None})
    return other == design


def _table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"not a table of an MLSA run: {error}", file=str(path)) from None
