"""`sram-spice signoff`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import Dask, DesignFile, Folder, Overrides, Workers
from sram_spice.errors import InputError
from sram_spice.execution import TaskRunner
from sram_spice.execution.dask import DaskCluster
from sram_spice.front.presets import load
from sram_spice.front.signoff import signoff

NAME = "signoff"


@handled
def command(
    design: DesignFile,
    output: Folder,
    corner: Annotated[
        str | None,
        typer.Option(help="Corners, as tt,ss.", show_default="all of the process"),
    ] = None,
    supply: Annotated[
        str, typer.Option(help="Supplies, as parts of conditions.vdd.")
    ] = "0.9,1,1.1",
    temperature: Annotated[str, typer.Option(help="Temperatures, degC.")] = "-40,27,125",
    word_line: Annotated[
        str,
        typer.Option(
            help="fixed: V_WL as it is in every condition; ratio: a part of the supply; following: "
            "what keeps the bit line of a replica column in its place; lowered: that, never higher."
        ),
    ] = "fixed",
    dask: Dask = None,
    set_: Overrides = None,
    workers: Workers = None,
) -> int:
    """Hold a design to its limits in every condition; exit code 1 when one is broken.

    Corners x supplies x temperatures, each with mismatch: data loss, code errors with the
    references of the typical chip, swing, margins, energy, settling, decisions. signoff.csv has
    the worst condition first, signoff.png shows all. The section [limits] of the design says what
    it is held to. Resumes where it stopped.

    Example:

    sram-spice signoff circuits/xnor_8t.toml -o out --corner tt,fs --temperature 27,125
    """
    runner: TaskRunner | None = None if dask is None else DaskCluster(dask)
    found = signoff(
        load(design, set_ or []),
        output,
        corners=() if corner is None else tuple(part.strip() for part in corner.split(",")),
        supplies=numbers(supply, "--supply"),
        temperatures=numbers(temperature, "--temperature"),
        word_line=word_line,  # type: ignore[arg-type]  # checked by Conditions
        workers=workers,
        progress=True,
        runner=runner,
    )
    console = Console(soft_wrap=True)
    for text in found.warnings:
        console.print(text, markup=False, highlight=False)
    from sram_spice.report.signoff_run import FIGURE, TABLE  # loaded by now

    for place in (f"table: {output / TABLE}", f"figure: {output / FIGURE}.png"):
        console.print(place, markup=False, highlight=False)
    if found.passed:
        console.print(f"signed off: every limit is kept in all {len(found.table)} conditions")
    return DONE if found.passed else SOME_FAILED


def numbers(text: str, key: str) -> tuple[float, ...]:
    """Read numbers with commas in between.

    Raises
    ------
    InputError
        Something in it is no number.
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            "not a list of numbers", key=key, value=text, allowed="0.9,1,1.1"
        ) from None
