"""A condition of a sign-off that is wanted, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sram_spice.design import Design
from sram_spice.runs.point_store import Cell


@dataclass(frozen=True)
class TypicalReferences:
    """Where decisions are to turn on the typical chip: what every generator is made for.

    Attributes
    ----------
    design : Design
        In the typical condition.
    v_ref : tuple of (int, tuple of float)
        n_active, and the reference of each threshold (differential sensing: of V_BL - V_BLB), V.
    """

    design: Design
    v_ref: tuple[tuple[int, tuple[float, ...]], ...]

    @property
    def parts(self) -> list[object]:
        """What of it determines a condition, beside the design in that condition."""
        typical = self.design
        made_at = [typical.technology.corner, typical.conditions.vdd]
        made_at += [typical.conditions.temperature, typical.column.word_line_voltage]
        return [made_at, [[n, list(own)] for n, own in self.v_ref]]


@dataclass(frozen=True)
class ConditionTask:
    """A condition that is wanted.

    Attributes
    ----------
    number : int
        Its place in the grid.
    root : Path
        Folder of the sign-off, as seen by every worker.
    name : str
        Readable part of its folder's name.
    values : tuple of (str, value)
        The condition.
    design : Design
        In this condition.
    typical : TypicalReferences or None
        None for the typical condition itself, which makes them.
    balance : float or None
        Where BL in the middle is to be, part of VDD: the word line follows. None: it does not.
    only_lower : bool
        It follows, but never above the design's own.
    """

    number: int
    root: Path
    name: str
    values: tuple[tuple[str, int | float | str], ...]
    design: Design
    typical: TypicalReferences | None
    balance: float | None = None
    only_lower: bool = False


@dataclass(frozen=True)
class ConditionReport:
    """How a condition ended.

    Attributes
    ----------
    number : int
    row : dict of str to value
        Its row of signoff.csv.
    computed : bool
        It was not there before.
    versions : dict of str to str
        Of the worker.
    """

    number: int
    row: dict[str, Cell]
    computed: bool
    versions: dict[str, str] = field(default_factory=dict)
