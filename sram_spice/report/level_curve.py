"""Figure `level_curve` for cells whose rows are always active: voltages against the sum."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sram_spice.report.figure_parts import (
    SUM_AXIS,
    add_title,
    keep_to_rails,
    mark_failed,
    mark_lost,
)
from sram_spice.report.run import Run
from sram_spice.report.style import BL, BLB, INK

SIGMAS = 3
_LINES = (("v_bl", BL, "$V_{BL}$"), ("v_blb", BLB, "$V_{BLB}$"))


def level_curve(run: Run) -> Figure:
    """Draw V_BL and V_BLB against the sum, and below it sigma beside the step between sums.

    Parameters
    ----------
    run : Run
        Of a cell whose rows are always active.
    """
    table = run.levels.sort_values("sum", ignore_index=True)
    sampled = bool((table["samples"] > 0).any())
    figure = Figure(figsize=(10, 7.2))
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2.3, 1))
    add_title(figure, "Bit-line voltages", run.design)
    for name, colour, _ in _LINES:
        _draw_line(upper, table, name, colour, sampled)
    levels = run.sensed_levels
    upper.set_ylabel("bit-line voltage (V)")
    upper.margins(x=0.01)
    keep_to_rails(upper, 0.0, run.design.conditions.vdd)
    mark_lost(
        upper, table["sum"], table["v_bl_mean_v"].fillna(table["v_bl_nominal_v"]), levels["lost"]
    )
    mark_failed(upper, levels["sum"], 0.0, levels["failed"], upper.get_xaxis_transform())
    _add_legend(upper, run, sampled)
    _draw_resolution(lower, levels, run.sensed_name, sampled)
    lower.set_xlabel(SUM_AXIS)
    return figure


def _draw_line(axes: Axes, table: pd.DataFrame, name: str, colour: str, sampled: bool) -> None:
    sums = table["sum"]
    axes.plot(sums, table[f"{name}_nominal_v"], "--" if sampled else "-", color=colour, lw=1.2)
    if not sampled:
        return
    mean, std = table[f"{name}_mean_v"], table[f"{name}_std_v"]
    axes.plot(sums, mean, color=colour)
    low, high = mean - SIGMAS * std, mean + SIGMAS * std
    axes.fill_between(sums, low, high, color=colour, alpha=0.2, lw=0)


def _add_legend(axes: Axes, run: Run, sampled: bool) -> None:
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=colour, lw=2.5, label=text) for _, colour, text in _LINES
    ]
    if sampled:
        count = run.design.monte_carlo.samples
        handles += [
            Line2D([], [], color=INK, label=f"mean of {count} samples with mismatch"),
            Patch(color=INK, alpha=0.2, lw=0, label=f"mean ± {SIGMAS} $\\sigma$"),
        ]
    style = "--" if sampled else "-"
    handles.append(Line2D([], [], color=INK, ls=style, lw=1.2, label="nominal (no mismatch)"))
    marks, texts = axes.get_legend_handles_labels()
    labels = [str(handle.get_label()) for handle in handles]
    axes.legend([*handles, *marks], [*labels, *texts], loc="lower center", ncols=2 if marks else 1)


def _draw_resolution(axes: Axes, levels: pd.DataFrame, name: str, sampled: bool) -> None:
    sums = levels["sum"].to_numpy(dtype=float)
    step = np.diff(levels["nominal"].to_numpy(dtype=float))
    axes.plot(
        (sums[1:] + sums[:-1]) / 2,
        1e3 * step,
        ".-",
        color=INK,
        ms=3,
        label="step to the next sum (LSB)",
    )
    if sampled:
        axes.plot(sums, 1e3 * levels["std"], color=BL, label=r"$\sigma$ under mismatch")
    what = r"step and $\sigma$" if sampled else "step"
    axes.set_ylabel(f"{what} of {name}\n(mV)")
    axes.set_ylim(bottom=min(0.0, float(np.nanmin(step, initial=0.0)) * 1100))
    axes.legend(loc="upper right", ncols=2)
