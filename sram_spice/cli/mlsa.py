"""`sram-spice mlsa`."""

from __future__ import annotations

from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import DesignFile, Folder, Overrides, Workers
from sram_spice.front.mlsa import characterize_mlsa
from sram_spice.front.presets import load
from sram_spice.front.progress import Bars
from sram_spice.runs.mlsa.check import Check
from sram_spice.runs.mlsa.run import MlsaRun

NAME = "mlsa"


@handled
def command(
    design: DesignFile,
    output: Folder,
    check_samples: Annotated[
        int,
        typer.Option(
            min=0,
            max=100_000,
            help="Full transients per sum to check code probabilities on: at 8 sums (6T: 4 per "
            "number of active rows); with differential sensing a quarter of them, at 4 sums. "
            "What is finished is kept when this is interrupted.",
        ),
    ] = 0,
    check_offsets: Annotated[
        int,
        typer.Option(min=0, max=100_000, help="Samples whose offset is also found by bisection."),
    ] = 0,
    nominal: Annotated[
        bool,
        typer.Option(
            "--nominal", help="Only accesses of the circuit without mismatch; no finished run."
        ),
    ] = False,
    set_: Overrides = None,
    workers: Workers = None,
) -> int:
    """Simulate the multi-level sense amplifier at transistor level, with its column.

    Whole accesses at every sum, parallel, serial and with a plain binary sense amplifier: codes,
    energy and latency, each split; and what offsets and references cost in code errors. Uses the
    levels and samples of a finished run in the folder, or characterizes the design first.

    Example:

    sram-spice mlsa circuits/xnor_8t.toml -o out/xnor_8t_64
    """
    with Bars() as bars:
        found = characterize_mlsa(
            load(design, set_ or []),
            output,
            check_samples=check_samples,
            check_offsets=check_offsets,
            nominal=nominal,
            workers=workers,
            progress=bars,
        )
    errors, console = Console(stderr=True, soft_wrap=True), Console(soft_wrap=True)
    for note in found.notes:
        errors.print("note: ", style="bold yellow", end="")
        errors.print(note, markup=False, highlight=False)
    if found.sensing is not None:
        console.print(_sensing(found.sensing))
    console.print(_energy(found))
    console.print(_references(found), highlight=False)
    if found.check:
        console.print(_check(found.check), highlight=False)
    console.print(f"tables and figures: {output}", markup=False, highlight=False)
    return SOME_FAILED if bars.failed else DONE


def _sensing(sensing: pd.DataFrame) -> Table:
    table = Table("sensing", "references", "amplifier", "code errors", "mean square error")
    for row in sensing.to_dict("records"):
        words = [str(row[name]) for name in ("sensing", "references", "amplifier")]
        error, square = row["error_probability"], row["mean_square_error"]
        table.add_row(*words, f"{100 * error:.1f} %", f"{square:.3g}")
    return table


def _energy(found: MlsaRun) -> Table:
    table = Table("mode", "average", "bit line", "pre-charge", "amplifiers", "references", "pJ")
    parts = ("bit_line", "pre_charge", "amplifiers", "references")
    for row in found.energy.to_dict("records"):
        numbers = [f"{1e12 * row[f'energy_{part}_j']:.3f}" for part in parts]
        total = f"{1e12 * row['energy_j']:.3f}"
        table.add_row(str(row["mode"]), str(row["average"]), *numbers, total)
    return table


def _references(found: MlsaRun) -> str:
    """Return what the reference generator takes."""
    made = found.references
    columns = f", {made['columns']} columns" if made["columns"] else ""
    return f"references: {made['generator']}{columns}, {1e12 * made['energy_j']:.3g} pJ an access"


def _check(check: Check) -> str:
    """Return how the check on full transients came out."""
    return "\n".join(
        f"check, {sensing.replace('_', '-')}: {one['comparisons'] - one['outside']} of "
        f"{one['comparisons']} counted codes inside their 99 % intervals, {one['outside']} outside "
        f"({one['outside_expected_by_chance']:.2g} expected by chance); {one['transients']} full "
        f"transients at {one['levels']} levels, {one['undecided']} undecided, {one['flipped']} "
        f"flipped, {one['failed']} failed; {one['decisions_as_predicted']} of {one['decisions']} "
        f"single decisions as predicted, thresholds off by {1e3 * one['largest_bias_v']:.2f} mV at "
        "most"
        for sensing, one in check.summary.items()
    )
