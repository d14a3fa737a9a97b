"""Chart of the page: how often each sum is read as each code."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sram_spice.report import captions
from sram_spice.report.chart import Axis, Chart, HeatMap, Line, Panel, Pick, Series
from sram_spice.report.code_table import code_table
from sram_spice.report.display import signed
from sram_spice.report.level_chart import SUM
from sram_spice.report.run import Run

MOST_TICKS = 16


def code_chart(run: Run, amplifier: Mapping[str, pd.DataFrame]) -> Chart:
    """Return P(code | sum) as a heat map, one view per set of references and amplifier.

    Parameters
    ----------
    run : Run
    amplifier : mapping of str to DataFrame
        Code probabilities with the sense amplifier at transistor level, by name of the view.
    """
    tables = {"ideal amplifier": run.code_probability}
    if len(run.code_probability_global):
        tables = {
            "ideal amplifier, input-aware references": run.code_probability,
            "ideal amplifier, global references": run.code_probability_global,
        }
    tables |= amplifier
    return Chart(
        name="codes",
        title="Code against sum",
        caption=captions.code_map_caption(),
        views=tuple((_panel(run, table),) for table in tables.values()),
        picks=(Pick("read by", tuple(tables)),) if len(tables) > 1 else (),
        height=480,
        files=("transfer.png", "transfer.svg"),
    )


def _panel(run: Run, codes: pd.DataFrame) -> Panel:
    n_codes = run.quantizer.codes
    table = code_table(codes, n_codes)
    probability, numbers = table.probability, np.arange(n_codes)
    if table.no_code.any():
        probability = np.vstack([table.no_code, probability])
        numbers = np.arange(-1, n_codes)
    shown = np.where(probability > 0, 100 * probability, np.nan)
    series: list[Series] = [
        HeatMap("probability (%)", table.sums, numbers, shown, "share", 100.0),
        Line("ideal code", table.sums, run.quantizer.quantize(table.sums), "ideal", stairs=True),
        Line("mean code", table.sums, table.mean_code, "ink", mark="circle"),
    ]
    return Panel(Axis(SUM), _code_axis(run, numbers[0] < 0), tuple(series))


def _code_axis(run: Run, some_without: bool) -> Axis:
    n_codes = run.quantizer.codes
    ticks = list(range(0, n_codes, -(-n_codes // MOST_TICKS)))
    texts = [f"{code} ({signed(round(run.quantizer.centroids[code], 1))})" for code in ticks]
    if some_without:
        ticks, texts = [-1, *ticks], ["none", *texts]
    return Axis("code (and the sum it stands for)", ticks=ticks, texts=texts)
