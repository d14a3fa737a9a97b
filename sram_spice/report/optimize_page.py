"""The page of a search: the front, its designs to copy, all points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sram_spice.atomic import write_text
from sram_spice.errors import InputError
from sram_spice.report.chart import Axis, Chart, Line, Panel, Pick, drawn
from sram_spice.report.display import NOTHING
from sram_spice.report.embedded import LIBRARY, render
from sram_spice.report.front_figure import label_of, scaled
from sram_spice.report.optimize_run import OptimizeRun
from sram_spice.report.optimize_tables import BROKEN, FIGURE, KEPT, NO_VALUE, WORDS
from sram_spice.report.page import FILE, Verdict
from sram_spice.report.report_tables import Table, design_table
from sram_spice.results.design_numbers import NUMBERS
from sram_spice.untrusted import read_untrusted_text

TEMPLATE: Final = "optimize.html.j2"
MOST_ROWS: Final = 2_000  # of the table of points on the page; the file has all
MAX_BYTES: Final = 1_000_000  # of a design file


@dataclass(frozen=True)
class FrontDesign:
    """A design of the front, to copy."""

    title: str
    file: str
    text: str


def write_optimize_page(run: OptimizeRun) -> Path:
    """Write the page of a search into its folder; the same input gives the same bytes.

    Raises
    ------
    InputError
        A file of the search is missing or damaged.
    """
    charts = [_front_chart(run)]
    table = run.table
    page = render(
        TEMPLATE,
        (LIBRARY, "charts.js", "tables.js", "run.js"),
        {"charts": [drawn(chart) for chart in charts]},
        name=run.design.name,
        summary=run.summary,
        verdict=_verdict(run),
        charts=charts,
        front=_front(run),
        designs=_designs(run),
        searched=_searched(run),
        targets=_targets(run),
        points=_points(run, table[:MOST_ROWS]),
        hidden=max(len(table) - MOST_ROWS, 0),
        design_keys=design_table(run.design),
        provenance=_provenance(run),
    )
    write_text(run.folder / FILE, page)
    return run.folder / FILE


def _verdict(run: OptimizeRun) -> Verdict:
    front, struck = len(run.front), len(run.struck_out)
    yes = int((run.front["confirmed"] == "yes").sum())
    lines = tuple(run.warnings)
    if not front:
        return Verdict("No design keeps all constraints", "bad", lines)
    heading = f"{front} in the front: {yes} confirmed on full SPICE, {struck} struck out"
    if front > yes + struck:
        heading += f", {front - yes - struck} not looked at there"
    return Verdict(heading, "bad" if struck else "doubtful" if lines else "good", lines)


def _front_chart(run: OptimizeRun) -> Chart:
    """Return points over any two of the objectives and the numbers of the constraints."""
    names = [name for name in _numbers(run) if name in run.table]
    pairs = [(x, y) for x in names for y in names if x != y] or [("point", names[0])]
    shown = [f"{label_of(y)} against {label_of(x)}" for x, y in pairs]
    files = [f"{FIGURE}.{kind}" for kind in ("png", "svg")]
    return Chart(
        name="front",
        title="Points and the front",
        caption="Numbers hold in the typical condition. The line joins the points that no other "
        "one beats in all objectives while it keeps all constraints; a point that breaks one early "
        f"has no numbers of later parts, and is not drawn. {run.conditions[0].upper()}"
        f"{run.conditions[1:]}.",
        views=tuple((_panel(run, x, y),) for x, y in pairs),
        picks=(Pick("axes", tuple(shown)),) if len(shown) > 1 else (),
        height=520,
        files=tuple(name for name in files if (run.folder / name).exists()),
    )


def _panel(run: OptimizeRun, x: str, y: str) -> Panel:
    table, front = run.table, run.front
    series = [
        _marks(table[table["status"] == status], (x, y), WORDS[status], colour, mark, run)
        for status, colour, mark in (
            (BROKEN, "soft", "x"),
            (NO_VALUE, "soft", "triangle-down"),
            (KEPT, "step:1/3", "circle"),
        )
    ]
    series.append(_marks(front, (x, y), "front", "ink", "circle", run, joined=True))
    series.append(
        _marks(run.struck_out, (x, y), "not confirmed by full SPICE", "trouble", "x", run)
    )
    return Panel(Axis(label_of(x)), Axis(label_of(y)), tuple(s for s in series if len(s.x)))


def _marks(
    table: pd.DataFrame,
    names: tuple[str, str],
    label: str,
    colour: str,
    mark: str,
    run: OptimizeRun,
    joined: bool = False,
) -> Line:
    known = table.dropna(subset=[name for name in names if name in table])
    x, y = ([scaled(float(v), name) for v in known[name]] for name in names)
    notes = [_note(run, row) for row in known.to_dict("records")]
    return Line(label, x, y, colour, "dash" if joined else "solid", mark, joined, notes=notes)


def _note(run: OptimizeRun, row: Any) -> str:
    values = ", ".join(f"{key} {_text(row[key])}" for key in run.keys)
    said = f"; {row['failed_at']}: {row['detail']}" if row["detail"] else ""
    return f"point {row['point']}: {values}{said}"


def _numbers(run: OptimizeRun) -> list[str]:
    """Return the objectives, then the other numbers that constraints are about."""
    limited = [str(one["constraint"]) for one in run.record["subject_to"]]
    names = [text.replace(">=", "<=").partition("<=")[0] for text in limited]
    return list(dict.fromkeys([*run.objectives, *(n for n in names if n != "lost_levels")]))


def _front(run: OptimizeRun) -> Table:
    first = [name for name in _numbers(run) if name in run.front]
    names = [*first, *(name for name in NUMBERS if name in run.front and name not in first)]
    headings = ("place", "point", "on full SPICE", *run.keys, *map(label_of, names))
    rows = tuple(
        (
            str(row["front"]),
            str(row["point"]),
            row["confirmed"] or "not looked at",
            *(_text(row[key]) for key in run.keys),
            *(_text(scaled(row[name], name)) for name in names),
        )
        for row in run.front.to_dict("records")
    )
    return Table(headings, rows, frozenset({2}))


def _designs(run: OptimizeRun) -> list[FrontDesign]:
    found = []
    for inside, row in zip(run.front_files, run.front.to_dict("records"), strict=True):
        try:
            text = read_untrusted_text(run.folder / inside, MAX_BYTES)
        except (OSError, ValueError) as error:
            raise InputError(f"cannot be read: {error}", file=str(run.folder / inside)) from None
        struck = "; struck out" if row["confirmed"].startswith("no") else ""
        title = f"Design of place {row['front']} (point {row['point']}{struck})"
        found.append(FrontDesign(title, str(inside), text))
    return found


def _searched(run: OptimizeRun) -> Table:
    rows = []
    for one in run.record["vary"]:
        if "choices" in one:
            what = ", ".join(_text(value) for value in one["choices"])
        else:
            scale = ", logarithmic" if one["log"] else ""
            what = f"{_text(one['low'])} to {_text(one['high'])}{scale}"
        rows.append((str(one["key"]), what))
    return Table(("key", "values"), tuple(rows), frozenset({0, 1}))


def _targets(run: OptimizeRun) -> Table:
    rows = [(f"minimize {name}", NUMBERS[name].meaning) for name in run.record["minimize"]]
    rows += [(f"maximize {name}", NUMBERS[name].meaning) for name in run.record["maximize"]]
    for one in run.record["subject_to"]:
        text = str(one["constraint"])
        name = text.replace(">=", "<=").partition("<=")[0]
        meaning = NUMBERS[name].meaning if name in NUMBERS else NOTHING
        rows.append((text, f"{meaning} ({'of every search' if one['always'] else 'as asked'})"))
    return Table(("target", "meaning"), tuple(rows), frozenset({0, 1}))


def _points(run: OptimizeRun, table: pd.DataFrame) -> Table:
    names = [name for name in NUMBERS if name in table]
    words = ("status", "fails in", "detail")
    headings = ("point", *run.keys, *map(label_of, names), *words)
    rows = tuple(
        (
            str(row["point"]),
            *(_text(row[key]) for key in run.keys),
            *(_text(scaled(row[name], name)) for name in names),
            WORDS.get(row["status"], row["status"]),
            row["failed_at"],
            row["detail"],
        )
        for row in table.to_dict("records")
    )
    first = len(headings) - len(words)
    return Table(headings, rows, frozenset(range(first, len(headings))))


def _provenance(run: OptimizeRun) -> Table:
    record = run.record
    rows: Sequence[tuple[str, str]] = (
        ("conditions", run.conditions),
        *((name, str(record.get(name, NOTHING))) for name in ("seed", "batch", "optuna")),
        ("identity", str(record.get("identity", {}).get("sha256", NOTHING))),
        ("wall time of its last run", f"{record.get('wall_time_s', math.nan):.1f} s"),
        *((name, str(text)) for name, text in record.get("versions", {}).items()),
    )
    return Table(("what", "value"), tuple(rows), frozenset({0, 1}))


def _text(value: Any) -> str:
    if isinstance(value, bool | str):
        return str(value)
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:.5g}".replace("-", "\N{MINUS SIGN}")
