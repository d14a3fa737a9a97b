"""`sram-spice characterize`."""

from __future__ import annotations

from rich.console import Console

from sram_spice.cli.errors import DONE, SOME_FAILED, handled, say_warning
from sram_spice.cli.options import DesignFile, Folder, Overrides, Workers
from sram_spice.front.characterize import characterize
from sram_spice.front.presets import load
from sram_spice.report.assumptions_table import assumption_lines
from sram_spice.report.run import Run
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
    loaded = load(design, set_ or [])
    run = characterize(loaded, output, workers=workers, progress=True, again=True)
    summarize(run, f"report: {output / 'report.html'}")
    whole = run.certified and not run.failed and not run.amplifier_failed
    return DONE if whole else SOME_FAILED


def summarize(run: Run, where: str) -> None:
    """Print what is assumed and how much it matters, warnings, and where the results are."""
    errors, console = Console(stderr=True, soft_wrap=True), Console(soft_wrap=True)
    for line in assumption_lines(run):
        console.print(line, markup=False, highlight=False)
    for warning in run.warnings:
        say_warning(warning)
    if run.failed:
        has = count(run.failed, "point has", "points have")
        errors.print(f"{has} no valid solution; counted, not used")
    if run.certificate is not None:
        verdict = "within bounds" if run.certified else "NOT within bounds"
        largest = 1e3 * run.certificate["largest_v"]
        columns = count(run.certificate["columns"], "column")
        console.print(
            f"certificate: {verdict}; {columns} on full SPICE, "
            f"largest difference {largest:.3f} mV, {run.certificate['disagreements']} with "
            "another status"
        )
    console.print(where, markup=False, highlight=False)
