"""The page of a finished run or sweep anew, from its files alone."""

from __future__ import annotations

from pathlib import Path

from sram_spice.amplifier.ideal import quantizer_of, sum_distribution
from sram_spice.design import design_from_dict
from sram_spice.errors import InputError
from sram_spice.report import write_report
from sram_spice.results import RunTables
from sram_spice.results.folder_record import CHARACTERIZE
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import FILE, Manifest
from sram_spice.results.ownership import more_files
from sram_spice.runs.characterize.run import provenance_of
from sram_spice.runs.sweep.report import write_sweep_report
from sram_spice.runs.sweep.run import TABLE


def redraw(folder: Path) -> Path:
    """Write `report.html` of a folder; nothing is simulated, no other file is touched.

    Parameters
    ----------
    folder : Path
        A finished run, with what `sram-spice mlsa` has left in it, or a sweep.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        Neither, or a file of it is damaged.
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
    manifest = Manifest.read(folder)
    tables = RunTables.read(folder)
    design = design_from_dict(manifest.design, file=str(folder / FILE))
    quantizer = quantizer_of(design, sum_distribution(design))
    try:
        provenance = provenance_of(manifest)
    except TypeError:
        raise InputError("averages are missing", file=str(folder / FILE), key="sensing") from None
    return write_report(folder, design, tables, quantizer, provenance)
