"""The main job over a grid of designs: resumes where it stopped, on one machine or on many."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sram_spice.atomic import write_text
from sram_spice.errors import InputError, SimulatorError
from sram_spice.execution import LocalProcesses, TaskRunner, run_tasks
from sram_spice.results.folder_record import SWEEP
from sram_spice.results.lock import folder_lock
from sram_spice.results.ownership import owned
from sram_spice.runs.point_store import WORK, PointStore
from sram_spice.runs.sweep.design_grid import GridPoint, base_of
from sram_spice.runs.sweep.point import run_point
from sram_spice.runs.sweep.point_key import DisturbPlan
from sram_spice.runs.sweep.point_task import PointReport, PointTask
from sram_spice.simulation import Status
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.wording import count

if TYPE_CHECKING:
    import pandas as pd

    from sram_spice.runs.point_store import Cell

RECORD = "sweep.json"
PRELOAD = ("sram_spice.runs.sweep.point",)  # what a worker needs before its first simulation
LOST = "lost: every process that worked on this point ended"


@dataclass
class SweepRecord:
    """How a sweep went, for sweep.json; nothing of it is in sweep.csv.

    Attributes
    ----------
    points, computed, failed : int
        All; those that were not there before; those with failed samples or without results.
    worker_losses : int
        Processes lost while a point was under way.
    wall_time_s, working_s, simulating_s : float
        The whole run; the time workers spent on points, and their simulators in them, together.
    cpu_s, simulating_cpu_s : float
        Processor time of the workers without their simulators, and of the simulators.
    first_simulation : float
        When simulating began, s since 1970; 0 when nothing was missing.
    versions : dict of str to str
    """

    points: int = 0
    computed: int = 0
    failed: int = 0
    worker_losses: int = 0
    wall_time_s: float = 0.0
    working_s: float = 0.0
    simulating_s: float = 0.0
    cpu_s: float = 0.0
    simulating_cpu_s: float = 0.0
    first_simulation: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)

    def add(self, report: PointReport) -> None:
        """Count a point.

        Raises
        ------
        SimulatorError
            Its worker has other versions than the first one had.
        """
        if self.versions and report.versions and report.versions != self.versions:
            other = [
                f"{name} {report.versions.get(name)} instead of {text}"
                for name, text in self.versions.items()
                if report.versions.get(name) != text
            ]
            raise SimulatorError(f"workers with different versions: {', '.join(other)}")
        self.versions = self.versions or report.versions
        self.points += 1
        self.computed += report.computed
        self.failed += bool(report.row.get("failed", 1))
        self.working_s += report.took_s
        self.simulating_s += report.simulating_s
        self.cpu_s += report.cpu_s
        self.simulating_cpu_s += report.simulating_cpu_s
        if report.computed and report.first_simulation:
            first = self.first_simulation or report.first_simulation
            self.first_simulation = min(first, report.first_simulation)


def sweep(
    points: Sequence[GridPoint],
    folder: Path,
    progress: Progress,
    workers: int | None = None,
    disturb: bool | DisturbPlan = True,
    runner: TaskRunner | None = None,
    figures: bool = False,
) -> pd.DataFrame:
    """Characterize every point of a grid, each in its own folder, and collect one tidy table.

    Parameters
    ----------
    points : sequence of GridPoint
        A :class:`Grid`, or some points of one.
    folder : Path
        Finished points of the same designs in it are used again.
    progress : Progress
    workers : int, optional
        Processes, each with one simulator; default one per core.
    disturb : bool or DisturbPlan
        Also measure the probability of losing data (measurement `disturb`).
    runner : TaskRunner, optional
        Where points are computed; default: processes of this machine.
    figures : bool
        Draw the figures and the report of every point, too.

    Returns
    -------
    DataFrame
        One row per point, in the order of the grid: the swept keys, the figures of merit, the
        sensing, the disturb, `failed` (simulated points without a solution), `status` and `folder`.

    Raises
    ------
    InputError, SimulatorError
        As by :func:`characterize`; every point is checked before the first is simulated.
    """
    start = time.monotonic()
    plan = DisturbPlan() if disturb is True else disturb or None
    runner = runner or LocalProcesses(workers or available_cores(), PRELOAD)
    rows: dict[int, dict[str, Cell]] = {}
    record = SweepRecord()
    new = not os.path.exists(folder)  # false for names that cannot be
    with (
        folder_lock(folder),
        _none_left(folder, new),
        owned(folder, SWEEP, base_of(points), progress.note),
    ):
        root = folder.resolve()
        tasks = _tasks(points, root, plan, figures, progress)
        for done in run_tasks(runner, run_point, tasks):
            report = done.result or _lost(done.task)
            record.worker_losses += done.losses
            record.add(report)
            rows[report.number] = report.row
            progress.point(Status.NONCONVERGED if report.row.get("failed", 1) else Status.OK)
        record.wall_time_s = round(time.monotonic() - start, 3)
        table = _written(folder, [rows[number] for number in range(len(points))], record)
        _say_what_stays(root, table, progress)
        return table


@contextmanager
def _none_left(folder: Path, new: bool) -> Iterator[None]:
    """Remove a new folder again when the input is refused before any point is in it."""
    try:
        yield
    except InputError:
        if new and not (folder / PointStore(folder).points).exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _tasks(
    points: Sequence[GridPoint],
    root: Path,
    disturb: DisturbPlan | None,
    figures: bool,
    progress: Progress,
) -> Iterator[PointTask]:
    _check(points, progress)  # while the worker processes start
    progress.begin("sweep points", len(points))
    for number, point in enumerate(points):
        yield PointTask(number, root, point.folder, point.values, point.design, disturb, figures)


def _check(points: Sequence[GridPoint], progress: Progress) -> None:
    """Raise the InputError of a bad histogram, card file or number of codes of any point.

    What the simulator ignores of a card is said, once.
    """
    from sram_spice.amplifier.ideal import SumCoding
    from sram_spice.technology import process_warnings, technology_cards

    checked: set[tuple[object, ...]] = set()
    said: dict[str, None] = {}
    for point in points:
        design = point.design
        technology_cards(design)
        said |= dict.fromkeys(process_warnings(design))
        decides = (design.mlsa.model_dump_json(), design.cell.topology, design.column.rows)
        if decides not in checked:
            SumCoding.of(design)
            checked.add(decides)
    for text in said:
        progress.note(text)


def _say_what_stays(root: Path, table: pd.DataFrame, progress: Progress) -> None:
    """Name finished points that are none of this sweep: another may go on with them."""
    own = {Path(str(place)).name for place in table.get("folder", ())}
    others = [path for path in (root / PointStore(root).points).glob("*/") if path.name not in own]
    if others:
        from sram_spice.report.sweep_run import TABLE  # imports for seconds

        points = PointStore(root).points
        where = count(len(others), f"point in {points}/ is", f"points in {points}/ are")
        progress.note(
            f"{where} of another grid, design or version; "
            f"{TABLE} has none of {'it' if len(others) == 1 else 'them'}"
        )


def _lost(task: PointTask) -> PointReport:
    return PointReport(task.number, {**dict(task.values), "status": LOST}, False)


def _written(folder: Path, rows: list[dict[str, Cell]], record: SweepRecord) -> pd.DataFrame:
    import pandas as pd

    from sram_spice.report.sweep_run import TABLE
    from sram_spice.results.tables import write_csv

    widest = max(range(len(rows)), key=lambda i: len(rows[i]))  # others have no results
    table = pd.DataFrame(rows, columns=list(rows[widest]))
    write_csv(folder / TABLE, table)
    write_text(folder / RECORD, json.dumps(asdict(record), indent=2) + "\n")
    shutil.rmtree(folder / WORK, ignore_errors=True)
    return table
