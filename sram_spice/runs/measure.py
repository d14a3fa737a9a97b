"""Run registered measurements of a design and write what they found."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sram_spice.design import Design
from sram_spice.lut.atomic import write_atomically, write_text
from sram_spice.lut.tables import CSV_DIGITS
from sram_spice.measurements.cell_measurement import CellMeasurement, run_together
from sram_spice.measurements.measurement import (
    Context,
    Measurement,
    MeasurementResult,
    measurement_of,
)
from sram_spice.measurements.progress import Progress
from sram_spice.registry import MEASUREMENTS
from sram_spice.runs.fingerprint import sha256
from sram_spice.runs.lock import folder_lock
from sram_spice.runs.manifest import versions
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.pool import available_cores
from sram_spice.technology import technology_cards

SUMMARY = "measurements.csv"
MANIFEST = "measurements.json"


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
    design: Design,
    names: Sequence[str],
    folder: Path,
    progress: Progress,
    workers: int | None = None,
) -> list[Measured]:
    """Run measurements and write their tables into a folder.

    Parameters
    ----------
    design : Design
    names : sequence of str
        Registered names; all of them when empty.
    folder : Path
        Gets measurements.csv (all summaries), NAME_samples.csv, NAME_curves.csv and
        measurements.json (the design, versions, notes).
    progress : Progress
    workers : int, optional
        Simulator processes; default one per core.

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
    cards = technology_cards(design)
    with folder_lock(folder), SimulatorPool(workers or available_cores()) as pool:
        context = Context(design, cards, pool, progress)
        found = measure_with(context, chosen)
        for one in found:
            _write(folder, one)
        summary = pd.concat(
            [one.result.summary.assign(measurement=one.name) for one in found], ignore_index=True
        )
        first = ["measurement", "quantity", "condition", "unit", "nominal"]
        summary = summary[[*first, *(c for c in summary.columns if c not in first)]]
        write_atomically(folder / SUMMARY, _csv(summary))
        record = {
            "design": design.model_dump(mode="json"),
            "design_sha256": sha256(design.model_dump_json()),
            "cards_sha256": sha256(cards.render()),
            "versions": versions(pool.version),
            "wall_time_s": round(time.monotonic() - start, 3),
            "notes": {one.name: list(one.result.notes) for one in found},
            "incidents": [str(incident) for incident in pool.incidents],
        }
        write_text(folder / MANIFEST, json.dumps(record, indent=2) + "\n")
    return found


def measure_with(context: Context, names: Sequence[str]) -> list[Measured]:
    """Run measurements on running simulators; nothing is written.

    Raises
    ------
    InputError
        A name is not registered.
    """
    chosen = [(name, measurement_of(name)) for name in names]
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
            write_atomically(folder / f"{one.name}_{kind}.csv", _csv(table))


def _csv(table: pd.DataFrame) -> Callable[[Path], None]:
    return lambda path: table.to_csv(
        path, index=False, float_format=CSV_DIGITS, lineterminator="\n"
    )
