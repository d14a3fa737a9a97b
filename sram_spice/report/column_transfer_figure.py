"""Figure `column_transfer`: V_BL against n_plus for several N, word lines and read-outs."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sram_spice.design import Design
from sram_spice.report.figure_parts import add_title
from sram_spice.report.style import FAILED, TROUBLE, sequential

PANELS: Final = (
    ("rows", "number of rows (load per row the same)"),
    ("word line", "word-line voltage"),
    ("read-out", "read-out"),
)


def column_transfer(design: Design, table: pd.DataFrame) -> Figure:
    """Draw the transfer curves of the column.

    Parameters
    ----------
    design : Design
    table : DataFrame
        Curves of the measurement `column_transfer`.
    """
    figure = Figure(figsize=(13, 5.2))
    add_title(figure, "Transfer curves of the column, all rows active", design)
    marked: dict[str, Line2D] = {}
    for axes, (family, title) in zip(figure.subplots(1, 3, sharey=True).flat, PANELS, strict=True):
        _draw(axes, table[table["family"] == family], marked)
        axes.set(title=f"Over the {title}", xlabel="n_plus / N")
        axes.legend(loc="upper left")
    figure.axes[0].set_ylabel("V_BL (V)")
    if marked:
        figure.legend(list(marked.values()), list(marked), loc="outside lower center", ncols=2)
    return figure


def _draw(axes: Axes, table: pd.DataFrame, marked: dict[str, Line2D]) -> None:
    groups = list(table.groupby("curve", sort=False))
    for (name, curve), colour in zip(groups, sequential(len(groups)), strict=True):
        x = curve["n_plus"] / curve["rows"]
        axes.plot(x, curve["v_bl_v"], color=colour, label=str(name), marker=".", ms=3)
        lost = (curve["status"] == "flipped").to_numpy()
        if lost.any():
            (marked["data is lost here"],) = axes.plot(
                x[lost], curve["v_bl_v"][lost], "x", color=TROUBLE, ms=6, zorder=5
            )
        failed = (~curve["status"].isin(["ok", "flipped"])).to_numpy()
        if failed.any():
            (marked["no valid solution"],) = axes.plot(
                x[failed], [0.0] * int(failed.sum()), "v", color=FAILED, ms=6, zorder=5
            )
