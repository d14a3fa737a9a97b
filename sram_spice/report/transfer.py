"""Figure `transfer`: which code the sense amplifier gives for which sum."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from sram_spice.report.code_table import CodeTable, code_table
from sram_spice.report.display import signed
from sram_spice.report.figure_parts import SUM_AXIS, add_title, say
from sram_spice.report.level_histograms import PANELS
from sram_spice.report.run import Run
from sram_spice.report.sensed import spread_choice
from sram_spice.report.style import IDEAL, INK, TROUBLE, probability_map, sequential
from sram_spice.wording import count

_GAMMA = 0.35
_MAX_TICKS = 16


def transfer(run: Run) -> Figure:
    """Draw P(code | sum) with the ideal staircase and the mean code.

    Parameters
    ----------
    run : Run
    """
    if run.always_active:
        figure = Figure(figsize=(10, 6))
        axes = figure.subplots()
        add_title(figure, "MLSA code against sum", run.design)
        mesh = _draw_panel(axes, run, run.code_probability)
        _add_bar(figure, mesh, [axes])
        _add_legend(figure, [axes])
        return figure
    return _with_inactive_rows(run)


def _with_inactive_rows(run: Run) -> Figure:
    codes = run.code_probability
    n_active = codes["n_plus"] + codes["n_minus"]
    wanted = np.arange(1, PANELS + 1) * run.design.column.rows / PANELS
    counts = spread_choice(n_active[n_active > 0].unique(), wanted)
    figure = Figure(figsize=(12.5, 11.5))
    grid = figure.add_gridspec(3, 2)
    add_title(figure, "MLSA code against sum", run.design)
    panels = []
    for number, active in enumerate(counts):
        axes = figure.add_subplot(grid[number // 2, number % 2])
        mesh = _draw_panel(axes, run, codes[n_active == active])
        axes.set_title(f"{count(active, 'active row')}, with references for this number")
        axes.set_xlim(-run.design.column.rows - 1, run.design.column.rows + 1)
        panels.append(axes)
    axes = figure.add_subplot(grid[2, :])
    mesh = _draw_panel(axes, run, run.code_probability_global, with_mean=False)
    _draw_means(axes, run, counts)
    axes.set_title("global references, all levels (every level of a sum weighs the same)")
    _add_bar(figure, mesh, [*panels, axes])
    _add_legend(figure, [*panels[:1], axes])
    return figure


def _draw_panel(axes: Axes, run: Run, codes: pd.DataFrame, with_mean: bool = True) -> QuadMesh:
    n_codes = run.quantizer.codes
    table = code_table(codes, n_codes)
    mesh = _draw_map(axes, table, n_codes)
    _label_codes(axes, run, bool(table.no_code.any()))
    if not table.sums.size:
        say(axes, "no level has a code")
        return mesh
    x = np.append(table.edges[:-1], table.edges[-1])
    ideal = run.quantizer.quantize(table.sums)
    axes.stairs(ideal, x, baseline=None, color=IDEAL, lw=2, label="ideal code")
    if with_mean:
        axes.plot(table.sums, table.mean_code, ".-", color=INK, ms=4, lw=1, label="mean code")
    return mesh


def _draw_map(axes: Axes, table: CodeTable, n_codes: int) -> QuadMesh:
    lowest = -1 if table.no_code.any() else 0
    values = table.probability
    if lowest < 0:
        values = np.vstack([table.no_code, values])
    edges = np.arange(lowest, n_codes + 1) - 0.5
    x = table.edges if table.sums.size else np.array([-0.5, 0.5])
    shown = values if table.sums.size else np.zeros((n_codes - lowest, 1))
    axes.grid(False)
    return axes.pcolormesh(
        x, edges, shown, cmap=probability_map(), norm=PowerNorm(_GAMMA, 0, 1), rasterized=True
    )


def _label_codes(axes: Axes, run: Run, some_without: bool) -> None:
    """Name each code with the sum it stands for, and the row of what has none."""
    n_codes = run.quantizer.codes
    codes = np.arange(0, n_codes, -(-n_codes // _MAX_TICKS))
    names = [f"{code} ({signed(round(run.quantizer.centroids[code], 1))})" for code in codes]
    if some_without:
        axes.set_yticks([-1, *codes], ["none", *names])
        axes.get_yticklabels()[0].set_color(TROUBLE)
    else:
        axes.set_yticks(codes, names)
    axes.set_xlabel(SUM_AXIS)
    axes.set_ylabel("code (and the sum it stands for)")


def _draw_means(axes: Axes, run: Run, counts: list[int]) -> None:
    codes = run.code_probability_global
    n_active = codes["n_plus"] + codes["n_minus"]
    for active, colour in zip(counts, sequential(len(counts)), strict=True):
        table = code_table(codes[n_active == active], run.quantizer.codes)
        axes.plot(
            table.sums,
            table.mean_code,
            ".-",
            color=colour,
            ms=4,
            lw=1.2,
            label=f"mean code, {count(active, 'active row')}",
        )


def _add_bar(figure: Figure, mesh: QuadMesh, panels: list[Axes]) -> None:
    bar = figure.colorbar(mesh, ax=panels, shrink=0.7, pad=0.02, aspect=30)
    bar.set_ticks([0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1])
    bar.ax.set_yticklabels(["0", "0.1 %", "1 %", "5 %", "10 %", "25 %", "50 %", "75 %", "100 %"])
    bar.set_label("probability of the code (%)")


def _add_legend(figure: Figure, panels: list[Axes]) -> None:
    found: dict[str, Artist] = {}
    for axes in panels:
        for handle, text in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(text, handle)
    figure.legend(list(found.values()), list(found), loc="outside lower center", ncols=3)
