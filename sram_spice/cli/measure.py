"""`sram-spice measure` and `sram-spice measurements`."""

from __future__ import annotations

from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import Axes, DesignFile, Folder, Overrides, Workers
from sram_spice.front.measure import measure
from sram_spice.front.presets import load
from sram_spice.front.progress import Bars
from sram_spice.report.measure_run import SUMMARY
from sram_spice.runs.measure import registered
from sram_spice.runs.sweep.design_grid import parse_axis
from sram_spice.wording import probability

NAME = "measure"
LIST_NAME = "measurements"


@handled
def command(
    design: DesignFile,
    output: Folder,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Measurement to run; repeatable.", show_default="all"),
    ] = None,
    over: Axes = None,
    set_: Overrides = None,
    workers: Workers = None,
) -> int:
    """Measure the cell: margins, currents, disturb, with their spread under mismatch.

    `sram-spice measurements` lists the names. The folder gets measurements.csv with nominal value,
    mean, sigma, quantiles and confidence intervals, and the samples and curves of each. With --over
    it does so at every point of a grid: corners, supplies, temperatures ...

    Example:

    sram-spice measure circuits/hbnn_6t.toml --only hold_snm -o out
    """
    loaded = load(design, set_ or [])
    axes = [parse_axis(text) for text in over or []]
    with Bars() as bars:
        found = measure(loaded, only, folder=output, over=axes, workers=workers, progress=bars)
    errors, console = Console(stderr=True, soft_wrap=True), Console(soft_wrap=True)
    for note in found.notes:
        errors.print("note: ", style="bold yellow", end="")
        errors.print(note, markup=False, highlight=False)
    console.print(_table(found.table, found.keys))
    console.print(f"table: {output / SUMMARY}", markup=False, highlight=False)
    return SOME_FAILED if bars.failed else DONE


@handled
def list_command() -> int:
    """List the registered measurements: definition, unit, source.

    Example:

    sram-spice measurements
    """
    table = Table("name", "what", "unit", "definition", "source", show_lines=True)
    for name, one in registered():
        table.add_row(name, one.title, one.unit, one.definition, one.source)
    Console().print(table)
    return DONE


def _table(summary: pd.DataFrame, keys: list[str]) -> Table:
    table = Table(*keys, "measurement", "quantity", "unit", "nominal", "mean", "sigma")
    for row in summary.to_dict("records"):
        words = [str(row[name]) for name in (*keys, "measurement", "quantity", "unit")]
        nominal, mean, sigma = (_number(row.get(name)) for name in ("nominal", "mean", "sigma"))
        if row.get("bound", 0.0) == 1.0:
            mean = probability(float(row["mean"]), bound=True)
        table.add_row(*words, nominal, mean, sigma)
    return table


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) and not pd.isna(value) else ""
