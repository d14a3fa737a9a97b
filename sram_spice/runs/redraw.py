"""The page of a finished run, sweep or search anew, from its files alone."""

from __future__ import annotations

from pathlib import Path

from sram_spice.report.optimize_tables import RECORD
from sram_spice.report.page import write_report
from sram_spice.report.run import Run
from sram_spice.report.sweep_run import TABLE
from sram_spice.results.folder_record import CHARACTERIZE
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import FILE
from sram_spice.results.ownership import more_files
from sram_spice.runs.optimize.report import write_optimize_report
from sram_spice.runs.sweep.report import write_sweep_report


def redraw(folder: Path) -> Path:
    """Write `report.html` of a folder; nothing is simulated, no other file is touched.

    Parameters
    ----------
    folder : Path
        A finished run, with what `sram-spice mlsa` has left in it, a sweep, or a search.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        None of them, or a file of it is damaged.
    """
    with folder_lock(folder):
        return redraw_locked(folder)


def redraw_locked(folder: Path) -> Path:
    """Do what :func:`redraw` does in a folder that is locked already."""
    with more_files(folder, CHARACTERIZE):
        return _redrawn(folder)


def _redrawn(folder: Path) -> Path:
    if (folder / TABLE).exists() and not (folder / FILE).exists():
        return write_sweep_report(folder)
    if (folder / RECORD).exists() and not (folder / FILE).exists():
        return write_optimize_report(folder)
    return write_report(Run.open(folder))
