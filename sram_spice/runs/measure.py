"""Run registered measurements of a design and write what they found."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sram_spice.atomic import write_text
from sram_spice.column.context import Context
from sram_spice.column.truth import check_truth
from sram_spice.measurements.cell_measurement import CellMeasurement, run_together
from sram_spice.measurements.measurement import (
    FIRST_COLUMNS,
    Measurement,
    MeasurementResult,
    measurement_of,
)
from sram_spice.registry import MEASUREMENTS
from sram_spice.report.measure_run import MANIFEST, POINTS, SUMMARY, MeasureRun
from sram_spice.results.folder_record import MEASURE
from sram_spice.results.identity import MEASUREMENT, identity_of, sha256
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import process_of_run, versions
from sram_spice.results.ownership import owned
from sram_spice.results.plugin_origin import origin_of
from sram_spice.results.tables import write_csv
from sram_spice.runs.sweep.design_grid import GridPoint, base_of
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.technology import technology_cards


@dataclass(frozen=True)
class Measured:
    """One measurement that was run."""

    name: str
    measurement: Measurement
    result: MeasurementResult


def registered() -> list[tuple[str, Measurement]]:
    """Return all registered measurements by name."""
    return [(name, measurement_of(name)) for name in MEASUREMENTS.names()]


def measure(
    points: Sequence[GridPoint],
    names: Sequence[str],
    folder: Path,
    progress: Progress,
    workers: int | None = None,
) -> MeasureRun:
    """Run measurements at one or several designs and write their tables into a folder.

    Parameters
    ----------
    points : sequence of GridPoint
        One for a single design, with no values; else those of a grid.
    names : sequence of str
        Registered names; all of them when empty.
    folder : Path
        Gets measurements.csv (all summaries, one column per swept key), measurements.json (designs,
        versions, notes), and for each design NAME_samples.csv and NAME_curves.csv: in the folder
        itself, or in points/... below it for a grid.
    progress : Progress
    workers : int, optional
        Simulator processes; default one per core.

    Returns
    -------
    MeasureRun

    Raises
    ------
    InputError
        A name is not registered, the card file is wrong, or the folder cannot be written.
    SimulatorError
        libngspice is missing or broken.
    """
    start = time.monotonic()
    chosen = names or MEASUREMENTS.names()
    for name in chosen:
        MEASUREMENTS.check(name)
    for point in points:
        technology_cards(point.design)
    tables, records = [], []
    with (
        folder_lock(folder),
        owned(folder, MEASURE, base_of(points), progress.note),
        SimulatorPool(workers or available_cores()) as pool,
    ):
        for point in points:
            context = Context(point.design, technology_cards(point.design), pool, progress)
            found = measure_with(context, chosen)
            home = folder / POINTS / point.folder if point.values else folder
            home.mkdir(parents=True, exist_ok=True)
            for one in found:
                _write(home, one)
            tables.append(_summary(point, found))
            records.append(_record(point, context, found))
        summary = pd.concat(tables, ignore_index=True)
        write_csv(folder / SUMMARY, summary)
        record = {
            "versions": versions(pool.version),
            "wall_time_s": round(time.monotonic() - start, 3),
            "incidents": [str(incident) for incident in pool.incidents],
            "designs": records,
        }
        write_text(folder / MANIFEST, json.dumps(record, indent=2) + "\n")
    return MeasureRun(folder, record)


def _summary(point: GridPoint, found: Sequence[Measured]) -> pd.DataFrame:
    summary = pd.concat(
        [one.result.summary.assign(measurement=one.name) for one in found], ignore_index=True
    )
    first = ["measurement", *FIRST_COLUMNS]
    summary = summary[[*first, *(c for c in summary.columns if c not in first)]]
    for position, (key, value) in enumerate(point.values):
        summary.insert(position, key, value)
    return summary


def _record(point: GridPoint, context: Context, found: Sequence[Measured]) -> dict[str, object]:
    design, ngspice = point.design, context.pool.loaded_version()
    origins = {one.name: origin_of(MEASUREMENTS, one.name) for one in found}
    identity = identity_of(MEASUREMENT, design, context.cards, ngspice, measurements=origins)
    return {
        "point": point.folder,
        "design": design.model_dump(mode="json"),
        "process": process_of_run(design),
        "design_sha256": sha256(design.model_dump_json()),
        "cards_sha256": sha256(context.cards.render()),
        "identity": {**identity.record(), "measurements": origins},
        "notes": {one.name: list(one.result.notes) for one in found},
    }


def measure_with(context: Context, names: Sequence[str]) -> list[Measured]:
    """Run measurements on running simulators; nothing is written.

    Raises
    ------
    InputError
        A name is not registered, or a cell or read-out does not compute what it says.
    """
    check_truth(context.design, context.cards, context.pool)
    chosen = [(name, measurement_of(name, context.design)) for name in names]
    # Measurements of the cell share their sweeps and their samples.
    together = [one for _, one in chosen if isinstance(one, CellMeasurement)]
    results = dict(zip(map(id, together), run_together(context, together), strict=True))
    return [
        Measured(name, one, results[id(one)] if id(one) in results else one.run(context))
        for name, one in chosen
    ]


def _write(folder: Path, one: Measured) -> None:
    for kind in ("samples", "curves"):
        table: pd.DataFrame = getattr(one.result, kind)
        if len(table):
            write_csv(folder / f"{one.name}_{kind}.csv", table)
