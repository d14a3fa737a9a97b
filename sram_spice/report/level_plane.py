"""Figure `level_curve` for cells with inactive rows: levels are a plane, not a line."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sram_spice.report.display import signed
from sram_spice.report.figure_parts import (
    SUM_AXIS,
    add_title,
    keep_to_rails,
    mark_failed,
    mark_lost,
    say,
)
from sram_spice.report.level_curve import SIGMAS
from sram_spice.report.run import Run
from sram_spice.report.sensed import spread_choice
from sram_spice.report.style import INK, sequential, voltage_map

_CURVES = 8
_CONTOURS = 7


def level_plane(run: Run) -> Figure:
    """Draw the sensed voltage against the sum, a curve per n_active, and its nominal map.

    Parameters
    ----------
    run : Run
        Of a cell that has inactive rows.
    """
    levels = run.sensed_levels
    figure = Figure(figsize=(12.5, 6.2))
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    add_title(figure, "Bit-line voltages", run.design)
    _draw_curves(left, run, levels)
    image = _draw_map(right, levels, run.design.column.rows)
    bar = figure.colorbar(image, ax=right, label=f"nominal {run.sensed_name} (V)", shrink=0.9)
    contours = _draw_contours(right, levels, run.design.column.rows)
    if contours is not None:
        bar.add_lines(contours)
    return figure


def _draw_curves(axes: Axes, run: Run, levels: pd.DataFrame) -> None:
    sampled = levels[levels["samples"] > 0]
    shown = sampled if len(sampled) else levels[levels["n_active"] > 0]
    rows = run.design.column.rows
    wanted = np.arange(1, _CURVES + 1) * rows / _CURVES
    counts = spread_choice(shown["n_active"].unique(), wanted)
    axes.set_ylabel(f"{run.sensed_name} (V)")
    axes.set_xlabel(SUM_AXIS)
    for n_active, colour in zip(counts, sequential(len(counts)), strict=True):
        _draw_curve(axes, shown[shown["n_active"] == n_active], n_active, colour)
    axes.set_xlim(-1.13 * rows, 1.03 * rows)
    vdd = run.design.conditions.vdd
    keep_to_rails(axes, -vdd if run.differential else 0.0, vdd)
    mark_lost(axes, shown["sum"], shown["mean"].fillna(shown["nominal"]), shown["lost"], 30)
    mark_failed(axes, shown["sum"], 0.0, shown["failed"], axes.get_xaxis_transform(), 30)
    band = (
        f"mean ± {SIGMAS} $\\sigma$ of {run.design.monte_carlo.samples} samples; "
        if len(sampled)
        else ""
    )
    axes.plot([], [], "--", color=INK, lw=0.9, label="nominal (no mismatch)")
    axes.legend(loc="lower right", title=f"{band}label: active rows", title_fontsize=9)


def _draw_curve(axes: Axes, levels: pd.DataFrame, n_active: int, colour: str) -> None:
    sums, mean, std = levels["sum"], levels["mean"], levels["std"]
    low, high = mean - SIGMAS * std, mean + SIGMAS * std
    axes.fill_between(sums, low, high, color=colour, alpha=0.16, lw=0)
    axes.plot(sums, mean, color=colour)
    axes.plot(sums, levels["nominal"], "--", color=colour, lw=0.9)
    start = float(levels["nominal"].fillna(mean).iloc[0])
    if np.isfinite(start):
        axes.annotate(
            str(n_active),
            (float(sums.iloc[0]), start),
            xytext=(-5, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=9,
            color=colour,
            fontweight="bold",
        )


def _plane(levels: pd.DataFrame, rows: int) -> NDArray[np.float64]:
    plane = np.full((rows + 1, rows + 1), np.nan)
    plane[levels["n_minus"].to_numpy(), levels["n_plus"].to_numpy()] = levels["nominal"]
    return plane


def _draw_map(axes: Axes, levels: pd.DataFrame, rows: int) -> QuadMesh:
    ticks = np.arange(rows + 1)
    mesh = axes.pcolormesh(ticks, ticks, _plane(levels, rows), cmap=voltage_map(), rasterized=True)
    axes.set_aspect("equal")
    axes.grid(False)
    axes.set_xlabel("$n_{plus}$ (rows)")
    axes.set_ylabel("$n_{minus}$ (rows)")
    for total in (-(rows // 2), 0, rows // 2):
        _draw_equal_sum(axes, total, rows)
    mark_lost(axes, levels["n_plus"], levels["n_minus"], levels["lost"], 16)
    mark_failed(axes, levels["n_plus"], levels["n_minus"], levels["failed"], axes.transData, 16)
    return mesh


def _draw_contours(axes: Axes, levels: pd.DataFrame, rows: int) -> ContourSet | None:
    plane = np.ma.masked_invalid(_plane(levels, rows))
    if plane.count() == 0:
        say(axes, "no level has a valid nominal solution")
    if rows < 2 or plane.count() < 3 or np.ptp(plane) == 0:
        return None
    steps = np.linspace(plane.min(), plane.max(), _CONTOURS + 2)[1:-1]
    return axes.contour(plane, levels=steps, colors="white", linestyles="solid", linewidths=0.9)


def _draw_equal_sum(axes: Axes, total: int, rows: int) -> None:
    n_plus = np.array([max(total, 0), (rows + total) / 2])
    axes.plot(n_plus, n_plus - total, "--", color=INK, lw=1)
    axes.annotate(
        f"sum {signed(total)}",
        (n_plus[1], n_plus[1] - total),
        xytext=(4, 4),
        textcoords="offset points",
        fontsize=8.5,
        color=INK,
    )
