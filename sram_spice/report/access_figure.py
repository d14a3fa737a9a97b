"""Figure `access`: the waveforms of one access, its settling and its energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sram_spice.generators.readout import readout_of
from sram_spice.report.display import nanoseconds, picojoules, signed
from sram_spice.report.figure_parts import add_title, say
from sram_spice.report.run import Run
from sram_spice.report.style import FAINT, INK, TROUBLE, sequential

_COLUMNS = (0.05, 0.28, 0.46, 0.64, 0.82)
_HEADINGS = ("sum", "$V_{BL}$ settles", "$V_{BLB}$ settles", "energy", "state")


@dataclass(frozen=True, eq=False)
class _Trace:
    """One access: its row in the table, its waveforms, and how it is drawn."""

    row: pd.Series
    waves: pd.DataFrame
    colour: str
    style: str

    @property
    def name(self) -> str:
        text = signed(self.row["sum"])
        return f"{text} (no active row)" if self.row["n_plus"] + self.row["n_minus"] == 0 else text


def access(run: Run) -> Figure:
    """Draw word line and pre-charge, V_BL, V_BLB and supply current of every simulated access.

    Parameters
    ----------
    run : Run
    """
    traces = _traces(run)
    figure = Figure(figsize=(10, 11.5))
    add_title(figure, "One access", run.design)
    table_height = 0.22 * (len(traces) + 1.5)
    *panels, table = figure.subplots(
        5, 1, height_ratios=(1, 2.2, 2.2, 1.5, table_height), squeeze=True
    )
    _draw_controls(panels[0], traces)
    of_bl, of_blb = (f"v_{node}_v" for node in readout_of(run.design).sensed)
    _draw_bit_line(panels[1], traces, of_bl, "settling_time_bl_s", "$V_{BL}$ (V)")
    _draw_bit_line(panels[2], traces, of_blb, "settling_time_blb_s", "$V_{BLB}$ (V)")
    for trace in traces:
        panels[3].plot(
            _ns(trace), -1e3 * trace.waves["i_vdd_a"], color=trace.colour, ls=trace.style
        )
    panels[3].set_ylabel("current from\nVDD (mA)")
    panels[3].set_xlabel("time (ns)")
    for axes in panels[:3]:
        axes.sharex(panels[3])
        axes.tick_params(labelbottom=False)
    panels[3].margins(x=0)
    if not any(len(trace.waves) for trace in traces):
        say(panels[1], "no access has a valid solution")
    _draw_table(table, traces)
    return figure


def _traces(run: Run) -> list[_Trace]:
    waves = run.waveforms
    rows = run.access
    active = rows[rows["n_plus"] + rows["n_minus"] > 0]
    colours = dict(zip(sorted(active["sum"]), sequential(len(active)), strict=True))
    found = []
    for _, row in rows.iterrows():
        mine = (waves["n_plus"] == row["n_plus"]) & (waves["n_minus"] == row["n_minus"])
        idle = row["n_plus"] + row["n_minus"] == 0
        colour, style = (FAINT, "--") if idle else (colours[row["sum"]], "-")
        found.append(_Trace(row, waves[mine], colour, style))
    return found


def _ns(trace: _Trace) -> NDArray[np.float64]:
    return 1e9 * trace.waves["time_s"].to_numpy(dtype=np.float64)


def _draw_controls(axes: Axes, traces: list[_Trace]) -> None:
    shown = [trace for trace in traces if len(trace.waves)][:1]
    for trace in shown:
        axes.plot(_ns(trace), trace.waves["v_wl_v"], color=INK, label="word line WL")
        if "v_pre_v" in trace.waves:
            gate = trace.waves["v_pre_v"]
            axes.plot(_ns(trace), gate, color=FAINT, ls="--", label="gate of pre-charger")
        axes.legend(loc="center right")
    axes.set_ylabel("control (V)")
    axes.margins(y=0.25)


def _draw_bit_line(axes: Axes, traces: list[_Trace], name: str, settling: str, label: str) -> None:
    for trace in traces:
        axes.plot(_ns(trace), trace.waves[name], color=trace.colour, ls=trace.style)
        instant = _rise(trace) + float(trace.row[settling])
        if np.isfinite(instant):
            voltage = np.interp(instant, trace.waves["time_s"], trace.waves[name])
            axes.plot(1e9 * instant, voltage, "o", color=trace.colour, mec=INK, ms=6, zorder=5)
    axes.set_ylabel(label)
    axes.plot([], [], "o", color="white", mec=INK, ms=6, label="settled")
    axes.legend(loc="lower right")


def _rise(trace: _Trace) -> float:
    """Return when the word line crosses half its voltage, s; NaN when it never rises."""
    time = trace.waves["time_s"].to_numpy(dtype=np.float64)
    word_line = trace.waves["v_wl_v"].to_numpy(dtype=np.float64)
    half = word_line.max(initial=0.0) / 2
    above = np.flatnonzero(word_line > half) if half > 0 else np.array([], dtype=np.intp)
    if not above.size or not above[0]:
        return float("nan")
    pair = slice(above[0] - 1, above[0] + 1)
    return float(np.interp(half, word_line[pair], time[pair]))


def _draw_table(axes: Axes, traces: list[_Trace]) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(traces) + 0.5, -0.5)
    for x, text in zip(_COLUMNS, _HEADINGS, strict=True):
        axes.text(x, 0, text, va="center", fontsize=9.5, fontweight="bold")
    for line, trace in enumerate(traces, start=1):
        row = trace.row
        axes.plot([0.0, 0.035], [line, line], lw=3, color=trace.colour, ls=trace.style)
        state = row["status"] if row["status"] != "ok" or row["recovered"] else "not recovered"
        cells = (
            trace.name,
            nanoseconds(row["settling_time_bl_s"]),
            nanoseconds(row["settling_time_blb_s"]),
            picojoules(row["energy_j"]),
            str(state),
        )
        for x, text in zip(_COLUMNS, cells, strict=True):
            colour = TROUBLE if x == _COLUMNS[-1] and text != "ok" else INK
            axes.text(x, line, text, va="center", fontsize=9.5, color=colour)
