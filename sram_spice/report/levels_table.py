"""The table of all levels on the page."""

from __future__ import annotations

import numpy as np

from sram_spice.report.display import NOTHING
from sram_spice.report.report_tables import Table
from sram_spice.report.run import Run

HEADINGS = (
    "n_plus", "n_minus", "sum", "V_BL nominal (mV)", "V_BL mean (mV)", "V_BL sigma (mV)",
    "V_BLB nominal (mV)", "V_BLB mean (mV)", "V_BLB sigma (mV)", "samples", "lost", "failed",
    "nominal",
)  # fmt: skip
VOLTAGES = tuple(
    f"{line}_{what}_v" for line in ("v_bl", "v_blb") for what in ("nominal", "mean", "std")
)


def levels_table(run: Run) -> Table:
    """Return every level with its voltages and what went wrong at it."""
    levels = run.levels
    voltages = [[_millivolts(v) for v in levels[name]] for name in VOLTAGES]
    counts = [levels[name].map(str) for name in ("samples", "flipped", "failed")]
    first = [levels[name].map(str) for name in ("n_plus", "n_minus", "sum")]
    columns = [*first, *voltages, *counts, levels["nominal_status"].map(str)]
    return Table(HEADINGS, tuple(zip(*columns, strict=True)), frozenset({len(HEADINGS) - 1}))


def _millivolts(volts: float) -> str:
    return f"{1e3 * volts:.2f}" if np.isfinite(volts) else NOTHING
