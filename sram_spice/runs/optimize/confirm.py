"""A winner on full SPICE, in a worker process, before it is called one.

Disturb, margins and whole accesses are on full SPICE in the search already; columns are on the
design's own engine. Here both engines solve the same mismatched columns at all levels, and what
they differ by goes into the numbers that were found with many more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.results.design_numbers import NUMBERS
from sram_spice.runs.optimize.point_task import Plan
from sram_spice.runs.optimize.typical import Typical
from sram_spice.runs.resident_pool import resident_pool

ENGINE = "monte_carlo.engine"
SPICE = "spice"
SAMPLES = 100  # mismatched columns at each level
AGREE = 0.05  # part by which engines may differ in an objective
LEAST_DIFFERENCE = 1e-3  # of a probability: less is not seen in so few columns
YES = "yes"


@dataclass(frozen=True)
class ConfirmTask:
    """A winner that is to be confirmed.

    Attributes
    ----------
    number : int
        Of the point.
    root : Path
    design : Design
    plan : Plan
    numbers : dict of str to float
        As the search found them.
    """

    number: int
    root: Path
    design: Design
    plan: Plan
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class ConfirmReport:
    """What full SPICE says of a winner.

    Attributes
    ----------
    number : int
    confirmed : str
        ``yes``, or ``no: why``.
    numbers : dict of str to float
        Those of the columns, as full SPICE moves them.
    """

    number: int
    confirmed: str
    numbers: dict[str, float] = field(default_factory=dict)


def confirm_point(task: ConfirmTask) -> ConfirmReport:
    """Look at a winner on full SPICE.

    Raises
    ------
    SimulatorError
        libngspice is missing or broken.
    """
    samples = min(task.design.monte_carlo.samples, SAMPLES)
    few = task.design.replace({"monte_carlo.samples": samples})
    pool = resident_pool()
    try:
        spice = _columns(Typical(few.replace({ENGINE: SPICE}), pool, task.root))
        own = (
            spice
            if task.design.monte_carlo.engine == SPICE
            else _columns(Typical(few, pool, task.root))
        )
    except InputError as error:
        return ConfirmReport(task.number, f"no: {error}")
    moved = {
        name: task.numbers[name] + spice[name] - own[name]
        for name in spice
        if name in NUMBERS and name in task.numbers
    }
    reasons = objections(task.plan, task.numbers, moved, spice)
    return ConfirmReport(task.number, f"no: {'; '.join(reasons)}" if reasons else YES, moved)


def objections(
    plan: Plan,
    found: Mapping[str, float],
    moved: Mapping[str, float],
    spice: Mapping[str, float],
) -> list[str]:
    """Return what of a winner does not hold on full SPICE.

    Parameters
    ----------
    plan : Plan
    found : mapping of str to float
        As the search found them.
    moved : mapping of str to float
        The same, by as much as full SPICE moves them.
    spice : mapping of str to float
        Of the columns on full SPICE: `flipped`, `failed`.
    """
    reasons = []
    if spice["flipped"]:
        reasons.append(f"{spice['flipped']:g} of {spice['samples']:g} columns lose data")
    if spice["failed"]:
        reasons.append(f"{spice['failed']:g} simulated points have no solution")
    for one in plan.constraints:
        if one.name in moved and one.violation(moved[one.name]) > 0:
            reasons.append(f"{one}: {moved[one.name]:.3g}")
    for objective in plan.objectives:
        name = objective.name
        if name in moved and not _agree(name, found[name], moved[name]):
            reasons.append(f"{name} {moved[name]:.3g} instead of {found[name]:.3g}")
    return reasons


def _agree(name: str, found: float, moved: float) -> bool:
    least = LEAST_DIFFERENCE if NUMBERS[name].probability else 0.0
    return math.isfinite(moved) and abs(moved - found) <= max(AGREE * abs(found), least)


def _columns(typical: Typical) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in typical.parts(()):
        found |= part.run()
    return found
