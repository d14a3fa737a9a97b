"""The page `report.html`: all of a run in one file that needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sram_spice.atomic import write_text
from sram_spice.design import Design
from sram_spice.mlsa import Quantizer
from sram_spice.report import report_tables
from sram_spice.report.access_chart import access_chart
from sram_spice.report.chart import Chart, drawn
from sram_spice.report.code_chart import code_chart
from sram_spice.report.distribution_charts import distribution_charts
from sram_spice.report.embedded import LIBRARY, render
from sram_spice.report.failures_table import failures_table
from sram_spice.report.figure_parts import conditions
from sram_spice.report.finished_run import FinishedRun
from sram_spice.report.key_numbers import key_numbers
from sram_spice.report.level_chart import level_chart
from sram_spice.report.levels_table import levels_table
from sram_spice.report.mlsa_charts import mlsa_charts
from sram_spice.report.mlsa_page_tables import mlsa_tables
from sram_spice.report.mlsa_results import MlsaResults, read_mlsa
from sram_spice.report.plane_chart import plane_chart
from sram_spice.report.provenance import Provenance
from sram_spice.report.reference_sets import reference_sets
from sram_spice.results import RunTables
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


def write_report(
    folder: Path,
    design: Design,
    tables: RunTables,
    quantizer: Quantizer,
    provenance: Provenance,
) -> Path:
    """Write the page of a finished run; the same input gives the same bytes.

    What `sram-spice mlsa` has left in the folder for the same design becomes part of the page.

    Parameters
    ----------
    folder : Path
        It exists.
    design : Design
    tables : RunTables
    quantizer : Quantizer
        Thresholds on sums, and the sum that each code stands for.
    provenance : Provenance

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        A file of an MLSA run in the folder is damaged.
    """
    run = FinishedRun(design, tables, quantizer)
    mlsa = read_mlsa(folder, design)
    charts = [_with_files(chart, folder) for chart in page_charts(run, mlsa)]
    page = render(
        TEMPLATE,
        (LIBRARY, "charts.js", "tables.js", "run.js"),
        {"charts": [drawn(chart) for chart in charts]},
        name=design.name,
        summary=summary(run, provenance),
        verdict=verdict(provenance, mlsa.notes),
        trouble=failures_table(run, provenance, mlsa),
        key_numbers=key_numbers(run, provenance),
        charts=charts,
        levels=levels_table(run),
        references=reference_sets(run),
        access=report_tables.access_table(tables.access),
        mlsa_tables=mlsa_tables(mlsa, provenance),
        certificate=None
        if provenance.certificate is None
        else report_tables.certificate_table(provenance.certificate),
        certified=provenance.certificate is not None and provenance.certificate["ok"],
        statuses=report_tables.status_table(provenance),
        design=report_tables.design_table(design),
        provenance=report_tables.provenance_table(provenance),
    )
    write_text(folder / FILE, page)
    return folder / FILE


def page_charts(run: FinishedRun, mlsa: MlsaResults) -> list[Chart]:
    """Return the charts of a run, in the order of the page."""
    access = access_chart(run)
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


def summary(run: FinishedRun, provenance: Provenance) -> str:
    """Return in one sentence what was run."""
    design, levels = run.design, run.tables.levels
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
        f"{count(len(run.tables.access), 'access transient')}, in "
        f"{provenance.wall_time_s:.1f} s."
    )


def verdict(provenance: Provenance, notes: Sequence[str] = ()) -> Verdict:
    """Return what a reader has to know first; never `good` when a point is not ok.

    Parameters
    ----------
    provenance : Provenance
    notes : sequence of str
        Of the sense amplifier at transistor level.
    """
    bad = provenance.points_not_ok
    lines = (*provenance.warnings, *(f"Sense amplifier: {note}" for note in notes))
    if bad and not provenance.warnings:
        trouble = f"{count(bad, 'simulated point')} lost data or failed, see the table of points"
        lines = (trouble, *lines)
    if bad:
        return Verdict("Data was lost, or points failed", "bad", lines)
    if not provenance.certified:
        return Verdict("The tables are not within their bounds of full SPICE", "bad", lines)
    if lines:
        return Verdict("Read this first", "doubtful", lines)
    return Verdict("No data lost, no failed points.", "good", lines)
