"""`ss.characterize`, `ss.requantize`, `ss.redraw`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sram_spice.design import Design
from sram_spice.front.cache import finished_run, home_of, run_key
from sram_spice.front.progress import say, shown, warn
from sram_spice.report.run import Run
from sram_spice.runs import redraw as pages
from sram_spice.runs.characterize import references
from sram_spice.runs.characterize import run as runs
from sram_spice.runs.characterize.amplifier_anew import amplifier_anew
from sram_spice.simulation.progress import Progress


def characterize(
    design: Design,
    folder: Path | str | None = None,
    *,
    workers: int | None = None,
    progress: Progress | bool | None = None,
    again: bool = False,
) -> Run:
    """Characterize a design: levels, references, code probabilities, lookup table.

    An interrupted run is continued. One that is there already is opened; `run.reused` says so.

    Parameters
    ----------
    design : Design
    folder : Path or str, optional
        Gets all files, figures and report.html too. Default: a folder of the design in the user's
        cache ($SRAM_SPICE_CACHE, or ~/.cache/sram-spice), without figures and report.
    workers : int, optional
        Simulator processes; default one per core.
    progress : Progress or bool, optional
        True: show bars; False: nothing; default: where somebody sees them.
    again : bool
        Run it also where it is there already.

    Returns
    -------
    Run
        Its warnings are issued as :class:`RunWarning`, too.

    Raises
    ------
    InputError
        Something in the design cannot be used, or the folder cannot be written.
    SimulatorError
        libngspice is missing or broken.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> run = ss.characterize(design)
    >>> len(run.levels), len(run.samples), len(run.references)
    (9, 45, 3)
    >>> ss.characterize(design).reused
    True
    """
    home = Path(folder) if folder is not None else home_of("runs", run_key(design), design.name)
    run = None if again else finished_run(home, design)
    if run is not None:
        say(f"{design.name}: the finished run in {home}", progress)
    else:
        with shown(progress) as bars:
            run = runs.characterize(design, home, bars, workers, figures=folder is not None)
    warn(run.warnings)
    return run


def requantize(
    run: Run | Path | str,
    changes: Mapping[str, Any] | Sequence[str] = (),
    *,
    sense_amplifier: bool = False,
    workers: int | None = None,
    progress: Progress | bool | None = None,
) -> Run:
    """Place the references of a finished run anew and rewrite its files, without simulation.

    Parameters
    ----------
    run : Run, Path or str
        Or its folder.
    changes : mapping of str to value, or sequence of str, optional
        Keys of the section ``mlsa``: ``{"mlsa.levels": 4}``, or ``["mlsa.levels=4"]``.
    sense_amplifier : bool
        Measure the design's sense amplifier anew, with these references: that is simulated, a
        minute. The columns are not.
    workers : int, optional
        Simulator processes for that; default one per core.
    progress : Progress or bool, optional
        Where it is said which files of the old references were removed, as in :func:`characterize`.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        No finished run, another section than ``mlsa``, or a wrong value.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
    ...                                      "sense_amplifier": None})
    >>> run = ss.characterize(design, "out")
    >>> len(ss.requantize(run, {"mlsa.levels": 4}).references)
    3
    """
    folder = run.folder if isinstance(run, Run) else Path(run)
    with shown(progress) as bars:
        measure = amplifier_anew(bars, workers) if sense_amplifier else None
        found = references.requantize(folder, changes, bars.note, measure)
    warn(found.warnings)
    return found


def redraw(run: Run | Path | str) -> Path:
    """Write the page report.html of a finished run, sweep or search, without simulation.

    Parameters
    ----------
    run : Run, Path or str
        Or its folder.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        No finished run, sweep or search, or a file of it is damaged.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> ss.redraw(ss.characterize(design)).name
    'report.html'
    """
    return pages.redraw(run.folder if isinstance(run, Run) else Path(run))
