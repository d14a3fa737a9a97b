"""A point that is wanted, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sram_spice.design import Design
from sram_spice.results.design_numbers import NUMBERS
from sram_spice.results.design_numbers import Part as PartName
from sram_spice.runs.optimize.judged import Judgement
from sram_spice.runs.optimize.target import Constraint, Objective
from sram_spice.runs.optimize.variable import Values
from sram_spice.runs.signoff.conditions import Conditions


@dataclass(frozen=True)
class Plan:
    """What every point of a search is held to.

    Attributes
    ----------
    objectives : tuple of Objective
    constraints : tuple of Constraint
    conditions : Conditions or None
        In which constraints hold, beside the typical one; None: in that alone.
    """

    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...]
    conditions: Conditions | None = None

    @property
    def parts(self) -> frozenset[PartName]:
        """The parts of a characterization that its numbers are from."""
        return frozenset(NUMBERS[name].part for name in self.names)

    @property
    def names(self) -> list[str]:
        """All numbers that it is about."""
        own = [one.name for one in self.objectives]
        return list(dict.fromkeys([*own, *(one.name for one in self.constraints)]))


@dataclass(frozen=True)
class PointTask:
    """A point that is wanted.

    Attributes
    ----------
    number : int
        From 0, in the order in which points are proposed.
    root : Path
        Folder of the search, as seen by every worker.
    values : Values
        Of the varied keys.
    design : Design
    plan : Plan
    order : tuple of str
        Names of conditions, in the order in which they are to be looked at; others follow.
    """

    number: int
    root: Path
    values: Values
    design: Design
    plan: Plan
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class PointReport:
    """How a point ended.

    Attributes
    ----------
    number : int
    judgement : Judgement
    folder : str
        Its run, below the search's folder; empty where there is none.
    versions : dict of str to str
        Of the worker.
    """

    number: int
    judgement: Judgement
    folder: str = ""
    versions: dict[str, str] = field(default_factory=dict)
