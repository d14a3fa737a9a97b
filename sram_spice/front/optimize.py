"""`ss.optimize`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sram_spice.design import Design
from sram_spice.execution import TaskRunner
from sram_spice.front.progress import shown, warn
from sram_spice.runs.optimize.point_task import Plan
from sram_spice.runs.optimize.run import BATCH, CONFIRMED, Options
from sram_spice.runs.optimize.run import optimize as search_designs
from sram_spice.runs.optimize.target import constraints_of, objectives_of
from sram_spice.runs.optimize.variable import Variable, variables_of
from sram_spice.runs.signoff.conditions import Conditions, WordLine
from sram_spice.simulation.progress import Progress

if TYPE_CHECKING:
    from sram_spice.report.optimize_run import OptimizeRun


def optimize(
    design: Design,
    vary: Mapping[str, Any] | Sequence[Variable],
    minimize: Sequence[str] = (),
    subject_to: Sequence[str] = (),
    points: int = 100,
    folder: Path | str | None = None,
    *,
    maximize: Sequence[str] = (),
    typical_only: bool = False,
    corners: Sequence[str] = (),
    supplies: Sequence[float] = (0.9, 1.0, 1.1),
    temperatures: Sequence[float] = (-40.0, 27.0, 125.0),
    word_line: WordLine = "fixed",
    seed: int = 1,
    batch: int = BATCH,
    confirm: int = CONFIRMED,
    at_random: bool = False,
    workers: int | None = None,
    progress: Progress | bool | None = None,
    runner: TaskRunner | None = None,
) -> OptimizeRun:
    """Search the designs within some ranges for those that no other beats.

    A killed search goes on when it is called again, and ends with the same points.

    Parameters
    ----------
    design : Design
        With every key that is not varied.
    vary : mapping of str to values
        ``section.key`` to ``(low, high)``, ``(low, high, "log")``, or a list of choices.
    minimize : sequence of str
        Numbers that are to be small, such as ``["energy", "mse"]``
        (:mod:`sram_spice.results.design_numbers` has all of them).
    subject_to : sequence of str
        As ``"data_loss<=1e-6"``. Without one for `data_loss` or `undecided` the limit of the
        design's section [limits] holds; ``"data_loss<=1"`` leaves it out.
    points : int
        In all.
    folder : Path or str, optional
        Gets points.csv, front.csv, front/, optimize.json, report.html, front.png, and what was
        simulated. Default: a folder of the search in the user's cache.
    maximize : sequence of str
        Numbers that are to be large.
    typical_only : bool
        Constraints hold in the typical condition alone, and everything says so; else in every
        condition of a sign-off, too, which are 45 unless you say which.
    corners, supplies, temperatures, word_line
        The conditions, as by :func:`signoff`.
    seed : int
    batch : int
        Points that are proposed at a time: more workers than that are idle at times.
    confirm : int
        Points of the front that full SPICE is asked about at most.
    at_random : bool
        Points are drawn alike, and nothing is learnt: what a search has to beat.
    workers : int, optional
        Processes, each with one simulator; default one per core.
    progress : Progress or bool, optional
        As by :func:`characterize`.
    runner : TaskRunner, optional
        Where points are computed, such as a :class:`~sram_spice.execution.dask.DaskCluster`.

    Returns
    -------
    OptimizeRun
        Its warnings are issued as :class:`RunWarning`, too.

    Raises
    ------
    InputError
        A range, objective or constraint cannot be, or the folder cannot be written.
    SimulatorError
        libngspice is missing or broken.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 20,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> found = ss.optimize(design, {"column.word_line_voltage": (0.4, 0.6)}, points=3,
    ...                     minimize=["column_energy", "mse"], subject_to=["data_loss<=1"],
    ...                     typical_only=True)
    >>> found.objectives
    ['column_energy', 'mse']
    >>> len(found.table)
    3
    """
    variables = variables_of(vary) if isinstance(vary, Mapping) else list(vary)
    conditions = Conditions(
        tuple(corners), tuple(map(float, supplies)), tuple(map(float, temperatures)), word_line
    )
    plan = Plan(
        objectives_of(minimize, maximize),
        constraints_of(subject_to, design.limits),
        None if typical_only else conditions,
    )
    options = Options(points, seed, batch, confirm, at_random)
    if folder is None:
        from sram_spice.front.cache import combined, home_of, run_key

        key = combined(run_key(design), [one.record() for one in variables], repr((plan, options)))
        home = home_of("searches", key, design.name)
        home.parent.mkdir(parents=True, exist_ok=True)
    else:
        home = Path(folder)
    with shown(progress) as bars:
        search_designs(design, variables, plan, options, home, bars, workers, runner)
    from sram_spice.report.optimize_run import OptimizeRun  # takes a while
    from sram_spice.runs.optimize.report import write_optimize_report

    write_optimize_report(home)
    found = OptimizeRun.open(home)
    warn(found.warnings)
    return found
