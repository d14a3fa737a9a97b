"""What a search minimizes, and what it may not break."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sram_spice.design.limits import LimitsDesign
from sram_spice.errors import InputError
from sram_spice.results.design_numbers import NUMBERS, DesignNumber, number_of

Relation = Literal["<=", ">="]
OPTION = "--subject-to"
FORM = 'NAME<=value or NAME>=value, as "data_loss<=1e-6"'
_FORM = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(<=|>=)\s*(\S+)\s*\Z")
LEAST = 1e-15  # probabilities below are none that anybody can defend (docs/how_sure.md)
# Violation of a number that is not known: more than any decade of a probability.
UNKNOWN = 20.0


@dataclass(frozen=True)
class Objective:
    """A number that is to be small, or large.

    Attributes
    ----------
    name : str
    largest : bool
        It is maximized.
    """

    name: str
    largest: bool = False

    @property
    def number(self) -> DesignNumber:
        """What it is."""
        return NUMBERS[self.name]

    def cost(self, value: float) -> float:
        """Return what is minimized."""
        return -value if self.largest else value


@dataclass(frozen=True)
class Constraint:
    """A limit.

    Attributes
    ----------
    name : str
    relation : {"<=", ">="}
    limit : float
    always : bool
        It holds for every search, and is not one of the user's.
    """

    name: str
    relation: Relation
    limit: float
    always: bool = False

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.name}{self.relation}{self.limit:g}"

    @property
    def needless(self) -> bool:
        """Whether no number can break it."""
        return NUMBERS[self.name].probability and self.relation == "<=" and self.limit >= 1

    def violation(self, value: float) -> float:
        """Return by how much a value breaks it: 0 where it is kept.

        In decades for probabilities, else in parts of the limit (of 1 where the limit is 0).
        """
        if math.isnan(value):
            return UNKNOWN
        beyond = value - self.limit if self.relation == "<=" else self.limit - value
        if beyond <= 0:
            return 0.0
        if NUMBERS[self.name].probability:
            wide = abs(math.log10(max(value, LEAST)) - math.log10(max(self.limit, LEAST)))
            # Also below what can be defended, a limit that is broken is broken.
            return min(max(wide, 1e-6), UNKNOWN)
        return min(beyond / (abs(self.limit) or 1.0), UNKNOWN)


def parse_constraint(text: str) -> Constraint:
    """Read ``NAME<=value`` or ``NAME>=value``.

    Raises
    ------
    InputError
        Not of that form, no such number, or the limit is none.
    """
    found = _FORM.match(text)
    if found is None:
        raise InputError("not a constraint", key=OPTION, value=text, allowed=FORM)
    name, relation, words = found.groups()
    try:
        limit = float(words)
    except ValueError:
        limit = math.nan
    if not math.isfinite(limit):
        raise InputError("not a constraint", key=OPTION, value=text, allowed=FORM)
    number_of(name, OPTION)
    return Constraint(name, "<=" if relation == "<=" else ">=", limit)


def objectives_of(minimize: Sequence[str], maximize: Sequence[str] = ()) -> tuple[Objective, ...]:
    """Return what is to be small, and what large.

    Raises
    ------
    InputError
        Nothing, no such number, or one given twice.
    """
    found = [Objective(number_of(name, "--minimize").name) for name in minimize]
    found += [Objective(number_of(name, "--maximize").name, largest=True) for name in maximize]
    names = [one.name for one in found]
    if not found:
        raise InputError("no objective", key="--minimize", allowed=", ".join(NUMBERS))
    if len(set(names)) != len(names):
        raise InputError("objective given twice", key="--minimize", value=", ".join(names))
    return tuple(found)


def constraints_of(texts: Sequence[str], limits: LimitsDesign) -> tuple[Constraint, ...]:
    """Return the constraints of a search, with those that hold for each.

    No level may lose data without mismatch. Where nothing is said of `data_loss` and `undecided`,
    the design's section [limits] holds: a design that loses data is none, and what an amplifier
    that does not decide would have read is not known. ``data_loss<=1`` says that it is not to be
    looked at.

    Parameters
    ----------
    texts : sequence of str
        As for :func:`parse_constraint`.
    limits : LimitsDesign
        Of the design.

    Raises
    ------
    InputError
        As :func:`parse_constraint`, or one given twice.
    """
    found = [parse_constraint(text) for text in texts]
    said = [(one.name, one.relation) for one in found]
    if len(set(said)) != len(said):
        raise InputError("constraint given twice", key=OPTION, value=", ".join(map(str, found)))
    always = [Constraint("lost_levels", "<=", 0.0, always=True)]
    if limits.data_loss is not None and ("data_loss", "<=") not in said:
        always.append(Constraint("data_loss", "<=", limits.data_loss, always=True))
    if limits.undecided and ("undecided", "<=") not in said:
        always.append(Constraint("undecided", "<=", 0.0, always=True))
    return tuple(one for one in (*always, *found) if not one.needless)


def known_violations(
    constraints: Sequence[Constraint], numbers: Mapping[str, float]
) -> dict[str, float]:
    """Return the violation of each constraint whose number is there."""
    return {
        str(one): one.violation(numbers[one.name]) for one in constraints if one.name in numbers
    }
