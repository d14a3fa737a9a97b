"""`sram-spice netlist`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sram_spice.atomic import write_text
from sram_spice.cli.errors import DONE, handled, say_warning
from sram_spice.cli.options import DesignFile, Overrides
from sram_spice.errors import InputError
from sram_spice.front.presets import load
from sram_spice.runs.netlist import level_deck
from sram_spice.technology import process_warnings

NAME = "netlist"
Count = Annotated[int | None, typer.Option(min=0, show_default="half the rows, and the rest")]


@handled
def command(
    design: DesignFile,
    n_plus: Count = None,
    n_minus: Count = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Draw mismatch from this seed.", show_default="no mismatch"),
    ] = None,
    sample: Annotated[int, typer.Option(min=0, help="Which column of that seed.")] = 0,
    merged: Annotated[
        bool, typer.Option("--merged", help="Identical rows as one cell with m=.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File.", show_default="standard output")
    ] = None,
    set_: Overrides = None,
) -> int:
    """Emit a deck that plain `ngspice -b` runs; it prints V(bl), V(blb) and lost cells.

    With the design's own seed, column i of --seed is sample i of the characterization.

    Example:

    sram-spice netlist circuits/xnor_8t.toml --n-plus 16 --seed 1 -o column.cir
    """
    if merged and seed is not None:
        raise InputError("a mismatched column cannot be merged", key="--merged", value=True)
    loaded = load(design, set_ or [])
    text = level_deck(loaded, n_plus, n_minus, seed, sample, merged)
    for warning in process_warnings(loaded):
        say_warning(warning)
    if output is None:
        typer.echo(text, nl=False)
    else:
        if not output.parent.is_dir():
            raise InputError("no such folder", key="-o", value=str(output.parent))
        write_text(output, text)
    return DONE
