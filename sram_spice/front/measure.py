"""`ss.measure`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.front.cache import combined, home_of, run_key
from sram_spice.front.progress import say, shown, warn
from sram_spice.front.sweep import Over, axes_of
from sram_spice.report.measure_run import MeasureRun
from sram_spice.runs import measure as runs
from sram_spice.runs.sweep.design_grid import grid, single
from sram_spice.simulation.progress import Progress


def measure(
    design: Design,
    names: Sequence[str] | str | None = None,
    samples: int | None = None,
    folder: Path | str | None = None,
    *,
    over: Over = (),
    workers: int | None = None,
    progress: Progress | bool | None = None,
    again: bool = False,
) -> MeasureRun:
    """Measure the cell: margins, currents, disturb, with their spread under mismatch.

    Parameters
    ----------
    design : Design
    names : sequence of str, or str, optional
        Registered measurements; default all of them.
    samples : int, optional
        Monte Carlo samples; default those of the design.
    folder : Path or str, optional
        Gets measurements.csv, and samples and curves of each. Default: a folder in the user's
        cache, from which a measurement that is there already is taken.
    over : mapping of str to values, or sequence of Axis, optional
        Measure at every point of a grid, as :func:`sweep` has it.
    workers : int, optional
        Simulator processes; default one per core.
    progress : Progress or bool, optional
        As by :func:`characterize`.
    again : bool
        Measure also what is in the cache.

    Returns
    -------
    MeasureRun
        Its notes are issued as :class:`RunWarning`, too.

    Raises
    ------
    InputError
        A name is not registered, something in the design is wrong, or the folder cannot be written.
    SimulatorError
        libngspice is missing or broken.

    Examples
    --------
    >>> import sram_spice as ss
    >>> found = ss.measure(ss.load("xnor_8t"), ["hold_snm"], samples=4)
    >>> float(found.table["nominal"].iloc[0].round(2))
    0.31
    """
    if samples is not None:
        design = design.replace({"monte_carlo.samples": samples})
    axes = axes_of(over)
    points = grid(design, axes) if axes else single(design)
    chosen = [names] if isinstance(names, str) else list(names or [])
    if folder is None:
        values = [(axis.key, axis.values) for axis in axes]
        key = combined(run_key(design), chosen or [name for name, _ in runs.registered()], values)
        home = home_of("measurements", key, design.name)
    else:
        home = Path(folder)
    found = None
    if folder is None and not again:
        try:
            found = MeasureRun.open(home, reused=True)
        except InputError:
            found = None
    if found is not None:
        say(f"{design.name}: the finished measurements in {home}", progress)
    else:
        with shown(progress) as bars:
            found = runs.measure(points, chosen, home, bars, workers)
    warn(found.notes)
    return found
