"""`sram-spice references`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from sram_spice.cli.characterize import summarize
from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import Overrides, Workers
from sram_spice.front.characterize import requantize

NAME = "references"


@handled
def command(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished run.", show_default=False)],
    levels: Annotated[int | None, typer.Option(help="Codes.", show_default="as in the run")] = None,
    quantization: Annotated[
        str | None, typer.Option(help="linear or nonlinear.", show_default="as in the run")
    ] = None,
    sense_amplifier: Annotated[
        bool,
        typer.Option(
            "--sense-amplifier", help="Measure the sense amplifier for them, too: a minute."
        ),
    ] = False,
    workers: Workers = None,
    set_: Overrides = None,
) -> int:
    """Place the MLSA references of a finished run anew, without simulation of its columns.

    Rewrites references.csv, code_probability.csv, lut.nc, the figures, the report and the manifest
    of that folder.

    Example:

    sram-spice references results/xnor_8t_64 --levels 4 --quantization linear
    """
    overrides = list(set_ or [])
    if levels is not None:
        overrides.append(f"mlsa.levels={levels}")
    if quantization is not None:
        overrides.append(f"mlsa.quantization={quantization}")
    run = requantize(
        folder, overrides, sense_amplifier=sense_amplifier, workers=workers, progress=True
    )
    Console().print(_table(run.references))
    summarize(run, f"report: {folder / 'report.html'}")
    return SOME_FAILED if run.failed else DONE


def _table(references: pd.DataFrame) -> Table:
    last = references["n_active"].isna()
    if not last.any():
        last = references["n_active"] == references["n_active"].max()
    table = Table("index", "threshold on sum", "V_REF (mV)", "error probability", "note")
    for row in references[last].to_dict("records"):
        table.add_row(
            str(row["index"]),
            f"{row['threshold_sum']:g}",
            f"{1e3 * row['v_ref_v']:.2f}",
            f"{row['error_probability']:.3g}",
            "" if pd.isna(row["note"]) else str(row["note"]),
        )
    return table
