"""Figure `level_histograms`: the sensed voltage of every level, and the references."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from sram_spice.report.display import millivolts
from sram_spice.report.figure_parts import SUM_AXIS, add_title, label_lines
from sram_spice.report.ridges import draw_ridges
from sram_spice.report.run import Run
from sram_spice.report.sensed import spread_choice
from sram_spice.report.style import GLOBAL, INK
from sram_spice.wording import count

PANELS = 4


def level_histograms(run: Run) -> Figure:
    """Draw a ridge per level with the references: one panel, or one per some n_active.

    Parameters
    ----------
    run : Run
    """
    levels, samples = run.sensed_levels, run.sensed_samples
    counts = _panel_counts(levels, run.design.column.rows)
    single = len(counts) == 1
    figure = Figure(figsize=(10, 10) if single else (12.5, 13))
    add_title(figure, "Distribution of the sensed voltage", run.design)
    shape = (1, 1) if single else (-(-len(counts) // 2), 2)
    panels = figure.subplots(*shape, squeeze=False).ravel()
    bandwidths = [
        _draw_panel(
            axes,
            run,
            levels[levels["n_active"] == n_active].reset_index(drop=True),
            samples[samples["n_active"] == n_active],
        )
        for axes, n_active in zip(panels, counts, strict=False)
    ]
    for axes in panels[len(counts) :]:
        axes.set_axis_off()
    legend = _add_legend(figure, list(panels[: len(counts)]), not run.always_active)
    if len(run.samples):
        smooth = millivolts(max(bandwidths))
        legend.set_title(f"every ridge has its own maximum as height; smoothed by up to {smooth}")
    return figure


def _panel_counts(levels: pd.DataFrame, rows: int) -> list[int]:
    """Return the n_active that get a panel: quarters of the rows, as far as they are sampled."""
    sampled = levels[levels["samples"] > 0]
    shown = sampled if len(sampled) else levels[levels["n_active"] > 0]
    return spread_choice(shown["n_active"].unique(), np.arange(1, PANELS + 1) * rows / PANELS)


def _draw_panel(axes: Axes, run: Run, levels: pd.DataFrame, samples: pd.DataFrame) -> float:
    """Draw the levels of one n_active with the references; return the smoothing, V."""
    n_active = int(levels["n_active"].iloc[0])
    codes = run.quantizer.quantize(levels["sum"])
    ridges = draw_ridges(axes, samples, levels, codes, run.quantizer.codes)
    axes.set_xlabel(f"sensed voltage {run.sensed_name} (V)")
    axes.set_ylabel(SUM_AXIS)
    references = run.references
    own = references[references["n_active"] == n_active]
    _draw_references(axes, own, INK, "-")
    texts = [f"{i}|{i + 1}" for i in own["index"]]
    label_lines(axes, own["v_ref_v"].to_numpy(dtype=float), texts)
    _draw_references(axes, references[references["n_active"].isna()], GLOBAL, "--")
    if not run.always_active:
        _name_panel(axes, count(n_active, "active row"))
    return ridges.bandwidth


def _name_panel(axes: Axes, text: str) -> None:
    axes.text(
        0.02,
        0.975,
        text,
        transform=axes.transAxes,
        va="top",
        fontsize=11,
        fontweight="bold",
        zorder=1001,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
    )


def _draw_references(axes: Axes, references: pd.DataFrame, colour: str, style: str) -> None:
    for voltage in references["v_ref_v"]:
        axes.axvline(voltage, color=colour, ls=style, lw=0.9, zorder=1000, gid="reference")


def _add_legend(figure: Figure, panels: list[Axes], inactive: bool) -> Legend:
    own = "reference between two codes"
    handles = [Line2D([], [], color=INK, lw=0.9, label=own)]
    if inactive:
        handles = [
            Line2D([], [], color=INK, lw=0.9, label="reference for this number of active rows"),
            Line2D([], [], color=GLOBAL, lw=0.9, ls="--", label="global reference"),
        ]
    found: dict[str, Artist] = {}
    for axes in panels:
        for handle, text in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(text.rpartition(" (")[0] or text, handle)
    return figure.legend(
        [*handles, *found.values()],
        [*(str(handle.get_label()) for handle in handles), *found],
        loc="outside lower center",
        ncols=3,
    )
