"""Figure `frontier`: energy of an access against code errors, over a sweep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sram_spice.design import Design
from sram_spice.report.figure_file import FigureFile, save_figure
from sram_spice.report.style import FAINT, INK, TROUBLE, figure_style, sequential

LINE, MARKED = "column.word_line_voltage", "column.load_width"
SAFE = 1e-6  # probability that an access loses any cell; as the map of a sweep


def write_frontier(folder: Path, design: Design, table: pd.DataFrame) -> FigureFile:
    """Draw and write the figure (see :func:`frontier_figure`)."""
    with figure_style():
        figure = frontier_figure(design, table)
        caption = "Energy of one access with a parallel MLSA against its code errors."
        return save_figure(figure, folder, "frontier", "Energy against code errors", caption)


def frontier_figure(design: Design, table: pd.DataFrame) -> Figure:
    """Draw every point of a sweep over word-line voltage and load width.

    Parameters
    ----------
    design : Design
    table : DataFrame
        As in frontier.csv. Points where an access loses data with more than 1e-6, or did in a
        sample, are crossed out; the line joins the others that no other one beats in both.
    """
    figure = Figure(figsize=(8.5, 5.5))
    axes = figure.subplots()
    energy = 1e12 * table["energy_j"].to_numpy(dtype=np.float64)
    error = 100 * table["code_error_mlsa"].to_numpy(dtype=np.float64)
    ideal = 100 * table["code_error_ideal"].to_numpy(dtype=np.float64)
    unsafe = unsafe_points(table)
    volts = sorted(table[LINE].unique())
    for volt, colour in zip(volts, sequential(len(volts)), strict=True):
        mine = (table[LINE] == volt).to_numpy()
        axes.plot(energy[mine], error[mine], "o", color=colour, label=f"$V_{{WL}}$ = {volt:g} V")
        axes.plot(energy[mine], ideal[mine], "o", mfc="none", color=colour)
    for x, y, z in zip(energy, error, ideal, strict=True):
        axes.plot([x, x], [y, z], color=FAINT, lw=0.8)
    axes.plot(energy[unsafe], error[unsafe], "X", color=TROUBLE, ms=9, label="loses data")
    axes.plot([], [], "o", mfc="none", color=INK, label="ideal sense amplifier")
    for x, y, width in zip(energy, error, table[MARKED], strict=True):
        axes.annotate(f"{1e6 * width:g} µm", (x, y), (5, 4), textcoords="offset points", fontsize=8)
    best = best_points(energy, error, ~unsafe)
    axes.plot(energy[best], error[best], color=INK, lw=1, ls="--", zorder=0, label="frontier")
    axes.set_xlabel("energy of one access, parallel MLSA included (pJ)")
    axes.set_ylabel("codes that are not the ideal one (%)")
    axes.set_title(
        f"{design.name}: word-line voltage and load, {design.mlsa.levels} codes, "
        f"{design.sense_amplifier.topology if design.sense_amplifier else 'ideal'} amplifiers"
    )
    axes.legend(fontsize=8)
    return figure


def unsafe_points(table: pd.DataFrame) -> np.ndarray:
    """Return which points lose data: in a sample, without mismatch, or too probably."""
    lost = (table["flipped"] > 0) | (table["nominal_flipped"] > 0) | (table["accesses_not_ok"] > 0)
    if "loss_probability" in table:
        lost |= table["loss_probability"] > SAFE
    return lost.to_numpy(dtype=bool)


def best_points(energy: np.ndarray, error: np.ndarray, allowed: np.ndarray) -> list[int]:
    """Return the points that no allowed one beats in both, by rising energy."""
    good = np.flatnonzero(allowed & np.isfinite(energy) & np.isfinite(error))
    found: list[int] = []
    for i in sorted(good.tolist(), key=lambda i: (energy[i], error[i])):
        if not found or error[i] < error[found[-1]]:
            found.append(i)
    return found
