"""`ss.sweep`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.execution import TaskRunner
from sram_spice.front.progress import shown, warn
from sram_spice.runs.sweep import run as runs
from sram_spice.runs.sweep.design_grid import Axis, grid
from sram_spice.simulation.progress import Progress

if TYPE_CHECKING:
    from sram_spice.report.sweep_run import SweepRun

Over: TypeAlias = Mapping[str, Any] | Sequence[Axis]


def axes_of(values: Over) -> list[Axis]:
    """Return axes from keys and their values; a single value is one, NumPy's are plain ones."""
    if not isinstance(values, Mapping):
        return list(values)
    found = []
    for key, some in values.items():
        alone = isinstance(some, str) or not isinstance(some, Iterable)
        plain = [v.item() if hasattr(v, "item") else v for v in ([some] if alone else some)]
        if not plain:
            raise InputError("no values", key=key, allowed="at least one")
        found.append(Axis(key, tuple(plain)))
    return found


def sweep(
    design: Design,
    over: Over,
    folder: Path | str | None = None,
    *,
    zipped: bool = False,
    disturb: bool = True,
    figures: bool = False,
    workers: int | None = None,
    progress: Progress | bool | None = None,
    runner: TaskRunner | None = None,
) -> SweepRun:
    """Characterize a design over a grid; finished points in the folder are used again.

    Parameters
    ----------
    design : Design
    over : mapping of str to values, or sequence of Axis
        ``section.key`` to the values of that axis; the last axis is the fastest.
    folder : Path or str, optional
        Gets sweep.csv, report.html, the map over two axes of numbers, and points/. Default: a
        folder of the sweep in the user's cache.
    zipped : bool
        Take the axes' values together, not every combination.
    disturb : bool
        Measure the probability of losing data at each point, too.
    figures : bool
        Draw figures and report of every point, too.
    workers : int, optional
        Processes, each with one simulator; default one per core.
    progress : Progress or bool, optional
        As by :func:`characterize`.
    runner : TaskRunner, optional
        Where points are computed, such as a :class:`~sram_spice.execution.dask.DaskCluster`.

    Returns
    -------
    SweepRun
        Its warnings are issued as :class:`RunWarning`, too.

    Raises
    ------
    InputError, SimulatorError
        As by :func:`characterize`; every point is checked before the first is simulated.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> sweep = ss.sweep(design, {"column.word_line_voltage": [0.4, 0.5],
    ...                           "technology.corner": ["tt", "ss"]}, disturb=False)
    >>> len(sweep.table), len(sweep.runs)
    (4, 4)
    """
    axes = axes_of(over)
    if not axes:
        raise InputError("no axis", key="over", allowed="section.key to values, at least one")
    points = grid(design, axes, zipped)
    if folder is None:
        from sram_spice.front.cache import combined, home_of, run_key

        values = [(axis.key, axis.values) for axis in axes]
        home = home_of("sweeps", combined(run_key(design), values, zipped, disturb), design.name)
        home.parent.mkdir(parents=True, exist_ok=True)
    else:
        home = Path(folder)
    with shown(progress) as bars:
        runs.sweep(points, home, bars, workers, disturb, runner, figures)
    from sram_spice.report.sweep_run import SweepRun  # takes a while: after simulating has begun

    found = SweepRun.open(home)
    if folder is not None:
        from sram_spice.runs.sweep.report import write_sweep_report

        write_sweep_report(home)
        if disturb and found.has_map:
            found.write_map()
    warn(found.warnings)
    return found
