"""Parts that several figures share: titles, warning marks, direct labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Transform
from numpy.typing import ArrayLike, NDArray

from sram_spice.design import Design
from sram_spice.generators.cell import BIT_LINES
from sram_spice.generators.readout import readout_of
from sram_spice.report.style import FAILED, INK, TROUBLE
from sram_spice.wording import count

SUM_AXIS = "sum = $n_{plus} - n_{minus}$ (rows)"
_LABEL_ROWS = 3


def add_title(figure: Figure, heading: str, design: Design) -> None:
    """Put the heading and what was simulated above a figure."""
    figure.suptitle(
        f"{heading}: {design.name}\n{conditions(design)}",
        fontsize=11.5,
        linespacing=1.4,
        parse_math=False,
    )


def conditions(design: Design) -> str:
    """Return cell, rows, read-out, voltages, corner and temperature in one line."""
    column, sensed = design.column, readout_of(design).sensed
    named = "" if sensed == BIT_LINES else f" (V_BL is V({sensed[0]}), V_BLB is V({sensed[1]}))"
    return (
        f"cell {design.cell.topology}, {count(column.rows, 'row')}, "
        f"{column.readout} read-out{named}, "
        f"V_WL = {column.word_line_voltage:g} V, VDD = {design.conditions.vdd:g} V, "
        f"corner {design.technology.corner}, {design.conditions.temperature:g} °C"
    )


def mark_lost(axes: Axes, x: ArrayLike, y: ArrayLike, lost: ArrayLike, size: float = 42) -> None:
    """Mark the levels at which samples lost data; nothing where none did.

    Parameters
    ----------
    axes : Axes
    x, y : array_like, shape (levels,)
        Where the marks go, in data coordinates.
    lost : array_like of int, shape (levels,)
        Samples that lost data.
    size : float
        Area of a mark, points squared.
    """
    _mark(axes, x, y, lost, axes.transData, s=size, marker="X", color=TROUBLE, label="data lost")


def mark_failed(
    axes: Axes,
    x: ArrayLike,
    y: ArrayLike,
    failed: ArrayLike,
    place: Transform,
    size: float = 42,
) -> None:
    """Mark the levels at which samples have no valid solution; nothing where all have.

    Parameters
    ----------
    axes : Axes
    x, y : array_like, shape (levels,)
        Where the marks go, in the coordinates of `place`; on an edge there is always room.
    failed : array_like of int, shape (levels,)
        Samples without a valid solution.
    place : Transform
    size : float
        Area of a mark, points squared.
    """
    _mark(axes, x, y, failed, place, s=size, marker="v", color=FAILED, label="no valid solution")


def _mark(
    axes: Axes, x: ArrayLike, y: ArrayLike, counts: ArrayLike, place: Transform, **look: Any
) -> None:
    mask = np.asarray(counts) > 0
    if not mask.any():
        return
    look["label"] += f" ({count(int(mask.sum()), 'level')})"
    axes.scatter(
        np.broadcast_to(np.asarray(x, dtype=float), mask.shape)[mask],
        np.broadcast_to(np.asarray(y, dtype=float), mask.shape)[mask],
        transform=place,
        edgecolors="white",
        linewidths=0.6,
        zorder=6,
        clip_on=False,
        rasterized=int(mask.sum()) > 1000,
        **look,
    )


def keep_to_rails(axes: Axes, low: float, high: float) -> None:
    """Let the voltage axis end a little beyond the rails (V); a band of sigmas may not."""
    margin = 0.05 * (high - low)
    bottom, top = axes.get_ylim()
    axes.set_ylim(max(bottom, low - margin), min(top, high + margin))


def say(axes: Axes, text: str) -> None:
    """Write a sentence in the middle of axes that have nothing to show."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", wrap=True)


def label_lines(axes: Axes, positions: NDArray[np.float64], texts: list[str]) -> None:
    """Label vertical lines above the axes, in rows where they would touch.

    The x limits must be final. Labels out of view, and those for which three rows do not suffice,
    are left out.
    """
    low, high = axes.get_xlim()
    width = axes.get_window_extent().width / axes.figure.dpi * 72  # points
    free = [-np.inf] * _LABEL_ROWS
    for position, text in sorted(zip(positions.tolist(), texts, strict=True)):
        if not low <= position <= high:
            continue
        at, half = (position - low) / (high - low) * width, 2.6 * len(text) + 2
        row = next((i for i, end in enumerate(free) if at - half > end), None)
        if row is None:
            continue
        free[row] = at + half
        axes.annotate(
            text,
            (position, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3 + 10 * row),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=8,
            color=INK,
        )
