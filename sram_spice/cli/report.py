"""`sram-spice report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sram_spice.cli.errors import DONE, handled
from sram_spice.front.characterize import redraw

NAME = "report"


@handled
def command(
    folders: Annotated[
        list[Path],
        typer.Argument(help="Folders of finished runs, sweeps or searches.", show_default=False),
    ],
) -> int:
    """Write the page report.html of finished runs, sweeps or searches anew, without simulation.

    Touches no other file. A sweep makes no pages of its points: give the folders of points, then
    that of the sweep, whose page links to those that are there.

    Example:

    sram-spice report results/xnor_8t_64
    """
    console = Console(soft_wrap=True)
    for folder in folders:
        console.print(f"report: {redraw(folder)}", markup=False, highlight=False)
    return DONE
