"""The page of a sweep from its files."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from sram_spice.errors import InputError
from sram_spice.report.run import Run
from sram_spice.report.sweep_page import SweepProvenance, write_sweep_page
from sram_spice.report.sweep_run import SweepRun
from sram_spice.results.folder_record import SWEEP
from sram_spice.results.ownership import more_files
from sram_spice.runs.sweep.run import RECORD


def write_sweep_report(folder: Path) -> Path:
    """Write `report.html` of a sweep's folder from its sweep.csv; nothing is simulated.

    Raises
    ------
    InputError
        There is no sweep.csv, or it is none.
    """
    table = SweepRun.open(folder).table
    with more_files(folder, SWEEP):
        return write_sweep_page(folder, table, _provenance(folder, table))


def _provenance(folder: Path, table: pd.DataFrame) -> SweepProvenance:
    """Return that of the first point with a manifest; the others differ in the swept keys only."""
    took = _took(folder)
    for place in table.get("folder", pd.Series(dtype=str)).map(str):
        inside = PurePosixPath(place)
        if inside.is_absolute() or ".." in inside.parts:
            continue
        try:
            run = Run.open(folder / inside)
        except InputError:
            continue
        return SweepProvenance(run.design, run.versions, run.seed, took)
    return SweepProvenance(None, {}, None, took)


def _took(folder: Path) -> float | None:
    """Return the wall time of the sweep, s, where it is known."""
    try:
        record: Any = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    seconds = record.get("wall_time_s") if isinstance(record, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else None
