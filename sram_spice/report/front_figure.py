"""Figure `front`: all points of a search over two objectives, and the front."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sram_spice.report.optimize_run import OptimizeRun
from sram_spice.report.optimize_tables import BROKEN, KEPT, WORDS
from sram_spice.report.style import FAINT, INK, TROUBLE, sequential
from sram_spice.results.design_numbers import NUMBERS

WIDE = 20.0  # ratio of the values of an axis from which it is logarithmic


def front_figure(run: OptimizeRun) -> Figure:
    """Draw every point that has both objectives; with one objective, over the order of points."""
    figure = Figure(figsize=(8.5, 5.5))
    axes = figure.subplots()
    table, names = run.table, run.objectives
    across = names[0] if len(names) > 1 else "point"
    up = names[1] if len(names) > 1 else names[0]
    for status, mark, colour in (
        (BROKEN, "x", FAINT),
        (KEPT, "o", sequential(3)[1]),
    ):
        mine = table[table["status"] == status]
        _draw(axes, mine, (across, up), WORDS[status], marker=mark, ls="", color=colour, ms=5)
    front = run.front
    _draw(axes, front, (across, up), "front", marker="o", ls="--", lw=1, color=INK, ms=6)
    _draw(
        axes,
        run.struck_out,
        (across, up),
        "not confirmed by full SPICE",
        marker="X",
        ls="",
        color=TROUBLE,
        ms=10,
    )
    for row in front.to_dict("records"):
        where = (scaled(row[across], across), scaled(row[up], up))
        axes.annotate(str(row["front"]), where, (5, 4), textcoords="offset points", fontsize=8)
    for name, axis, scale in (
        (across, axes.set_xlabel, axes.set_xscale),
        (up, axes.set_ylabel, axes.set_yscale),
    ):
        axis(label_of(name))
        if is_wide(table[name] if name in table else pd.Series(dtype=float)) and name != "point":
            scale("log")
    short = "typical condition alone" if run.record["conditions"] is None else "all conditions"
    axes.set_title(f"{run.design.name}: {len(table)} points, constraints in {short}")
    if axes.has_data():
        axes.legend(fontsize=8)
    return figure


def label_of(name: str) -> str:
    """Return the label of an axis."""
    return NUMBERS[name].label if name in NUMBERS else name


def scaled(value: float, name: str) -> float:
    """Return a number in the unit of its label."""
    return value * NUMBERS[name].shown if name in NUMBERS else value


def is_wide(values: pd.Series) -> bool:
    """Whether an axis of these values is logarithmic."""
    known = values.dropna()
    return len(known) > 1 and bool(known.min() > 0) and bool(known.max() > WIDE * known.min())


def _draw(
    axes: Axes, table: pd.DataFrame, names: tuple[str, str], label: str, **style: object
) -> None:
    if not len(table) or any(name not in table for name in names):
        return
    x, y = (table[name].astype(float).map(lambda v, n=name: scaled(v, n)) for name in names)
    if (x.notna() & y.notna()).any():
        axes.plot(x, y, label=label, **style)  # type: ignore[arg-type]
