"""`sram-spice characterize`."""

from __future__ import annotations

from rich.console import Console

from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import DesignFile, Folder, Overrides, Workers
from sram_spice.cli.progress import Bars
from sram_spice.design import load_design
from sram_spice.runs.characterize import characterize
from sram_spice.runs.manifest import Manifest

NAME = "characterize"


@handled
def command(
    design: DesignFile, output: Folder, set_: Overrides = None, workers: Workers = None
) -> int:
    """Characterize a design: levels, references, code probabilities, figures, report.

    The folder then holds levels.csv, samples.parquet, references.csv, code_probability.csv,
    access.csv, lut.nc, manifest.json, the figures and report.html. Interrupted, the same command
    continues where it stopped.

    Example:

    sram-spice characterize circuits/xnor_8t.toml -o out --set column.rows=32
    """
    loaded = load_design(design, set_ or [])
    with Bars() as bars:
        manifest = characterize(loaded, output, bars, workers)
    summarize(manifest, f"report: {output / 'report.html'}")
    return SOME_FAILED if manifest.failed else DONE


def summarize(manifest: Manifest, where: str) -> None:
    """Print warnings and where the results are."""
    errors, console = Console(stderr=True, soft_wrap=True), Console(soft_wrap=True)
    for warning in manifest.warnings:
        errors.print("warning: ", style="bold yellow", end="")
        errors.print(warning, markup=False, highlight=False)
    if manifest.failed:
        errors.print(f"{manifest.failed} points have no valid solution; they are counted, not used")
    console.print(where, markup=False, highlight=False)
