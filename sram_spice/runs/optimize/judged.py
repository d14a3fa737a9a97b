"""A point part by part, cheap ones first: what breaks a constraint is not simulated further."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sram_spice.errors import InputError
from sram_spice.report.optimize_tables import BROKEN, KEPT, NO_VALUE, REFUSED
from sram_spice.runs.optimize.target import (
    UNKNOWN,
    Constraint,
    Objective,
    known_violations,
)

# What code says of a design that it was not made for; a broken simulator or disk is none of these.
FAULTS = (ArithmeticError, ValueError, LookupError, RuntimeError, AssertionError, TypeError)
UNUSABLE = 5 * UNKNOWN  # violation of a point that cannot be evaluated: worse than any broken limit


@dataclass(frozen=True)
class Part:
    """A part of the evaluation of a point.

    Attributes
    ----------
    name : str
        Of a part of the typical characterization, or of a condition.
    run : callable
        Returns numbers by their short names.
    typical : bool
        Its numbers are those of the typical condition: they stand in tables, and are objectives.
    """

    name: str
    run: Callable[[], Mapping[str, float]]
    typical: bool = True


@dataclass(frozen=True)
class Judgement:
    """What was found of a point.

    Attributes
    ----------
    status : str
        One of :data:`~sram_spice.report.optimize_tables.WORDS`.
    numbers : dict of str to float
        In the typical condition, as far as it was simulated.
    violations : dict of str to float
        The largest of each constraint that is broken.
    failed_at : str
        Part or condition in which a constraint is broken; empty where none is.
    said : str
        Why, in words.
    violation : float
        One number to learn from: 0 where all is kept; else broken limits, and how early it ended.
    """

    status: str
    numbers: dict[str, float] = field(default_factory=dict)
    violations: dict[str, float] = field(default_factory=dict)
    failed_at: str = ""
    said: str = ""
    violation: float = 0.0

    @property
    def feasible(self) -> bool:
        """Whether it keeps all constraints, and has all its objectives."""
        return self.status == KEPT


def judged(
    parts: Sequence[Part], constraints: Sequence[Constraint], objectives: Sequence[Objective]
) -> Judgement:
    """Run the parts of a point in their order until one breaks a constraint.

    Parameters
    ----------
    parts : sequence of Part
    constraints : sequence of Constraint
    objectives : sequence of Objective
    """
    numbers: dict[str, float] = {}
    for place, part in enumerate(parts):
        try:
            found = dict(part.run())
        except InputError as error:
            return refused(str(error), part.name, numbers)
        except FAULTS as error:  # a search goes to places where nobody has been
            return refused(f"{type(error).__name__}: {error}", part.name, numbers)
        if part.typical:
            numbers |= found
        broken = {k: v for k, v in known_violations(constraints, found).items() if v > 0}
        if broken:
            ahead = (len(parts) - 1 - place) / len(parts)
            values = {str(one): found[one.name] for one in constraints if one.name in found}
            said = "; ".join(f"{name}: {values[name]:.3g}" for name in broken)
            total = sum(broken.values()) + ahead
            return Judgement(BROKEN, numbers, broken, part.name, said, total)
    missing = [one.name for one in objectives if not math.isfinite(numbers.get(one.name, math.nan))]
    if missing:
        said = f"no value of {', '.join(missing)}"
        return Judgement(NO_VALUE, numbers, {}, "", said, UNUSABLE)
    return Judgement(KEPT, numbers)


def refused(
    said: str,
    failed_at: str = "",
    numbers: Mapping[str, float] | None = None,
    status: str = REFUSED,
) -> Judgement:
    """Return the judgement of a point that cannot be evaluated."""
    return Judgement(status, dict(numbers or {}), {}, failed_at, said, UNUSABLE)
