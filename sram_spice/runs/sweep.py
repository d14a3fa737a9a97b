"""The main job over a grid of designs; resumes where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from sram_spice import __version__
from sram_spice.design import Design, with_values
from sram_spice.errors import InputError
from sram_spice.lut import RunTables
from sram_spice.lut.merit import merit
from sram_spice.lut.tables import write_csv
from sram_spice.measurements.disturb import Disturb
from sram_spice.measurements.measurement import Context
from sram_spice.measurements.progress import Progress, Silent
from sram_spice.report.figure_file import save_figure
from sram_spice.report.map_figure import design_map
from sram_spice.report.style import figure_style
from sram_spice.runs.characterize import characterize_with, check_sensing
from sram_spice.runs.fingerprint import sha256
from sram_spice.runs.grid import Axis, GridPoint
from sram_spice.runs.lock import folder_lock
from sram_spice.runs.manifest import Manifest
from sram_spice.simulation import SimulatorPool, Status
from sram_spice.simulation.pool import available_cores
from sram_spice.technology import technology_cards

TABLE = "sweep.csv"
POINTS = "points"
DISTURB = "disturb.csv"
WORST_LEVELS = (1, 2, 4)  # n_plus; a map needs the worst level, which is among the lowest
DISTURB_SAMPLES = 100  # columns at least: the spread of the bit line enters the tail exponentially


def sweep(
    points: Sequence[GridPoint],
    folder: Path,
    progress: Progress,
    workers: int | None = None,
    disturb: bool = True,
) -> pd.DataFrame:
    """Characterize every point of a grid, each in its own folder, and collect one tidy table.

    Parameters
    ----------
    points : sequence of GridPoint
    folder : Path
        Finished points of the same designs in it are used again.
    progress : Progress
    workers : int, optional
        Simulator processes; default one per core.
    disturb : bool
        Also measure the probability of losing data (measurement `disturb`).

    Returns
    -------
    DataFrame
        One row per point: the swept keys, the figures of merit, the sensing, the disturb.

    Raises
    ------
    InputError, SimulatorError
        As by :func:`characterize`; every point is checked before the first is simulated.
    """
    for point in points:
        check_sensing(point.design)
    rows = []
    with folder_lock(folder), SimulatorPool(workers or available_cores()) as pool:
        progress.begin("sweep points", len(points))
        for point in points:
            home = folder / POINTS / point.folder
            home.mkdir(parents=True, exist_ok=True)
            if not _finished(point, home):
                (home / DISTURB).unlink(missing_ok=True)
                characterize_with(pool, point.design, home, Silent(), figures=False)
            if disturb and not (home / DISTURB).exists():
                _measure_disturb(point, home, pool)
            row = _row(point, home, disturb)
            rows.append(row)
            progress.point(Status.NONCONVERGED if row["failed"] else Status.OK)
        table = pd.DataFrame(rows)
        write_csv(folder / TABLE, table)
    return table


def _finished(point: GridPoint, home: Path) -> bool:
    try:
        manifest = Manifest.read(home)
        RunTables.read(home)
    except InputError:
        return False
    cards = technology_cards(point.design)
    return (
        manifest.design_sha256 == sha256(point.design.model_dump_json())
        and manifest.cards_sha256 == sha256(cards.render())
        and manifest.versions.get("sram-spice") == __version__
    )


def _measure_disturb(point: GridPoint, home: Path, pool: SimulatorPool) -> None:
    samples = max(point.design.monte_carlo.samples, DISTURB_SAMPLES)
    design = with_values(point.design, {"monte_carlo.samples": samples})
    context = Context(design, technology_cards(design), pool, Silent())
    summary = Disturb(WORST_LEVELS).run(context).summary
    write_csv(home / DISTURB, summary)


def _row(point: GridPoint, home: Path, disturb: bool) -> dict[str, Any]:
    manifest, tables = Manifest.read(home), RunTables.read(home)
    own = manifest.sensing["own_references"]
    row: dict[str, Any] = {**dict(point.values), **asdict(merit(tables, point.design.column.rows))}
    row["code_error_probability"] = own["error_probability"]
    row["mean_square_error"] = own["mean_square_error"]
    if disturb:
        row.update(_disturb_columns(home))
    row["failed"] = manifest.failed
    row["folder"] = f"{POINTS}/{point.folder}"
    return row


def _disturb_columns(home: Path) -> dict[str, float]:
    table = pd.read_csv(home / DISTURB)
    worst = table[table["quantity"] == "disturb_worst"]
    names = {"mean": "loss_probability", "mean_low": "loss_low", "mean_high": "loss_high"}
    if worst.empty:
        return dict.fromkeys(names.values(), float("nan"))
    return {new: float(worst.iloc[0].get(old, float("nan"))) for old, new in names.items()}


def draw_map(
    table: pd.DataFrame, axes: Sequence[Axis], design: Design, folder: Path
) -> Path | None:
    """Draw the map of a sweep over two axes of numbers; None for other sweeps."""
    numeric = all(isinstance(v, int | float) for axis in axes for v in axis.values)
    if len(axes) != 2 or not numeric or any(len(axis.values) < 2 for axis in axes):
        return None
    swept = {axis.key for axis in axes}
    shown = {
        "column.rows": f"{design.column.rows} rows",
        "column.word_line_voltage": f"V_WL = {design.column.word_line_voltage:g} V",
        "column.load_width": f"load {1e6 * design.column.load_width:g} µm",
        "conditions.vdd": f"VDD = {design.conditions.vdd:g} V",
        "technology.corner": f"corner {design.technology.corner}",
    }
    words = [text for key, text in shown.items() if key not in swept]
    title = ", ".join([f"{design.name}: {design.cell.topology}", *words])
    with figure_style():
        figure = design_map(table, axes[1].key, axes[0].key, title)
        return save_figure(figure, folder, "map", "Map", title).png
