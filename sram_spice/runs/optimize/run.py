"""Search a design space: resumes where it stopped, on one machine or on many."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sram_spice.atomic import write_text
from sram_spice.design import Design, with_values
from sram_spice.design.toml_text import toml_text
from sram_spice.errors import InputError, SimulatorError
from sram_spice.execution import LocalProcesses, TaskRunner, run_tasks
from sram_spice.report.optimize_tables import (
    DESIGNS,
    FAILED,
    FRONT,
    LOST,
    NOT_ALLOWED,
    POINTS,
    RECORD,
)
from sram_spice.results.design_numbers import NUMBERS
from sram_spice.results.folder_record import OPTIMIZE
from sram_spice.results.identity import SEARCHED, code_of, content_of, sha256
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import process_of_run
from sram_spice.results.ownership import owned
from sram_spice.results.tables import write_csv
from sram_spice.runs.characterize.run import checked_coding
from sram_spice.runs.optimize import proposals as proposing
from sram_spice.runs.optimize.confirm import YES, ConfirmReport, ConfirmTask, confirm_point
from sram_spice.runs.optimize.judged import refused
from sram_spice.runs.optimize.kept_proposals import KeptProposals
from sram_spice.runs.optimize.point import run_point
from sram_spice.runs.optimize.point_task import Plan, PointTask
from sram_spice.runs.optimize.proposals import Proposer, optuna_version
from sram_spice.runs.optimize.search import Outcome, Wanted, best_of, search
from sram_spice.runs.optimize.tables import front_table, points_table
from sram_spice.runs.optimize.variable import Values, Variable, checked_variables
from sram_spice.runs.point_store import WORK
from sram_spice.runs.signoff.reading import check_readable
from sram_spice.simulation import Status
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.technology import technology_cards
from sram_spice.wording import count

PRELOAD = ("sram_spice.runs.optimize.point",)  # what a worker needs
WHY_LOST = "every process that worked on this point ended"
BATCH = 8  # points of a batch: more workers than that are idle at times
CONFIRMED = 5  # points of the front that are confirmed at most
ACCESS = "access"


@dataclass(frozen=True)
class Options:
    """How a design space is searched.

    Attributes
    ----------
    points : int
        In all.
    seed : int
    batch : int
        Points that are proposed at a time.
    confirm : int
        Points of the front that full SPICE is asked about at most; 0: none.
    at_random : bool
        Nothing is learnt: what a search has to beat.
    """

    points: int
    seed: int = 1
    batch: int = BATCH
    confirm: int = CONFIRMED
    at_random: bool = False

    def __post_init__(self) -> None:
        """Check that there is something to do."""
        for name, least in (("points", 1), ("batch", 1), ("confirm", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(
                    "too few" if least else "below zero",
                    key=f"--{name}",
                    value=getattr(self, name),
                    allowed=f"{least} or more",
                )


@dataclass
class _Found:
    """What a search has found so far."""

    outcomes: list[Outcome] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    confirmed: dict[int, ConfirmReport] = field(default_factory=dict)


def optimize(
    design: Design,
    variables: Sequence[Variable],
    plan: Plan,
    options: Options,
    folder: Path,
    progress: Progress,
    workers: int | None = None,
    runner: TaskRunner | None = None,
) -> None:
    """Search the designs within some ranges, and leave everything in a folder.

    Parameters
    ----------
    design : Design
        With every key that is not varied; its own values are the first point where they are within
        the ranges.
    variables : sequence of Variable
    plan : Plan
    options : Options
    folder : Path
        Finished points in it are used again; a killed search goes on.
    progress : Progress
    workers : int, optional
        Processes, each with one simulator; default one per core.
    runner : TaskRunner, optional
        Where points are computed; default: processes of this machine.

    Raises
    ------
    InputError
        A range or limit cannot be, or the folder cannot be written; nothing was simulated.
    SimulatorError
        libngspice is missing or broken.
    """
    start = time.monotonic()
    variables = checked_variables(design, variables)
    _check(design, plan)
    release = optuna_version()
    runner = runner or LocalProcesses(workers or available_cores(), PRELOAD)
    new = not folder.exists()
    with (
        folder_lock(folder),
        _none_left(folder, new),
        owned(folder, OPTIMIZE, design, progress.note),
    ):
        identity = _identity(design, variables, plan, options, release)
        kept = KeptProposals(folder, identity)
        kept.write()
        proposer = Proposer(
            variables,
            plan.objectives,
            options.seed,
            options.batch,
            _own(design, variables),
            options.at_random,
        )
        evaluation = _Evaluation(design, plan, folder.resolve(), runner)
        progress.begin("points", options.points)
        found = _Found()
        for one in search(proposer, options.points, evaluation, kept):
            found.outcomes.append(one)
            failed = one.judgement.status in FAILED
            progress.point(Status.NONCONVERGED if failed else Status.OK)
            _write_points(folder, found, variables, plan)
            if len(found.outcomes) % options.batch == 0:
                progress.note(_so_far(found, plan))
        found.versions = evaluation.versions
        winners = best_of(found.outcomes, plan.objectives)
        chosen = _spread(winners, options.confirm)
        _confirm(found, design, plan, chosen, folder.resolve(), runner, progress)
        table = _write_points(folder, found, variables, plan)
        _write_front(folder, found, design, plan, table)
        record = {
            "design": design.model_dump(mode="json"),
            "process": process_of_run(design),
            "vary": [one.record() for one in variables],
            "minimize": [one.name for one in plan.objectives if not one.largest],
            "maximize": [one.name for one in plan.objectives if one.largest],
            "subject_to": [
                {"constraint": str(one), "always": one.always} for one in plan.constraints
            ],
            "conditions": _conditions_record(design, plan),
            "points": options.points,
            "seed": options.seed,
            "batch": options.batch,
            "confirm": options.confirm,
            "at_random": options.at_random,
            "identity": {"sha256": identity, **_code(design)},
            "optuna": release,
            "versions": found.versions,
            "wall_time_s": round(time.monotonic() - start, 3),
        }
        write_text(folder / RECORD, json.dumps(record, indent=2) + "\n")
        from sram_spice.report.optimize_run import OptimizeRun  # imports for seconds

        OptimizeRun.open(folder).write_figure()
        shutil.rmtree(folder / WORK, ignore_errors=True)


class _Evaluation:
    """What evaluates a batch: on the runner's processes, each point once."""

    def __init__(self, design: Design, plan: Plan, root: Path, runner: TaskRunner) -> None:
        self.design, self.plan, self.root, self.runner = design, plan, root, runner
        self.versions: dict[str, str] = {}

    def __call__(self, wanted: Sequence[Wanted]) -> Iterator[Outcome]:
        tasks, not_allowed = [], []
        for one in wanted:
            try:
                design = with_values(self.design, dict(one.values))
                _check(design, self.plan)
            except InputError as error:  # keys contradict each other, or a condition is too far
                judgement = refused(str(error), status=NOT_ALLOWED)
                not_allowed.append(Outcome(one.number, one.values, judgement))
            else:
                tasks.append(
                    PointTask(one.number, self.root, one.values, design, self.plan, one.order)
                )
        yield from not_allowed
        if not tasks:
            return
        for done in run_tasks(self.runner, run_point, tasks):
            task, report = done.task, done.result
            if report is None:
                yield Outcome(task.number, task.values, refused(WHY_LOST, status=LOST))
                continue
            self.versions = _same_versions(self.versions, report.versions)
            yield Outcome(task.number, task.values, report.judgement, report.folder)


def _same_versions(known: dict[str, str], more: dict[str, str]) -> dict[str, str]:
    if known and more and known != more:
        raise SimulatorError("workers with different versions of simulator or packages")
    return known or more


@contextmanager
def _none_left(folder: Path, new: bool) -> Iterator[None]:
    """Remove a new folder again when the input is refused before any point is in it."""
    try:
        yield
    except InputError:
        if new and not (folder / POINTS).exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _check(design: Design, plan: Plan) -> None:
    """Raise the InputError of what no point can have, before anything is simulated."""
    technology_cards(design)
    checked_coding(design)
    for name in plan.names:
        if NUMBERS[name].part == ACCESS and design.sense_amplifier is None:
            raise InputError(
                "is of whole accesses, and the design has no [sense_amplifier]",
                key=name,
                allowed="a design with one, or column_energy, settling",
            )
    if plan.conditions is not None:
        for point in plan.conditions.points(design):
            technology_cards(point.design)
        check_readable(design)


def _own(design: Design, variables: Sequence[Variable]) -> Values:
    """Return the design's own values; empty where one is outside its range."""
    data = design.model_dump()
    found = []
    for one in variables:
        value: Any = data
        for part in one.key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is None or not one.holds(value):
            return ()
        found.append((one.key, one.rounded(value)))
    return tuple(found)


def _code(design: Design) -> dict[str, Any]:
    return {
        "kind": "search",
        "methods": {"runs.optimize.proposals": proposing.METHOD},
        "plugins": code_of(SEARCHED, design.model_dump(mode="json"), 0)["plugins"],
    }


def _identity(
    design: Design, variables: Sequence[Variable], plan: Plan, options: Options, release: str
) -> str:
    """Return the hash of all that determines which points are proposed, but their number.

    The simulator is left out: its version is in every point, and in the first one that differs.
    """
    data = design.model_dump(mode="json")
    parts = [
        [data, content_of(design.mlsa.sum_histogram), technology_cards(design).render()],
        code_of(SEARCHED, data, 0),
        [one.record() for one in variables],
        [[one.name, one.largest] for one in plan.objectives],
        [str(one) for one in plan.constraints],
        repr(plan.conditions),
        [options.seed, options.batch, options.at_random, proposing.METHOD, release],
    ]
    return sha256(json.dumps(parts, sort_keys=True))


def _conditions_record(design: Design, plan: Plan) -> dict[str, Any] | None:
    if plan.conditions is None:
        return None
    one = plan.conditions
    return {
        "corners": list(dict.fromkeys(p.design.technology.corner for p in one.points(design))),
        "supplies": list(one.supplies),
        "temperatures": list(one.temperatures),
        "word_line": one.word_line,
    }


def _so_far(found: _Found, plan: Plan) -> str:
    """Return how far the search is, and the least of each objective."""
    good = [one.judgement.numbers for one in found.outcomes if one.judgement.feasible]
    text = f"{count(len(found.outcomes), 'point')}, {len(good)} within all constraints"
    if not good:
        return f"{text}; least violation {min(o.judgement.violation for o in found.outcomes):.3g}"
    best = [
        f"{NUMBERS[one.name].label} {_best(one.largest, [n[one.name] for n in good], one.name):.4g}"
        for one in plan.objectives
    ]
    return f"{text}; best {', '.join(best)}"


def _best(largest: bool, values: Sequence[float], name: str) -> float:
    return NUMBERS[name].shown * (max(values) if largest else min(values))


def _spread(winners: Sequence[int], most: int) -> list[int]:
    """Return some points of the front, spread over it, its ends among them."""
    if len(winners) <= most:
        return list(winners)
    places = np.linspace(0, len(winners) - 1, most).round().astype(int)
    return [winners[i] for i in dict.fromkeys(places.tolist())]


def _confirm(
    found: _Found,
    design: Design,
    plan: Plan,
    chosen: Sequence[int],
    root: Path,
    runner: TaskRunner,
    progress: Progress,
) -> None:
    if not chosen:
        return
    progress.begin("winners on full SPICE", len(chosen))
    outcomes = {one.number: one for one in found.outcomes}
    tasks = [
        ConfirmTask(
            number,
            root,
            with_values(design, dict(outcomes[number].values)),
            plan,
            outcomes[number].judgement.numbers,
        )
        for number in chosen
    ]
    for done in run_tasks(runner, confirm_point, tasks):
        report = done.result or ConfirmReport(done.task.number, f"no: {WHY_LOST}")
        found.confirmed[report.number] = report
        progress.point(Status.OK if report.confirmed == YES else Status.NONCONVERGED)


def _write_points(
    folder: Path, found: _Found, variables: Sequence[Variable], plan: Plan
) -> pd.DataFrame:
    table = points_table(found.outcomes, variables, plan, found.confirmed)
    write_csv(folder / POINTS, table)
    return table


def _write_front(
    folder: Path, found: _Found, design: Design, plan: Plan, table: pd.DataFrame
) -> None:
    outcomes = {one.number: one for one in found.outcomes}
    files = {}
    (folder / DESIGNS).mkdir(exist_ok=True)
    for place, number in enumerate(best_of(found.outcomes, plan.objectives)):
        name = f"{place + 1:02d}"
        files[number] = f"{DESIGNS}/{name}.toml"
        values = {**dict(outcomes[number].values), "name": f"{design.name}_{name}"}
        one = outcomes[number].judgement.numbers
        numbers = ", ".join(
            f"{NUMBERS[o.name].label} {NUMBERS[o.name].shown * one[o.name]:.4g}"
            for o in plan.objectives
        )
        confirmed = found.confirmed.get(number)
        said = confirmed.confirmed if confirmed else "not looked at"
        heading = f"Point {number} of a search: {numbers}\nOn full SPICE confirmed: {said}"
        write_text(folder / files[number], toml_text(with_values(design, values), heading))
    write_csv(folder / FRONT, front_table(table, found.confirmed, files))
