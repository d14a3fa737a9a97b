"""The page `report.html`: all of a run in one file that needs no network."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from sram_spice.atomic import write_text
from sram_spice.design import Design
from sram_spice.lut import RunTables
from sram_spice.mlsa import Quantizer
from sram_spice.report import report_tables
from sram_spice.report.display import count
from sram_spice.report.figure_file import FigureFile
from sram_spice.report.finished_run import FinishedRun
from sram_spice.report.key_numbers import key_numbers
from sram_spice.report.marks import conditions
from sram_spice.report.provenance import Provenance
from sram_spice.report.reference_sets import reference_sets

FILE: Final = "report.html"
TEMPLATE: Final = "report.html.j2"
_LARGEST_SVG = 700_000  # bytes; beyond that a page embeds the PNG


@dataclass(frozen=True)
class Verdict:
    """What stands first on the page.

    Attributes
    ----------
    severity : str
        `good`, `doubtful` (warnings only) or `bad` (data lost or points failed).
    lines : tuple of str
        The warnings; empty when all is well.
    """

    severity: str
    lines: tuple[str, ...]


def write_report(
    folder: Path,
    design: Design,
    tables: RunTables,
    quantizer: Quantizer,
    figures: Sequence[FigureFile],
    provenance: Provenance,
) -> Path:
    """Write the page of a finished run; the same input gives the same bytes.

    Parameters
    ----------
    folder : Path
        It exists.
    design : Design
    tables : RunTables
    quantizer : Quantizer
        Thresholds on sums, and the sum that each code stands for.
    figures : sequence of FigureFile
        Of :func:`write_figures`; they become part of the page.
    provenance : Provenance

    Returns
    -------
    Path
        The page.
    """
    run = FinishedRun(design, tables, quantizer)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = files("sram_spice.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    page = environment.from_string(text).render(
        name=design.name,
        summary=summary(run, provenance),
        verdict=verdict(provenance),
        key_numbers=key_numbers(run, provenance),
        figures=[(figure, _data_uri(figure)) for figure in figures],
        references=reference_sets(run),
        access=report_tables.access_table(tables.access),
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


def verdict(provenance: Provenance) -> Verdict:
    """Return what a reader has to know first; never `good` when a point is not ok."""
    bad = provenance.points_not_ok
    lines = tuple(provenance.warnings)
    if bad and not lines:
        lines = (f"{count(bad, 'simulated point')} lost data or failed, see the table of points",)
    if bad:
        return Verdict("bad", lines)
    return Verdict("doubtful" if lines else "good", lines)


def _data_uri(figure: FigureFile) -> str:
    svg = figure.svg.read_bytes()
    if len(svg) <= _LARGEST_SVG:
        return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    return f"data:image/png;base64,{base64.b64encode(figure.png.read_bytes()).decode()}"
