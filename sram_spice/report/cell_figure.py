"""Figure `cell_transfer`: inverter, butterflies, and the currents a column balances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sram_spice.design import Design
from sram_spice.report.figure_parts import add_title
from sram_spice.report.style import BL, BLB, INK, TROUBLE

BUTTERFLIES: Final = (
    ("hold_snm", "Butterfly, hold"),
    ("read_snm", "Butterfly, read (bit lines at VDD)"),
    ("compute_snm", "Butterfly, compute (bit lines as in the column)"),
)

_EXPLANATION: Final = """\
Butterfly: each inverter's output against its
input, loaded by its access transistors. The
largest square that fits between the curves in
the smaller lobe is the static noise margin.

Compute: the word line is on and the bit lines
stand where the column holds them when a single
cell stores 1 against all others. Where its lobe
is gone, that cell loses its data.

Currents: a column settles where its load and
the pull-up of the +1 cells balance the
pull-down of the -1 cells."""


def cell_transfer(
    design: Design, curves: Mapping[str, pd.DataFrame], margins: Mapping[str, float]
) -> Figure:
    """Draw the transfer curves of the cell.

    Parameters
    ----------
    design : Design
    curves : mapping of str to DataFrame
        Nominal curves by measurement: inverter_vtc, hold_snm, read_snm, compute_snm,
        cell_current; columns ``curve, x_v, y_v`` or ``y_a``.
    margins : mapping of str to float
        Static noise margins by measurement, V.
    """
    figure = Figure(figsize=(13, 8.4))
    add_title(figure, "Transfer curves of the cell", design)
    axes = figure.subplots(2, 3)
    _inverter(axes[0, 0], curves["inverter_vtc"])
    for panel, (name, title) in zip((axes[0, 1], axes[0, 2], axes[1, 0]), BUTTERFLIES, strict=True):
        _butterfly(panel, curves[name], title, margins[name])
    _currents(axes[1, 1], curves["cell_current"])
    _note(axes[1, 2])
    return figure


def _inverter(axes: Axes, table: pd.DataFrame) -> None:
    axes.plot(table["x_v"], table["y_v"], color=INK)
    top = float(table["x_v"].max())
    axes.plot([0, top], [0, top], ":", color=BLB, lw=1, label="output = input")
    axes.set(title="Inverter of the cell, hold", xlabel="input (V)", ylabel="output (V)")
    axes.set_aspect("equal")
    axes.legend(loc="upper right")


def _butterfly(axes: Axes, table: pd.DataFrame, title: str, margin: float) -> None:
    for (name, curve), colour in zip(table.groupby("curve", sort=False), (BL, BLB), strict=True):
        axes.plot(curve["x_v"], curve["y_v"], color=colour, label=str(name).partition(": ")[2])
    axes.set(title=title, xlabel="V(q) (V)", ylabel="V(qb) (V)")
    axes.set_aspect("equal")
    text = f"SNM {1e3 * margin:.0f} mV" if margin > 0 else f"not bistable ({1e3 * margin:.0f} mV)"
    axes.text(
        0.97,
        0.95,
        text,
        transform=axes.transAxes,
        ha="right",
        va="top",
        color=INK if margin > 0 else TROUBLE,
        bbox={"facecolor": "white", "edgecolor": "#DDDDDD", "boxstyle": "round,pad=0.3"},
    )


def _currents(axes: Axes, table: pd.DataFrame) -> None:
    for (name, curve), colour in zip(table.groupby("curve", sort=False), (BLB, BL), strict=True):
        axes.plot(curve["x_v"], 1e6 * curve["y_a"], color=colour, label=str(name))
    up = table[table["curve"].str.startswith("pull-up") & table["y_a"].notna()]
    if len(up) and up["x_v"].min() > 0.011:
        axes.axvline(up["x_v"].min(), color=TROUBLE, ls="--", lw=1, label="the cell flips here")
    axes.set(
        title="Current between BL and one active cell", xlabel="V_BL (V)", ylabel="current (µA)"
    )
    axes.set_ylim(bottom=0)
    axes.legend()


def _note(axes: Axes) -> None:
    axes.set_axis_off()
    axes.text(
        0.02,
        0.95,
        _EXPLANATION,
        va="top",
        fontsize=9.5,
        transform=axes.transAxes,
    )
