"""Charts of the page: how the sensed voltage is distributed at every level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.mlsa.kept_samples import is_lost
from sram_spice.report import captions
from sram_spice.report.chart import (
    Axis,
    Chart,
    HeatMap,
    Histogram,
    HistogramGroup,
    Line,
    Panel,
    Pick,
    Series,
)
from sram_spice.report.display import signed
from sram_spice.report.level_chart import SUM, active_counts, own_rules, sensed
from sram_spice.report.run import Run
from sram_spice.wording import count

BINS_PER_SIGMA = 3
MOST_BINS = 240  # of the voltages of one number of active rows
MOST_MARKS = 400  # samples that lost data, one by one


@dataclass(frozen=True, eq=False)
class Counts:
    """The samples of one number of active rows, counted on a common grid.

    Attributes
    ----------
    n_active : int
    sums : ndarray of int, shape (sums,)
    middles : ndarray of float, shape (bins,)
        Voltages, V.
    share : ndarray of float, shape (bins, sums)
        Share of the samples of a sum with a valid solution that are in a bin.
    lost : DataFrame
        Samples that lost data: sum, voltage.
    """

    n_active: int
    sums: NDArray[np.int64]
    middles: NDArray[np.float64]
    share: NDArray[np.float64]
    lost: pd.DataFrame

    @property
    def step(self) -> float:
        """Width of a bin, V."""
        return float(self.middles[1] - self.middles[0]) if self.middles.size > 1 else 0.0


def distribution_charts(run: Run) -> list[Chart]:
    """Return the two charts of the distributions; none where mismatch was not simulated."""
    samples = run.sensed_samples
    grouped = dict(tuple(samples.groupby("n_active"))) if len(samples) else {}
    counted = [_count(run, one, grouped[one]) for one in active_counts(run) if one in grouped]
    counted = [one for one in counted if one.middles.size]
    if not counted:
        return []
    return [_density(run, counted), _histograms(run, counted)]


def _count(run: Run, n_active: int, samples: pd.DataFrame) -> Counts:
    # A sample that lost data is no level of its sum: it is marked, not counted.
    valid = samples[samples["voltage"].notna()]
    lost = samples[is_lost(samples)][["sum", "lost_voltage"]]
    levels = run.sensed_levels
    sums = np.sort(levels.loc[levels["n_active"] == n_active, "sum"].to_numpy(dtype=np.int64))
    if valid.empty:
        return Counts(n_active, sums, np.array([]), np.zeros((0, sums.size)), lost)
    column = np.searchsorted(sums, valid["sum"].to_numpy(dtype=np.int64))
    voltage = valid["voltage"].to_numpy(dtype=np.float64)
    step = _step(voltage, float(valid.groupby("sum")["voltage"].std().median()))
    first = np.floor(voltage.min() / step)
    row = (np.floor(voltage / step) - first).astype(np.int64)
    counts = np.zeros((row.max() + 1, sums.size))
    np.add.at(counts, (row, column), 1)
    middles = (first + np.arange(len(counts)) + 0.5) * step
    return Counts(n_active, sums, middles, counts / np.maximum(counts.sum(axis=0), 1), lost)


def _step(voltage: NDArray[np.float64], sigma: float) -> float:
    """Return a round width of bins: a part of sigma, but not too many bins."""
    span = float(np.ptp(voltage))
    wanted = max(sigma / BINS_PER_SIGMA if np.isfinite(sigma) else 0.0, span / MOST_BINS, 1e-6)
    decade = 10 ** np.floor(np.log10(wanted))
    return float(decade * min((1, 2, 5, 10), key=lambda part: abs(np.log(part * decade / wanted))))


def _density(run: Run, counted: list[Counts]) -> Chart:
    picks = () if run.always_active else (_active_pick(counted),)
    return Chart(
        name="distribution",
        title="Distribution of the sensed voltage, and the references",
        caption=captions.distribution_caption(run),
        views=tuple((_density_panel(run, one),) for one in counted),
        picks=picks,
        height=560,
        files=("level_histograms.png", "level_histograms.svg"),
    )


def _density_panel(run: Run, one: Counts) -> Panel:
    shown = np.where(one.share > 0, one.share, np.nan)
    name = "share of samples (%)"
    series: list[Series] = [HeatMap(name, one.sums, one.middles, 100 * shown, "share")]
    levels = run.sensed_levels
    own = levels[levels["n_active"] == one.n_active]
    series.append(Line("mean", own["sum"], own["mean"], "ideal"))
    series += _lost_marks(one)
    series += own_rules(run, one.n_active, "y")
    return Panel(Axis(SUM), Axis(f"{sensed(run)} (V)"), tuple(series))


def _lost_marks(one: Counts) -> list[Series]:
    lost = one.lost[one.lost["lost_voltage"].notna()]
    if lost.empty:
        return []
    name = f"data lost ({count(len(one.lost), 'sample')}"
    name += f", {MOST_MARKS} shown)" if len(lost) > MOST_MARKS else ")"
    lost = lost.head(MOST_MARKS)
    return [Line(name, lost["sum"], lost["lost_voltage"], "trouble", mark="x", joined=False)]


def _active_pick(counted: list[Counts]) -> Pick:
    names = tuple(str(one.n_active) for one in counted)
    return Pick("active rows", names, len(names) - 1)


def _histograms(run: Run, counted: list[Counts]) -> Chart:
    return Chart(
        name="histograms",
        title="Bit-line histograms of neighbouring sums",
        caption=captions.histograms_caption(run),
        views=(),
        groups=tuple(_group(run, one) for one in counted),
        height=440,
    )


def _group(run: Run, one: Counts) -> HistogramGroup:
    levels = []
    codes = run.quantizer.quantize(one.sums)
    for i, total in enumerate(one.sums.tolist()):
        own = np.flatnonzero(one.share[:, i] > 0)
        if not own.size:
            continue
        first, last = int(own.min()), int(own.max())
        share = 100 * one.share[first : last + 1, i]
        label = f"sum {signed(total)}, code {codes[i]}"
        levels.append(Histogram(label, one.middles[first], share))
    x = Axis(f"{sensed(run)} (V), bins of {1e3 * one.step:g} mV")
    return HistogramGroup(
        label=str(one.n_active),
        x=x,
        y=Axis("share of samples (%)"),
        step=one.step,
        levels=tuple(levels),
        rules=tuple(own_rules(run, one.n_active, "x")),
    )
