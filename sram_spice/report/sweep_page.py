"""The page of a sweep: small multiples with axes to pick, all points in a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from sram_spice.atomic import write_text
from sram_spice.design import Design
from sram_spice.report.display import NOTHING
from sram_spice.report.embedded import LIBRARY, render
from sram_spice.report.page import FILE, Verdict
from sram_spice.report.report_tables import Table, design_table
from sram_spice.report.sweep_columns import Column, failed_points, lost_points, sweep_columns
from sram_spice.wording import count

TEMPLATE: Final = "sweep.html.j2"
MOST_ROWS: Final = 2_000  # of the table of points on the page; the file has all
MOST_NAMED: Final = 8  # values of a swept key that are named


@dataclass(frozen=True)
class PointRow:
    """One point in a table: its cells, and where its own page is."""

    cells: tuple[str, ...]
    link: str | None


@dataclass(frozen=True)
class SweepProvenance:
    """Where the numbers of a sweep come from.

    Attributes
    ----------
    design : Design or None
        Of the first point that finished.
    versions : mapping of str to str
        Simulator, Python, packages.
    seed : int or None
    wall_time_s : float or None
        Of the sweep's last run; None where it is not known.
    """

    design: Design | None
    versions: Mapping[str, str]
    seed: int | None
    wall_time_s: float | None


def write_sweep_page(folder: Path, table: pd.DataFrame, provenance: SweepProvenance) -> Path:
    """Write the page of a sweep; the same input gives the same bytes.

    Parameters
    ----------
    folder : Path
        Of the sweep; a point's own page is linked to where it is there.
    table : DataFrame
        As sweep.csv: swept keys as `section.key`, measures, `folder`.
    provenance : SweepProvenance

    Returns
    -------
    Path
        The page.
    """
    columns = sweep_columns(table)
    failed, lost = failed_points(table), lost_points(table)
    links = [_link(folder, place) for place in table.get("folder", pd.Series(dtype=str))]
    links += [None] * (len(table) - len(links))
    headings = _headings(columns, table)
    rows = _rows(columns, table, links)
    first = [row for row, bad in zip(rows, failed, strict=True) if bad]
    first += [row for row, bad, gone in zip(rows, failed, lost, strict=True) if gone and not bad]
    design = provenance.design
    page = render(
        TEMPLATE,
        (LIBRARY, "charts.js", "tables.js", "sweep.js", "run.js"),
        {"charts": [], "sweep": _data(columns, failed, lost)},
        name=design.name if design else folder.resolve().name,
        summary=_summary(columns, table),
        verdict=_verdict(failed, lost),
        headings=headings,
        words=_words(headings, columns),
        trouble=first[:MOST_ROWS],
        rows=rows[:MOST_ROWS],
        hidden=max(len(rows) - MOST_ROWS, 0),
        swept=_swept(columns),
        design=design_table(design) if design else None,
        provenance=_provenance(provenance),
    )
    write_text(folder / FILE, page)
    return folder / FILE


def _data(columns: list[Column], failed: pd.Series, lost: pd.Series) -> dict[str, Any]:
    return {
        "columns": [
            {
                "name": column.name,
                "label": column.label,
                "swept": column.swept,
                "values": [_plain(value) for value in column.values],
            }
            for column in columns
        ],
        "failed": [bool(bad) for bad in failed],
        "lost": [bool(bad) for bad in lost],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return None if not math.isfinite(value) else float(value)


def _summary(columns: list[Column], table: pd.DataFrame) -> str:
    swept = [column for column in columns if column.swept]
    over = ", ".join(f"{c.name} ({count(c.values.nunique(), 'value')})" for c in swept)
    return (
        f"{count(len(table), 'point')} over {over or 'nothing'}; every point is a run of its own."
    )


def _verdict(failed: pd.Series, lost: pd.Series) -> Verdict:
    lines = []
    if failed.any():
        lines.append(
            f"{int(failed.sum())} of {count(len(failed), 'point')} failed, or have samples "
            "without a valid solution"
        )
    if lost.any():
        lines.append(f"{int(lost.sum())} of {count(len(lost), 'point')} lose data at some level")
    if lines:
        return Verdict("Points failed, or lose data", "bad", tuple(lines))
    return Verdict("No point failed, none loses data.", "good", ())


def _headings(columns: list[Column], table: pd.DataFrame) -> tuple[str, ...]:
    own = tuple(column.name if column.swept else column.label for column in columns)
    labels = tuple(
        f"{name} {label[label.index('(') :]}" if "(" in label and column.swept else name
        for name, label, column in zip(own, (c.label for c in columns), columns, strict=True)
    )
    return ("report", *labels, *(name for name in ("status", "detail") if name in table))


def _words(headings: tuple[str, ...], columns: list[Column]) -> frozenset[int]:
    named = {i + 1 for i, c in enumerate(columns) if not pd.api.types.is_numeric_dtype(c.values)}
    return frozenset({0, *named, *range(len(columns) + 1, len(headings))})


def _rows(columns: list[Column], table: pd.DataFrame, links: list[str | None]) -> list[PointRow]:
    more = [table[name].map(str) for name in ("status", "detail") if name in table]
    cells = zip(*(c.shown or [_text(v) for v in c.values] for c in columns), *more, strict=True)
    return [PointRow(row, link) for row, link in zip(cells, links, strict=True)]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.5g}".replace("-", "\N{MINUS SIGN}") if math.isfinite(value) else NOTHING


def _swept(columns: list[Column]) -> Table:
    rows = []
    for column in columns:
        if column.swept:
            values = [_text(value) for value in dict.fromkeys(column.values)]
            named = (
                values
                if len(values) <= MOST_NAMED
                else [*values[:3], "\N{HORIZONTAL ELLIPSIS}", values[-1]]
            )
            rows.append((column.name, column.label, str(len(values)), ", ".join(named)))
    return Table(("key", "meaning", "values", "which"), tuple(rows), frozenset({0, 1, 3}))


def _provenance(provenance: SweepProvenance) -> Table:
    rows: list[tuple[str, str]] = []
    if provenance.seed is not None:
        rows.append(("seed", str(provenance.seed)))
    if provenance.wall_time_s is not None:
        rows.append(("wall time of the sweep, its last run", f"{provenance.wall_time_s:.1f} s"))
    return Table(("what", "value"), (*rows, *provenance.versions.items()), frozenset({0, 1}))


def _link(folder: Path, place: object) -> str | None:
    """Return the address of a point's own page within the sweep's folder, if it is there."""
    inside = PurePosixPath(str(place))
    if inside.is_absolute() or ".." in inside.parts:
        return None
    page = inside / FILE
    return quote(str(page), safe="/=,") if (folder / page).is_file() else None
