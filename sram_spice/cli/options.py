"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

DesignFile: TypeAlias = Annotated[
    Path, typer.Argument(help="Design file (TOML).", show_default=False)
]
Overrides: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Change the design; repeatable."),
]
Folder: TypeAlias = Annotated[
    Path, typer.Option("-o", "--output", help="Folder for the results.", show_default=False)
]
Workers: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, max=1024, help="Simulator processes.", show_default="one per core"),
]
Dask: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Scheduler of a Dask cluster, as tcp://HOST:8786: its workers run the tasks.",
        show_default="processes of this machine",
    ),
]
Axes: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--over",
        metavar="KEY=A:B:STEP",
        help="Axis: section.key=start:stop:step, or section.key=v1,v2,...; repeatable.",
    ),
]
