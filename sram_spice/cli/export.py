"""`sram-spice export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from sram_spice.cli.errors import DONE, handled
from sram_spice.errors import InputError
from sram_spice.front.export import export, table_of
from sram_spice.lut import Amplifier
from sram_spice.lut.amplifier import amplifier_text
from sram_spice.lut.table_data import SeveralConditionsError
from sram_spice.registry import ADAPTERS

NAME = "export"


@handled
def command(
    source: Annotated[
        Path,
        typer.Argument(help="Folder of a finished run or sweep, or a lut.nc.", show_default=False),
    ],
    to: Annotated[
        str, typer.Option("--to", metavar="FORMAT", help=", ".join(ADAPTERS.names()) + ".")
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="File, or folder (verilog-a, systemverilog)."),
    ],
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at", metavar="KEY=VALUE", help="Condition of a sweep; interpolated; repeatable."
        ),
    ] = None,
    n_active: Annotated[
        int | None,
        typer.Option(help="Active rows, for formats that know sums only (6T).", show_default=False),
    ] = None,
    drop_failed: Annotated[
        bool,
        typer.Option("--drop-failed", help="Leave failed samples out where a format cannot tell."),
    ] = False,
    amplifier: Annotated[
        str | None,
        typer.Option(
            metavar="real|ideal",
            help="Whose codes.",
            show_default="real where it was characterized",
        ),
    ] = None,
) -> int:
    """Write the lookup table of a finished run in the format of another tool.

    docs/adapters.md says what each format holds, and how the tool takes it.

    Example:

    sram-spice export results/xnor_8t_64 --to neurosim -o adc_noise.csv
    """
    where = dict(_condition(item) for item in at or [])
    try:
        lut = table_of(source, cast("Amplifier | None", amplifier))
        written = export(lut, to, output, at=where, n_active=n_active, drop_failed=drop_failed)
    except SeveralConditionsError as error:
        message = f"{to} holds one condition, the sweep has several; choose with --at KEY=VALUE"
        raise InputError(message, key=error.key) from None
    # What is printed on stdout are the files.
    Console(stderr=True).print(amplifier_text(lut.data), markup=False, highlight=False)
    console = Console(soft_wrap=True)
    for path in written:
        console.print(str(path), markup=False, highlight=False)
    return DONE


def _condition(item: str) -> tuple[str, str]:
    key, separator, text = item.partition("=")
    if not (separator and key and text):
        raise InputError("not a condition", key="--at", value=item, allowed="KEY=VALUE")
    return key, text
