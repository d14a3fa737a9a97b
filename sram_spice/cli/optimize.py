"""`sram-spice optimize`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import Dask, DesignFile, Folder, Overrides, Workers
from sram_spice.cli.signoff import numbers
from sram_spice.errors import InputError
from sram_spice.execution import TaskRunner
from sram_spice.execution.dask import DaskCluster
from sram_spice.front.optimize import optimize
from sram_spice.front.presets import load
from sram_spice.report.optimize_tables import FRONT, POINTS
from sram_spice.results.design_numbers import NUMBERS
from sram_spice.runs.optimize.run import BATCH, CONFIRMED
from sram_spice.runs.optimize.variable import parse_variable

NAME = "optimize"
_LISTED = "; ".join(f"{one.name}: {one.meaning}" for one in NUMBERS.values())


@handled
def command(
    design: DesignFile,
    output: Folder,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=LOW:HIGH[:log]",
            help="What may be chosen: section.key=low:high, low:high:log, or a,b,...; repeatable.",
        ),
    ] = None,
    minimize: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help=f"A number to be small; repeatable. {_LISTED}."),
    ] = None,
    maximize: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A number to be large; repeatable.")
    ] = None,
    subject_to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME<=VALUE",
            help="A limit, also NAME>=VALUE; repeatable. Without one for data_loss that of "
            "[limits] holds; data_loss<=1 leaves it out.",
        ),
    ] = None,
    points: Annotated[int, typer.Option(help="Points in all.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the search; another seed, other points.")] = 1,
    batch: Annotated[
        int, typer.Option(help="Points proposed at a time; another number, other points.")
    ] = BATCH,
    confirm: Annotated[
        int, typer.Option(help="Points of the front to confirm on full SPICE at most; 0: none.")
    ] = CONFIRMED,
    typical_only: Annotated[
        bool,
        typer.Option("--typical-only", help="Constraints hold in the typical condition alone."),
    ] = False,
    corner: Annotated[
        str | None,
        typer.Option(help="Corners of the constraints, as tt,ss.", show_default="all"),
    ] = None,
    supply: Annotated[
        str, typer.Option(help="Supplies of the constraints, as parts of conditions.vdd.")
    ] = "0.9,1,1.1",
    temperature: Annotated[
        str, typer.Option(help="Temperatures of the constraints, degC.")
    ] = "-40,27,125",
    word_line: Annotated[
        str, typer.Option(help="As of signoff: fixed, ratio, following, lowered.")
    ] = "fixed",
    dask: Dask = None,
    set_: Overrides = None,
    workers: Workers = None,
) -> int:
    """Search the designs within some ranges for those that no other beats.

    Objectives hold in the typical condition; constraints there and in every condition of a
    sign-off: 45 unless you say which. What breaks one is not simulated further. The winners are
    confirmed on full SPICE. points.csv has every point, front.csv and front/ the winners,
    report.html shows them. Goes on where it stopped, with the same result.

    Example:

    sram-spice optimize circuits/xnor_8t.toml --vary column.load_width=0.5e-6:10e-6:log
    --minimize energy --minimize mse --corner tt,ss --points 60 -o out/best
    """
    if typical_only and corner is not None:
        raise InputError("contradicts --typical-only", key="--corner", value=corner)
    runner: TaskRunner | None = None if dask is None else DaskCluster(dask)
    found = optimize(
        load(design, set_ or []),
        [parse_variable(text) for text in vary or []],
        minimize or [],
        subject_to or [],
        points,
        output,
        maximize=maximize or [],
        typical_only=typical_only,
        corners=() if corner is None else tuple(part.strip() for part in corner.split(",")),
        supplies=numbers(supply, "--supply"),
        temperatures=numbers(temperature, "--temperature"),
        word_line=word_line,  # type: ignore[arg-type]  # checked by Conditions
        seed=seed,
        batch=batch,
        confirm=confirm,
        workers=workers,
        progress=True,
        runner=runner,
    )
    console = Console(soft_wrap=True)
    for place in (POINTS, FRONT, "report.html"):
        console.print(f"{place}: {output / place}", markup=False, highlight=False)
    console.print(found.summary, markup=False, highlight=False)
    for text in found.warnings:
        console.print(text, markup=False, highlight=False)
    return SOME_FAILED if found.failed else DONE
