"""One point of a search, in a worker process: parts that are there are used, others simulated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sram_spice.errors import InputError
from sram_spice.report.optimize_tables import NO_VALUE
from sram_spice.report.signoff_run import DONE
from sram_spice.results.design_numbers import GENERATOR, LOWEST_MARGIN, NUMBERS
from sram_spice.results.limits import lowest_margin
from sram_spice.results.manifest import versions
from sram_spice.runs.optimize.judged import Part, judged, refused
from sram_spice.runs.optimize.point_task import PointReport, PointTask
from sram_spice.runs.optimize.typical import POINTS, Typical
from sram_spice.runs.point_store import PointStore
from sram_spice.runs.resident_pool import resident_pool
from sram_spice.runs.signoff.condition import run_condition, typical_references
from sram_spice.runs.signoff.condition_task import ConditionTask, TypicalReferences
from sram_spice.runs.signoff.conditions import few_samples
from sram_spice.runs.sweep.design_grid import GridPoint

REFERENCES = "references"  # part: where decisions turn on the typical chip
NOT_CERTIFIED = "the certificate of the table engine does not hold: its numbers are not used"


def run_point(task: PointTask) -> PointReport:
    """Evaluate a point: typical parts, cheap ones first, then conditions, until a limit is broken.

    Raises
    ------
    InputError
        This process does not see the folder of the search.
    SimulatorError
        libngspice is missing or broken.
    OSError
        The folder cannot be written.
    """
    PointStore(task.root, POINTS).check_seen("search")
    pool = resident_pool()
    typical = Typical(task.design, pool, task.root)
    parts = [*typical.parts(task.plan.parts), *_condition_parts(task)]
    found = judged(parts, task.plan.constraints, task.plan.objectives)
    folder = ""
    if "mse_ideal" in found.numbers:
        folder = typical.folder
        if not found.numbers.get("certified", 1.0):
            found = refused(NOT_CERTIFIED, "columns", found.numbers, NO_VALUE)
    return PointReport(task.number, found, folder, versions(pool.loaded_version()))


def condition_numbers(row: Mapping[str, Any], generator: str) -> dict[str, float]:
    """Return the numbers of a condition by their short names.

    Parameters
    ----------
    row : mapping of str to value
        As in signoff.csv.
    generator : str
        That makes the design's references.

    Raises
    ------
    InputError
        The condition has no result.
    """
    if row["status"] != DONE:
        raise InputError(str(row["status"]))
    found = {}
    for name, number in NUMBERS.items():
        column = number.condition.replace(GENERATOR, generator)
        if column == LOWEST_MARGIN:
            found[name] = lowest_margin(row)
        elif column:
            found[name] = float(row[column])
    return found


def condition_name(point: GridPoint) -> str:
    """Return a condition in words: ``ss, 0.9 V, 125 degC``."""
    corner, vdd, temperature = (value for _, value in point.values)
    return f"{corner}, {vdd:g} V, {temperature:g} degC"


def _condition_parts(task: PointTask) -> list[Part]:
    if task.plan.conditions is None:
        return []
    base = few_samples(task.design)
    points = {
        condition_name(one): one
        for one in task.plan.conditions.points(task.design)
        # The typical condition is judged by the typical parts, with all their samples.
        if one.design != base or task.plan.conditions.word_line in ("following", "lowered")
    }
    first = [name for name in task.order if name in points]
    order = [*first, *(name for name in points if name not in first)]
    made = _References(task)

    def part(name: str) -> Part:
        return Part(name, lambda: made.numbers_at(points[name]), typical=False)

    return [
        Part(REFERENCES, made.make, typical=False),
        *(part(name) for name in order),
    ]


class _References:
    """What the conditions of one point have in common: the references of the typical chip."""

    def __init__(self, task: PointTask) -> None:
        self.task, self.base = task, few_samples(task.design)
        self.made: tuple[TypicalReferences, float] | None = None

    def make(self) -> dict[str, float]:
        root: Path = self.task.root
        row = run_condition(ConditionTask(-1, root, "typical", (), self.base, None)).row
        if row["status"] != DONE:
            raise InputError(f"the typical condition: {row['status']}")
        self.made = typical_references(root / str(row["folder"]), self.base)
        return {}

    def numbers_at(self, point: GridPoint) -> dict[str, float]:
        assert self.made is not None
        assert self.task.plan.conditions is not None
        typical, middle = self.made
        word_line = self.task.plan.conditions.word_line
        row = run_condition(
            ConditionTask(
                0,
                self.task.root,
                point.folder,
                point.values,
                point.design,
                typical,
                middle if word_line in ("following", "lowered") else None,
                word_line == "lowered",
            )
        ).row
        return condition_numbers(row, self.task.design.references.generator)
