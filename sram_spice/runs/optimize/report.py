"""The page and the figure of a search from its files."""

from __future__ import annotations

from pathlib import Path

from sram_spice.report.optimize_page import write_optimize_page
from sram_spice.report.optimize_run import OptimizeRun


def write_optimize_report(folder: Path) -> Path:
    """Write figure and `report.html` of a search's folder; nothing is simulated.

    Raises
    ------
    InputError
        There is no optimize.json, or a file is damaged.
    """
    run = OptimizeRun.open(folder)
    run.write_figure()
    return write_optimize_page(run)
