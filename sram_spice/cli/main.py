"""`sram-spice`: the commands and their help."""

from __future__ import annotations

from typing import Annotated

import typer

from sram_spice import __version__
from sram_spice.cli import (
    characterize,
    doctor,
    export,
    measure,
    mlsa,
    netlist,
    references,
    report,
    sweep,
    transfer,
)

app = typer.Typer(
    name="sram-spice",
    help="SPICE-level characterization of in-memory computing on SRAM.\n\n"
    "Start with: sram-spice characterize circuits/xnor_8t.toml -o results/xnor_8t_64",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS = (
    characterize,
    netlist,
    transfer,
    measure,
    mlsa,
    sweep,
    references,
    report,
    export,
    doctor,
)
for module in COMMANDS:
    app.command(name=module.NAME)(module.command)
app.command(name=measure.LIST_NAME)(measure.list_command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sram-spice {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line."""
    app(prog_name="sram-spice")
