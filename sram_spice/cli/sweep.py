"""`sram-spice sweep`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import Axes, DesignFile, Folder, Overrides, Workers
from sram_spice.cli.progress import Bars
from sram_spice.design import load_design
from sram_spice.errors import InputError
from sram_spice.runs.grid import grid, parse_axis
from sram_spice.runs.sweep import TABLE, draw_map, sweep

NAME = "sweep"


@handled
def command(
    design: DesignFile,
    output: Folder,
    over: Axes = None,
    disturb: Annotated[
        bool, typer.Option(help="Measure the probability of losing data at each point.")
    ] = True,
    set_: Overrides = None,
    workers: Workers = None,
) -> int:
    """Characterize a design over a grid; resumes where it stopped.

    Each point has its own folder under points/; sweep.csv collects them, report.html shows them
    with axes to pick from. Over two axes of numbers it also draws map.png: where data is safe, the
    swing, the sensing error, the energy.

    Example:

    sram-spice sweep circuits/xnor_8t.toml --over column.rows=16:64:16 -o out
    """
    if not over:
        raise InputError(
            "no axis", key="--over", allowed="section.key=start:stop:step, at least once"
        )
    axes = [parse_axis(text) for text in over]
    points = grid(load_design(design, set_ or []), axes)
    with Bars() as bars:
        table = sweep(points, output, bars, workers, disturb)
    from sram_spice.runs.sweep_report import write_sweep_report  # its packages take a while to load

    report = write_sweep_report(output)
    figure = draw_map(table, axes, points[0].design, output) if disturb else None
    console = Console(soft_wrap=True)
    console.print(f"table: {output / TABLE}", markup=False, highlight=False)
    console.print(f"report: {report}", markup=False, highlight=False)
    if figure is not None:
        console.print(f"map: {figure}", markup=False, highlight=False)
    failed = int((table["failed"] > 0).sum())
    if failed:
        console.print(f"{failed} of {len(table)} points have samples without a valid solution")
    return SOME_FAILED if failed else DONE
