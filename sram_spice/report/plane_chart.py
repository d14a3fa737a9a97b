"""Chart of the page: all levels of a cell with inactive rows, over n_plus and n_minus."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sram_spice.report import captions
from sram_spice.report.chart import Axis, Chart, HeatMap, Panel, Pick
from sram_spice.report.level_chart import sensed
from sram_spice.report.run import Run


def plane_chart(run: Run) -> Chart:
    """Return one heat map per quantity: voltages, sigma, shares lost and failed, wrong codes."""
    levels = run.sensed_levels
    volts = sensed(run)
    # The nominal column counts as one more.
    columns = levels["samples"] + 1
    wanted = {
        f"nominal {volts} (V)": levels["nominal"],
        f"mean {volts} (V)": levels["mean"],
        "sigma (mV)": 1e3 * levels["std"],
        "wrong codes (%)": _wrong(run, levels),
        "data lost (%)": 100 * levels["lost"] / columns,
        "no valid solution (%)": 100 * levels["failed"] / columns,
    }
    shown = {name: values for name, values in wanted.items() if values.notna().any()}
    return Chart(
        name="level_plane",
        title="All levels",
        caption=captions.plane_caption(),
        views=tuple((_panel(levels, name, values),) for name, values in shown.items()),
        picks=(Pick("quantity", tuple(shown)),),
        height=560,
        files=("level_curve.png", "level_curve.svg"),
    )


def _wrong(run: Run, levels: pd.DataFrame) -> pd.Series:
    """Return P(another code than the ideal one) of each level with samples, %."""
    codes = run.code_probability
    ideal = run.quantizer.quantize(codes["sum"].to_numpy(dtype=np.int64))
    right = codes["code"].fillna(-1).to_numpy(dtype=np.int64) == ideal
    share = (
        codes["probability"].where(right, 0.0).groupby([codes["n_plus"], codes["n_minus"]]).sum()
    )
    pairs = pd.MultiIndex.from_frame(levels[["n_plus", "n_minus"]])
    return pd.Series(100 * (1 - share.reindex(pairs).to_numpy()), index=levels.index)


def _panel(levels: pd.DataFrame, name: str, values: pd.Series) -> Panel:
    rows = int(levels["n_active"].max())
    z = np.full((rows + 1, rows + 1), np.nan)
    z[levels["n_minus"], levels["n_plus"]] = values
    axis = np.arange(rows + 1)
    scale = "share" if name.endswith("(%)") else "value"
    cells = HeatMap(name, axis, axis, z, scale)  # type: ignore[arg-type]
    return Panel(Axis("n_plus (rows)"), Axis("n_minus (rows)"), (cells,))
