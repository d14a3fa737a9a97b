"""`sram-spice sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import Axes, Dask, DesignFile, Folder, Overrides, Workers
from sram_spice.errors import InputError
from sram_spice.execution import TaskRunner
from sram_spice.execution.dask import DaskCluster
from sram_spice.front.presets import load
from sram_spice.front.sweep import sweep
from sram_spice.runs.sweep.design_grid import Axis, parse_axis
from sram_spice.runs.sweep.sweep_file import read_sweep_file
from sram_spice.wording import count

NAME = "sweep"
LISTED = 8  # points without results named before "and N more"


@handled
def command(
    design: DesignFile,
    output: Folder,
    over: Axes = None,
    file: Annotated[
        Path | None,
        typer.Option(help="Sweep file (TOML) with further axes.", show_default=False),
    ] = None,
    zip_: Annotated[
        bool, typer.Option("--zip", help="Take the axes' values together, not every combination.")
    ] = False,
    disturb: Annotated[
        bool, typer.Option(help="Measure the probability of losing data at each point.")
    ] = True,
    figures: Annotated[
        bool, typer.Option("--figures", help="Draw figures and report of every point, too.")
    ] = False,
    dask: Dask = None,
    set_: Overrides = None,
    workers: Workers = None,
) -> int:
    """Characterize a design over a grid; resumes where it stopped.

    Each point has its own folder under points/; sweep.csv collects them, report.html shows them
    with axes to pick from. Over two axes of numbers it also draws map.png: where data is safe, the
    swing, the sensing error, the energy. A sweep file holds [[over]] sections with key and values,
    or key, start, stop and step.

    Example:

    sram-spice sweep circuits/xnor_8t.toml --over column.rows=16:64:16 -o out
    """
    axes, zipped = _axes(over or [], file, zip_)
    runner: TaskRunner | None = None if dask is None else DaskCluster(dask)
    found = sweep(
        load(design, set_ or []),
        axes,
        output,
        zipped=zipped,
        disturb=disturb,
        figures=figures,
        workers=workers,
        progress=True,
        runner=runner,
    )
    from sram_spice.report.sweep_run import TABLE  # its packages take a while to load

    console = Console(soft_wrap=True)
    console.print(f"table: {output / TABLE}", markup=False, highlight=False)
    console.print(f"report: {output / 'report.html'}", markup=False, highlight=False)
    if disturb and found.has_map:
        console.print(f"map: {output / 'map.png'}", markup=False, highlight=False)
    unfinished = [text for text in found.warnings if text.startswith("no result")]
    for text in found.warnings[:LISTED] if len(unfinished) > LISTED else found.warnings:
        console.print(text, markup=False, highlight=False)
    if len(unfinished) > LISTED:
        console.print(f"no result: {count(len(unfinished) - LISTED, 'more point')}, see {TABLE}")
    return SOME_FAILED if found.warnings else DONE


def _axes(over: list[str], file: Path | None, zipped: bool) -> tuple[list[Axis], bool]:
    axes: list[Axis] = []
    if file is not None:
        spec = read_sweep_file(file)
        axes += [swept.axis() for swept in spec.over]
        zipped = zipped or spec.combine == "zip"
    axes += [parse_axis(text) for text in over]
    if not axes:
        raise InputError(
            "no axis",
            key="--over",
            allowed="section.key=start:stop:step, at least once, or --file with a sweep file",
        )
    return axes, zipped
