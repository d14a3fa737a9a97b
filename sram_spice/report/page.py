"""The page `report.html`: all of a run in one file that needs no network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sram_spice.atomic import write_text
from sram_spice.report import report_tables
from sram_spice.report.access_chart import access_chart
from sram_spice.report.assumptions_table import NOTE, assumptions
from sram_spice.report.chart import Chart, drawn
from sram_spice.report.code_chart import code_chart
from sram_spice.report.distribution_charts import distribution_charts
from sram_spice.report.embedded import LIBRARY, render
from sram_spice.report.failures_table import failures_table
from sram_spice.report.figure_parts import conditions
from sram_spice.report.key_numbers import key_numbers
from sram_spice.report.level_chart import level_chart
from sram_spice.report.levels_table import levels_table
from sram_spice.report.mlsa_charts import mlsa_charts
from sram_spice.report.mlsa_page_tables import mlsa_tables
from sram_spice.report.plane_chart import plane_chart
from sram_spice.report.reference_sets import reference_sets
from sram_spice.report.run import Run
from sram_spice.wording import count

FILE: Final = "report.html"
TEMPLATE: Final = "report.html.j2"


@dataclass(frozen=True)
class Verdict:
    """What stands first on the page.

    Attributes
    ----------
    heading : str
    severity : str
        `good`, `doubtful` (warnings only) or `bad` (data lost, points failed, no certificate).
    lines : tuple of str
        The warnings; empty when all is well.
    """

    heading: str
    severity: str
    lines: tuple[str, ...]


def write_report(run: Run) -> Path:
    """Write the page of a finished run into its folder; the same input gives the same bytes.

    What `sram-spice mlsa` has left in the folder for the same design becomes part of the page.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        A file of the run, or of an MLSA run in the folder, is damaged.
    """
    folder = run.folder
    charts = [_with_files(chart, folder) for chart in page_charts(run)]
    page = render(
        TEMPLATE,
        (LIBRARY, "charts.js", "tables.js", "run.js"),
        {"charts": [drawn(chart) for chart in charts]},
        name=run.design.name,
        summary=summary(run),
        verdict=verdict(run),
        trouble=failures_table(run),
        assumptions=assumptions(run),
        assumptions_note=NOTE,
        assumed=run.process.get("assumptions", ()),
        source=run.process.get("source", ""),
        key_numbers=key_numbers(run),
        charts=charts,
        levels=levels_table(run),
        references=reference_sets(run),
        access=report_tables.access_table(run.access),
        mlsa_tables=mlsa_tables(run),
        certificate=None
        if run.certificate is None
        else report_tables.certificate_table(run.certificate),
        certified=run.certificate is not None and run.certificate["ok"],
        statuses=report_tables.status_table(run),
        design=report_tables.design_table(run.design),
        provenance=report_tables.provenance_table(run),
    )
    write_text(folder / FILE, page)
    return folder / FILE


def page_charts(run: Run) -> list[Chart]:
    """Return the charts of a run, in the order of the page."""
    access, mlsa = access_chart(run), run.mlsa
    return [
        level_chart(run),
        *([] if run.always_active else [plane_chart(run)]),
        *distribution_charts(run),
        code_chart(run, mlsa.code_probability),
        *([access] if access else []),
        *mlsa_charts(run, mlsa),
    ]


def _with_files(chart: Chart, folder: Path) -> Chart:
    return replace(chart, files=tuple(name for name in chart.files if (folder / name).exists()))


def summary(run: Run) -> str:
    """Return in one sentence what was run."""
    design, levels = run.design, run.levels
    sampled = int((levels["samples"] > 0).sum())
    some = "each" if sampled == len(levels) else f"{sampled:,} of them"
    mismatch = (
        f"{some} also with {count(design.monte_carlo.samples, 'sample')} of mismatch"
        if sampled
        else "without mismatch"
    )
    return (
        f"One column ({conditions(design)}), read by a {design.mlsa.mode} sense amplifier with "
        f"{design.mlsa.levels} codes: {count(len(levels), 'level')} simulated, {mismatch}, and "
        f"{count(len(run.access), 'access transient')}, in "
        f"{run.wall_time_s:.1f} s."
    )


def verdict(run: Run) -> Verdict:
    """Return what a reader has to know first; never `good` when a point is not ok."""
    bad = run.points_not_ok
    lines = (
        *run.warnings,
        *(f"Sense amplifier: {n}" for n in run.mlsa.notes if n not in run.warnings),
    )
    if bad and not run.warnings:
        trouble = f"{count(bad, 'simulated point')} lost data or failed, see the table of points"
        lines = (trouble, *lines)
    if bad:
        return Verdict("Data was lost, or points failed", "bad", lines)
    if not run.certified:
        return Verdict("The tables are not within their bounds of full SPICE", "bad", lines)
    if lines:
        return Verdict("Read this first", "doubtful", lines)
    return Verdict("No data lost, no failed points.", "good", lines)
