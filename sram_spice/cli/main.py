"""`sram-spice`: the commands and their help."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from sram_spice import __version__
from sram_spice.cli.errors import INTERRUPTED

# In the order of the help. Name, and where it is: a command imports what it needs, which for some
# takes seconds, so that only the one that is asked for is imported.
COMMANDS = {
    "characterize": ("characterize", "command"),
    "netlist": ("netlist", "command"),
    "transfer": ("transfer", "command"),
    "measure": ("measure", "command"),
    "mlsa": ("mlsa", "command"),
    "sweep": ("sweep", "command"),
    "signoff": ("signoff", "command"),
    "optimize": ("optimize", "command"),
    "references": ("references", "command"),
    "report": ("report", "command"),
    "export": ("export", "command"),
    "doctor": ("doctor", "command"),
    "measurements": ("measure", "list_command"),
}


def app_of(names: Sequence[str] = tuple(COMMANDS)) -> typer.Typer:
    """Return the application with some of its commands."""
    app = typer.Typer(
        name="sram-spice",
        help="SPICE-level characterization of in-memory computing on SRAM.\n\n"
        "Start with: sram-spice characterize circuits/xnor_8t.toml -o results/xnor_8t_64",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    for name in names:
        module, function = COMMANDS[name]
        app.command(name=name)(getattr(import_module(f"sram_spice.cli.{module}"), function))
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sram-spice {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # In an ASCII locale a micro sign is `\\xb5`, not the end of the run.
            stream.reconfigure(errors="backslashreplace")
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        app = app_of([first]) if first in COMMANDS else app_of()
    except KeyboardInterrupt:  # while packages are imported, which takes a second
        sys.stderr.write("error: interrupted\n")
        raise SystemExit(INTERRUPTED) from None
    app(prog_name="sram-spice")
