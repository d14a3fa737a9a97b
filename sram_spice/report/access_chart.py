"""Chart of the page: the waveforms of an access."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sram_spice.generators.readout import readout_of
from sram_spice.report import captions
from sram_spice.report.chart import Axis, Chart, Colour, Line, Panel, Series, Style, shade
from sram_spice.report.display import signed
from sram_spice.report.run import Run
from sram_spice.report.waveform_reduction import reduced_waveform

TOLERANCE = 1e-3  # of the range of a curve: a point left out is less than this off
TIME = Axis("time (ns)")
CONTROLS: tuple[tuple[str, str, Colour, Style], ...] = (
    ("v_wl_v", "word line WL", "ink", "solid"),
    ("v_pre_v", "gate of pre-charger", "soft", "dash"),
)


def access_chart(run: Run) -> Chart | None:
    """Return controls, both bit lines and the supply current in time; None without waveforms."""
    waves = run.waveforms
    found = [
        (row, waves[(waves["n_plus"] == row["n_plus"]) & (waves["n_minus"] == row["n_minus"])])
        for _, row in run.access.iterrows()
    ]
    found = [(row, wave) for row, wave in found if len(wave)]
    if not found:
        return None
    first = found[0][1]
    controls = [
        curve(first["time_s"], first[n], name, c, s) for n, name, c, s in CONTROLS if n in first
    ]
    of_bl, of_blb = (f"v_{node}_v" for node in readout_of(run.design).sensed)
    names = [_name(row) for row, _ in found]
    colours = [shade(i, len(found)) for i in range(len(found))]
    panels = [Panel(TIME, Axis("control (V)"), tuple(controls), 0.5)]
    for column, title in ((of_bl, "V_BL (V)"), (of_blb, "V_BLB (V)")):
        panels.append(_panel(found, names, colours, column, 1.0, title, 1.0))
    panels.append(_panel(found, names, colours, "i_vdd_a", -1e3, "VDD current (mA)", 0.8))
    return Chart(
        name="access",
        title="One access in time",
        caption=captions.access_page_caption(),
        views=(tuple(panels),),
        height=760,
        files=("access.png", "access.svg"),
    )


def curve(
    time: pd.Series,
    value: pd.Series,
    name: str,
    colour: Colour,
    style: Style = "solid",
    group: str | None = None,
) -> Line:
    """Return a waveform (time in s) as a curve over ns, thinned."""
    x, y = time.to_numpy(dtype=np.float64), value.to_numpy(dtype=np.float64)
    kept = reduced_waveform(x, y, TOLERANCE * float(np.ptp(y)))
    return Line(name, 1e9 * x[kept], y[kept], colour, style, group=group)


def _panel(
    found: list[tuple[pd.Series, pd.DataFrame]],
    names: list[str],
    colours: list[Colour],
    column: str,
    factor: float,
    title: str,
    height: float,
) -> Panel:
    series: list[Series] = [
        curve(wave["time_s"], factor * wave[column], name, colour, group=name)
        for (_, wave), name, colour in zip(found, names, colours, strict=True)
    ]
    return Panel(TIME, Axis(title), tuple(series), height)


def _name(row: pd.Series) -> str:
    idle = row["n_plus"] + row["n_minus"] == 0
    return f"sum {signed(row['sum'])}{' (no active row)' if idle else ''}"
