"""`ss.signoff`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sram_spice.design import Design
from sram_spice.execution import TaskRunner
from sram_spice.front.progress import shown, warn
from sram_spice.report.signoff_run import SignoffRun
from sram_spice.runs.signoff.conditions import Conditions, WordLine
from sram_spice.runs.signoff.run import signoff as run_signoff
from sram_spice.simulation.progress import Progress


def signoff(
    design: Design,
    folder: Path | str | None = None,
    *,
    corners: Sequence[str] = (),
    supplies: Sequence[float] = (0.9, 1.0, 1.1),
    temperatures: Sequence[float] = (-40.0, 27.0, 125.0),
    word_line: WordLine = "fixed",
    workers: int | None = None,
    progress: Progress | bool | None = None,
    runner: TaskRunner | None = None,
) -> SignoffRun:
    """Characterize a design in every condition and hold it to its section [limits].

    Parameters
    ----------
    design : Design
        As it is typically.
    folder : Path or str, optional
        Gets signoff.csv, signoff.json, signoff.png and conditions/; finished conditions in it are
        used again. Default: a folder in the user's cache.
    corners : sequence of str, optional
        Default all of the process.
    supplies : sequence of float
        Parts of `conditions.vdd`.
    temperatures : sequence of float
        degC.
    word_line : {"fixed", "ratio", "following", "lowered"}
        V_WL is the design's in every condition, or a fixed part of the supply, or what an ideal
        loop makes that keeps BL of a replica column of sum 0 at the part of VDD where it is
        typically; `lowered`: that, but never above the design's.
    workers : int, optional
        Processes, each with one simulator; default one per core.
    progress : Progress or bool, optional
        As by :func:`characterize`.
    runner : TaskRunner, optional
        Where conditions are computed, such as a
        :class:`~sram_spice.execution.dask.DaskCluster`.

    Returns
    -------
    SignoffRun
        Its warnings are issued as :class:`RunWarning`, too.

    Raises
    ------
    InputError
        A condition is beyond the process, the design cannot be characterized, or the folder cannot
        be written.
    SimulatorError
        libngspice is missing or broken.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 20,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> found = ss.signoff(design, corners=["tt"], supplies=[1.0], temperatures=[27.0])
    >>> found.table["broken"].tolist()
    ['']
    """
    conditions = Conditions(
        tuple(corners), tuple(map(float, supplies)), tuple(map(float, temperatures)), word_line
    )
    if folder is None:
        from sram_spice.front.cache import combined, home_of, run_key

        home = home_of("signoffs", combined(run_key(design), repr(conditions)), design.name)
        home.parent.mkdir(parents=True, exist_ok=True)
    else:
        home = Path(folder)
    with shown(progress) as bars:
        found = run_signoff(design, conditions, home, bars, workers, runner)
    warn(found.warnings)
    return found
