"""Figure `signoff`: what a design does in every condition, against its limits."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sram_spice.design import Design
from sram_spice.report.style import BL, BLB, FAINT, GLOBAL, IDEAL, INK, TROUBLE
from sram_spice.wording import LEAST_PROBABILITY

BEFORE = "code_error_"  # start of the columns of code errors
ANEW = "anew"
SHOWN = (("o", TROUBLE), ("s", BLB), ("^", IDEAL), ("D", GLOBAL))  # of generators, by column


def signoff_figure(table: pd.DataFrame, design: Design, word_line: str) -> Figure:
    """Draw loss and code errors of all conditions, by corner, supply and temperature.

    Parameters
    ----------
    table : DataFrame
        As signoff.csv.
    design : Design
        For its name and its limits.
    word_line : str
        What V_WL does between conditions.
    """
    keys = ["technology.corner", "conditions.vdd", "conditions.temperature"]
    corners = list(dict.fromkeys(sorted(table[keys[0]], key=_typical_first)))
    order = table.assign(_corner=table[keys[0]].map(corners.index))
    order = order.sort_values(["_corner", *keys[1:]], ignore_index=True)
    figure = Figure(figsize=(max(7.0, 0.21 * len(order) + 2.0), 7.2))
    loss, codes = figure.subplots(2, 1, sharex=True)
    _draw_loss(loss, order, design.limits.data_loss)
    _draw_codes(codes, order, design.limits.code_errors)
    codes.set_xticks(range(len(order)), [_tick(row) for row in order.to_dict("records")])
    codes.tick_params(axis="x", labelrotation=90, labelsize=8)
    for axes in (loss, codes):
        _part(axes, order["_corner"].to_numpy())
    for corner in corners:
        where = np.flatnonzero(order[keys[0]] == corner)
        loss.annotate(
            corner,
            (where.mean(), 1.01),
            xycoords=("data", "axes fraction"),
            ha="center",
            fontsize=9,
        )
    volts = table["word_line_voltage_v"].dropna()
    low, high = (f"{volts.min():.3g}", f"{volts.max():.3g}") if len(volts) else ("?", "?")
    span = f"{low} V" if low == high else f"{low} to {high} V"
    figure.suptitle(
        f"{design.name}: {len(table)} conditions, V_WL {word_line}, {span}; "
        f"A_VT {1e9 * design.mismatch.a_vt:g} mV µm, {design.wires.model} wires; dashed: limit",
        fontsize=10.5,
    )
    return figure


def _draw_loss(axes: Axes, order: pd.DataFrame, limit: float | None) -> None:
    x = np.arange(len(order))
    value, low, high = (
        order[f"loss_{name}"].to_numpy(dtype=float) for name in ("probability", "low", "high")
    )
    least = LEAST_PROBABILITY  # losses below it are drawn there: nobody can defend their digits
    bound = order.get("loss_bound", pd.Series(False, order.index)).fillna(False).astype(bool)
    # Bounds, and what sign-offs of before have given digits.
    only_bound = bound.to_numpy() | (value <= least)
    shown, below, above = (np.clip(v, least, 1.0) for v in (value, low, high))
    bad = ~(high <= limit) if limit is not None else np.zeros(len(x), dtype=bool)
    for mask, colour, label in ((~bad, BL, "kept"), (bad, TROUBLE, "limit broken")):
        if mask.any():
            axes.vlines(x[mask], below[mask], above[mask], color=colour, lw=1.2)
            known = mask & ~only_bound
            axes.plot(x[known], shown[known], "o", color=colour, ms=4, label=label)
            axes.plot(x[mask & only_bound], above[mask & only_bound], "v", color=colour, ms=4)
    if only_bound.any():
        axes.plot([], [], "v", color=INK, ms=4, ls="", label="no more than")
    axes.set_yscale("log")
    axes.set_ylim(least / 3, 3.0)
    if limit is not None:
        axes.axhline(limit, color=INK, lw=0.9, ls="--")
    axes.set_ylabel("probability that an access\nloses a cell, worst level")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.06), ncols=3, fontsize=8)


def _draw_codes(axes: Axes, order: pd.DataFrame, limit: float | None) -> None:
    x = np.arange(len(order))
    names = [str(n).removeprefix(BEFORE) for n in order.columns if str(n).startswith(BEFORE)]
    shown = cycle(SHOWN)
    for name in names:
        values = 100 * order[f"{BEFORE}{name}"].to_numpy(dtype=float)
        if name == ANEW:
            label = "references made anew in the condition: no chip has them"
            axes.plot(x, values, "_", color=INK, ms=7, label=label)
        elif np.isfinite(values).any():
            marker, colour = next(shown)
            axes.plot(x, values, marker, color=colour, ms=4, label=f"references of a {name}")
    if limit is not None:
        axes.axhline(100 * limit, color=INK, lw=0.9, ls="--")
    axes.set_ylim(0, 105)
    axes.set_ylabel("codes that are not\nthe ideal one (%)")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=1, fontsize=8)


def _part(axes: Axes, corner: np.ndarray) -> None:
    for edge in np.flatnonzero(np.diff(corner)) + 0.5:
        axes.axvline(edge, color=FAINT, lw=0.8)
    axes.set_xlim(-0.7, len(corner) - 0.3)


def _tick(row: Mapping[Any, Any]) -> str:
    return f"{row['conditions.vdd']:g} V {row['conditions.temperature']:g} °C"


def _typical_first(corner: str) -> tuple[bool, str]:
    return (corner != "tt", corner)
