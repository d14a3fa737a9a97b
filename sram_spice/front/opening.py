"""`ss.open`."""

from __future__ import annotations

from pathlib import Path

from sram_spice.errors import InputError
from sram_spice.front.progress import warn
from sram_spice.report import measure_run, optimize_tables, signoff_run, sweep_run
from sram_spice.report.measure_run import MeasureRun
from sram_spice.report.optimize_run import OptimizeRun
from sram_spice.report.run import Run
from sram_spice.report.signoff_run import SignoffRun
from sram_spice.report.sweep_run import SweepRun
from sram_spice.results import manifest


def open_folder(folder: Path | str) -> Run | SweepRun | SignoffRun | OptimizeRun | MeasureRun:
    """Open the folder of a finished run, sweep, sign-off, search or measurement (`ss.open`).

    Parameters
    ----------
    folder : Path or str

    Returns
    -------
    Run, SweepRun, SignoffRun, OptimizeRun or MeasureRun
        Its warnings are issued as :class:`RunWarning`, too.

    Raises
    ------
    InputError
        It holds none of them, or what it holds is damaged.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> run = ss.characterize(design)
    >>> ss.open(run.folder).design == design
    True
    """
    home = Path(folder)
    found: Run | SweepRun | SignoffRun | OptimizeRun | MeasureRun
    if (home / manifest.FILE).exists():
        found = Run.open(home, reused=True)
        warn(found.warnings)
    elif (home / sweep_run.TABLE).exists():
        found = SweepRun.open(home)
        warn(found.warnings)
    elif (home / signoff_run.RECORD).exists():
        found = SignoffRun.open(home)
        warn(found.warnings)
    elif (home / optimize_tables.RECORD).exists():
        found = OptimizeRun.open(home)
        warn(found.warnings)
    elif (home / measure_run.MANIFEST).exists():
        found = MeasureRun.open(home, reused=True)
        warn(found.notes)
    else:
        raise InputError(
            "nothing finished in there",
            file=str(home),
            allowed="the folder of a finished run, sweep, sign-off, search or measurement",
        )
    return found
