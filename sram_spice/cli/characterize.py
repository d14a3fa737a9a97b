"""`sram-spice characterize`."""

from __future__ import annotations

from rich.console import Console

from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import DesignFile, Folder, Overrides, Workers
from sram_spice.cli.progress import Bars
from sram_spice.design import load_design
from sram_spice.results.manifest import Manifest
from sram_spice.runs.characterize.run import characterize
from sram_spice.wording import count

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
    return DONE if manifest.certified and not manifest.failed else SOME_FAILED


def summarize(manifest: Manifest, where: str) -> None:
    """Print warnings and where the results are."""
    errors, console = Console(stderr=True, soft_wrap=True), Console(soft_wrap=True)
    for warning in manifest.warnings:
        errors.print("warning: ", style="bold yellow", end="")
        errors.print(warning, markup=False, highlight=False)
    if manifest.failed:
        has = count(manifest.failed, "point has", "points have")
        errors.print(f"{has} no valid solution; counted, not used")
    if manifest.certificate is not None:
        verdict = "within bounds" if manifest.certified else "NOT within bounds"
        largest = 1e3 * manifest.certificate["largest_v"]
        columns = count(manifest.certificate["columns"], "column")
        console.print(
            f"certificate: {verdict}; {columns} on full SPICE, "
            f"largest difference {largest:.3f} mV, {manifest.certificate['disagreements']} with "
            "another status"
        )
    console.print(where, markup=False, highlight=False)
