"""A design in every condition, against its limits: resumes where it stopped."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from sram_spice.atomic import write_text
from sram_spice.design import Design
from sram_spice.errors import InputError, SimulatorError
from sram_spice.execution import LocalProcesses, TaskRunner, run_tasks
from sram_spice.report.signoff_run import DONE, RECORD, TABLE, SignoffRun
from sram_spice.results.folder_record import SIGNOFF
from sram_spice.results.limits import broken_limits
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import process_of_run
from sram_spice.results.ownership import owned
from sram_spice.results.tables import write_csv
from sram_spice.runs.characterize.run import checked_coding
from sram_spice.runs.point_store import WORK, Cell
from sram_spice.runs.signoff.condition import run_condition, typical_references
from sram_spice.runs.signoff.condition_task import (
    ConditionReport,
    ConditionTask,
    TypicalReferences,
)
from sram_spice.runs.signoff.conditions import KEYS, Conditions, few_samples
from sram_spice.runs.signoff.reading import check_readable
from sram_spice.runs.sweep.design_grid import GridPoint
from sram_spice.simulation import Status
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.technology import technology_cards

PRELOAD = ("sram_spice.runs.signoff.condition",)  # what a worker needs
LOST = "lost: every process that worked on this condition ended"


def signoff(
    design: Design,
    conditions: Conditions,
    folder: Path,
    progress: Progress,
    workers: int | None = None,
    runner: TaskRunner | None = None,
) -> SignoffRun:
    """Characterize a design in every condition and hold it to its limits.

    Parameters
    ----------
    design : Design
        As it is typically; its references are the ones that a ladder keeps.
    conditions : Conditions
    folder : Path
        Finished conditions of the same design in it are used again.
    progress : Progress
    workers : int, optional
        Processes, each with one simulator; default one per core.
    runner : TaskRunner, optional
        Where conditions are computed; default: processes of this machine.

    Returns
    -------
    SignoffRun

    Raises
    ------
    InputError
        A condition is beyond the process, the design cannot be characterized at all, or the folder
        cannot be written.
    SimulatorError
        libngspice is missing or broken.
    """
    start = time.monotonic()
    points = conditions.points(design)
    for point in points:
        technology_cards(point.design)
    checked_coding(design)
    check_readable(design)
    runner = runner or LocalProcesses(workers or available_cores(), PRELOAD)
    with folder_lock(folder), owned(folder, SIGNOFF, design, progress.note):
        root = folder.resolve()
        progress.begin("conditions", len(points) + 1)
        base = few_samples(design)
        first = ConditionTask(-1, root, "typical", (), base, None)
        (report,) = _run(runner, [first], progress)
        if report.row["status"] != DONE:
            raise InputError(f"the typical condition: {report.row['status']}")
        typical, middle = typical_references(root / str(report.row["folder"]), base)
        follows = middle if conditions.word_line in ("following", "lowered") else None
        lower = conditions.word_line == "lowered"
        # With V_WL as it is, one condition is the typical one, and is there already.
        there = {n for n, one in enumerate(points) if follows is None and one.design == base}
        tasks = _tasks(points, there, root, typical, follows, lower)
        reports = {one.number: one for one in _run(runner, tasks, progress, report.versions)}
        for number in there:
            row = {**dict(points[number].values), **report.row}
            reports[number] = replace(report, number=number, row=row, computed=False)
            progress.point(Status.OK if not row["failed"] else Status.NONCONVERGED)
        rows = [reports[number].row for number in range(len(points))]
        table = _table(rows, design)
        write_csv(folder / TABLE, table)
        record = {
            "design": design.model_dump(mode="json"),
            "process": process_of_run(design),
            "word_line": conditions.word_line,
            "versions": report.versions,
            "computed": sum(one.computed for one in (report, *reports.values())),
            "wall_time_s": round(time.monotonic() - start, 3),
        }
        write_text(folder / RECORD, json.dumps(record, indent=2) + "\n")
        found = SignoffRun.open(folder)
        found.write_figure()
        shutil.rmtree(folder / WORK, ignore_errors=True)
        return found


def _tasks(
    points: list[GridPoint],
    there: Collection[int],
    root: Path,
    typical: TypicalReferences,
    balance: float | None,
    lower: bool,
) -> Iterator[ConditionTask]:
    for number, point in enumerate(points):
        if number not in there:
            yield ConditionTask(
                number, root, point.folder, point.values, point.design, typical, balance, lower
            )


def _run(
    runner: TaskRunner,
    tasks: Iterable[ConditionTask],
    progress: Progress,
    versions: dict[str, str] | None = None,
) -> Iterator[ConditionReport]:
    for done in run_tasks(runner, run_condition, tasks):
        task = done.task
        lost = ConditionReport(task.number, {**dict(task.values), "status": LOST}, False)
        report = done.result or lost
        if versions and report.versions and report.versions != versions:
            raise SimulatorError("workers with different versions of simulator or packages")
        versions = versions or report.versions
        fine = report.row["status"] == DONE and not report.row["failed"]
        progress.point(Status.OK if fine else Status.NONCONVERGED)
        yield report


def _table(rows: list[dict[str, Cell]], design: Design) -> pd.DataFrame:
    """Return all conditions, the worst first: broken limits, then loss, then code errors."""
    widest = max(rows, key=len)  # others have no results
    own = f"code_error_{design.references.generator}"
    broken = [broken_limits(design.limits, row, own) for row in rows]
    table = pd.DataFrame(rows, columns=list(widest))
    table.insert(len(KEYS), "broken", ["; ".join(one) for one in broken])
    order = table.assign(_refused=table["status"] != DONE, _broken=[len(one) for one in broken])
    by = ["_refused", "_broken", "loss_probability", own]
    by = [name for name in by if name in order]
    order = order.sort_values(by, ascending=False, kind="stable", na_position="last")
    return table.loc[order.index].reset_index(drop=True)
