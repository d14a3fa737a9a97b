"""Distributions of many levels in one plot: one ridge per level, stacked by sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from sram_spice.report.figure_parts import mark_failed
from sram_spice.report.style import INK, TROUBLE, sequential

MAX_RIDGES = 65
_OVERLAP = 2.4  # height of a ridge in distances between ridges
_CELLS = 600  # of the voltage axis
_LABEL_POINTS = 9.0  # height of a line of text
_VISIBLE = 0.004  # part of a ridge's maximum below which it is not drawn


@dataclass(frozen=True, eq=False)
class Ridges:
    """Where ridges are drawn, and how much their histograms are smoothed.

    Attributes
    ----------
    grid : ndarray of float, shape (cells,)
        Middles of the voltage cells, V.
    bandwidth : float
        Standard deviation of the smoothing, V.
    """

    grid: NDArray[np.float64]
    bandwidth: float

    def density(self, voltages: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the smoothed histogram of voltages on the grid, its maximum 1."""
        cell = self.grid[1] - self.grid[0]
        edges = np.append(self.grid, self.grid[-1] + cell) - cell / 2
        counts = np.histogram(voltages, edges)[0].astype(np.float64)
        smooth: NDArray[np.float64] = gaussian_filter1d(
            counts, self.bandwidth / cell, mode="constant"
        )
        return smooth / smooth.max() if smooth.max() > 0 else smooth


def ridges_for(samples: pd.DataFrame, levels: pd.DataFrame) -> Ridges:
    """Return a grid over all voltages, and one bandwidth for all levels.

    Parameters
    ----------
    samples : DataFrame
        Columns voltage, lost_voltage (V), NaN allowed.
    levels : DataFrame
        Columns nominal, std (V), samples.
    """
    drawn = [samples["voltage"], samples["lost_voltage"], levels["nominal"]]
    known = np.concatenate(drawn).astype(np.float64)
    known = known[np.isfinite(known)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 1.0)
    span = max(high - low, 1e-6)
    spread, count = levels["std"].dropna(), levels["samples"].max()
    silverman = 0.9 * spread.median() * count**-0.2 if count and spread.size else 0.0
    bandwidth = float(np.clip(silverman, span / 400, span / 40))
    margin = max(4 * bandwidth, 0.02 * span)
    return Ridges(np.linspace(low - margin, high + margin, _CELLS), bandwidth)


def draw_ridges(
    axes: Axes, samples: pd.DataFrame, levels: pd.DataFrame, codes: NDArray[np.int64], n_codes: int
) -> Ridges:
    """Draw one ridge per level, the sum upwards, coloured by the code its sum should get.

    Parameters
    ----------
    axes : Axes
    samples, levels : DataFrame
        Of :class:`Run`; levels of one n_active, ascending in sum.
    codes : ndarray of int, shape (levels,)
        Ideal code of each level.
    n_codes : int
        Number of codes.
    """
    ridges = ridges_for(samples, levels)
    sums = levels["sum"].to_numpy()
    shown = np.unique(np.linspace(0, len(sums) - 1, min(len(sums), MAX_RIDGES)).round().astype(int))
    distance = float(np.median(np.diff(sums[shown]))) if shown.size > 1 else 1.0
    colours = sequential(n_codes)
    voltages = dict(iter(samples.groupby("sum")["voltage"]))
    for depth, i in enumerate(reversed(shown)):
        found = voltages.get(sums[i])
        if found is not None:
            density = _OVERLAP * distance * ridges.density(found.dropna().to_numpy())
            _draw_ridge(axes, ridges.grid, density, float(sums[i]), colours[codes[i]], 2 + depth)
    axes.set_xlim(ridges.grid[0], ridges.grid[-1])
    axes.set_ylim(sums[0] - 1.5 * distance, sums[-1] + (_OVERLAP + 0.8) * distance)
    _draw_nominal(axes, levels.iloc[shown], 2 + shown.size)
    _draw_code_bar(axes, sums, codes, colours)
    _draw_lost(axes, samples, 3 + shown.size)
    mark_failed(axes, 0.0, sums, levels["failed"], axes.get_yaxis_transform())
    return ridges


def _draw_ridge(
    axes: Axes,
    grid: NDArray[np.float64],
    density: NDArray[np.float64],
    base: float,
    colour: str,
    order: float,
) -> None:
    visible = density > _VISIBLE * density.max(initial=0.0)
    top = base + density
    axes.fill_between(grid, base, top, where=visible, color=colour, alpha=0.85, lw=0, zorder=order)
    axes.plot(grid, np.where(visible, top, np.nan), color="white", lw=0.7, zorder=order)


def _draw_nominal(axes: Axes, levels: pd.DataFrame, order: float) -> None:
    axes.plot(
        levels["nominal"],
        levels["sum"],
        "o",
        color=INK,
        ms=3.2,
        mec="white",
        mew=0.5,
        zorder=order,
        label="nominal, no mismatch",
    )


def _draw_lost(axes: Axes, samples: pd.DataFrame, order: float) -> None:
    lost = samples[samples["lost_voltage"].notna()]
    if len(lost):
        axes.plot(
            lost["lost_voltage"],
            lost["sum"],
            "X",
            color=TROUBLE,
            ms=5,
            mec="white",
            mew=0.4,
            zorder=order,
            label=f"samples that lost data ({len(lost):,})",
            rasterized=len(lost) > 1000,
        )


def _draw_code_bar(
    axes: Axes, sums: NDArray[np.int64], codes: NDArray[np.int64], colours: list[str]
) -> None:
    """Draw, right of the axes, which sums should get which code."""
    half = float(np.diff(sums).min()) / 2 if sums.size > 1 else 0.5
    place = axes.get_yaxis_transform()
    present = np.unique(codes)
    free, gap = -np.inf, _per_point(axes) * _LABEL_POINTS
    for code in present:
        low, high = sums[codes == code][[0, -1]]
        axes.fill_between(
            [1.006, 1.022],
            low - half,
            high + half,
            color=colours[code],
            transform=place,
            clip_on=False,
            lw=0,
        )
        if (middle := (low + high) / 2) >= free:
            axes.text(1.03, middle, str(code), transform=place, va="center", fontsize=8.5)
            free = middle + gap
    axes.text(1.03, 1.0, "code", transform=axes.transAxes, va="bottom", fontsize=8.5)


def _per_point(axes: Axes) -> float:
    """Return how much of the y axis one point of paper is."""
    low, high = axes.get_ylim()
    return float((high - low) / (axes.get_window_extent().height / axes.figure.dpi * 72))
