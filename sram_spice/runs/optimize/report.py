"""The page of a search from its files."""

from __future__ import annotations

from pathlib import Path

from sram_spice.report.optimize_page import write_optimize_page
from sram_spice.report.optimize_run import OptimizeRun
from sram_spice.results.folder_record import OPTIMIZE
from sram_spice.results.ownership import more_files


def write_optimize_report(folder: Path) -> Path:
    """Write `report.html` of a search's folder; nothing is simulated, no other file is touched.

    Raises
    ------
    InputError
        There is no optimize.json, or a file is damaged.
    """
    run = OptimizeRun.open(folder)
    with more_files(folder, OPTIMIZE):
        return write_optimize_page(run)
