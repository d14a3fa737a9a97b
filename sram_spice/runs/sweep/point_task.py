"""A point of a sweep that is wanted, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sram_spice.design import Design
from sram_spice.runs.point_store import Cell
from sram_spice.runs.sweep.point_key import DisturbPlan


@dataclass(frozen=True)
class PointTask:
    """A point that is wanted.

    Attributes
    ----------
    number : int
        Its row of sweep.csv.
    root : Path
        Folder of the sweep, as seen by every worker.
    name : str
        Readable part of its folder's name.
    values : tuple of (str, value)
        Swept keys.
    design : Design
    disturb : DisturbPlan or None
        Estimate the probability of losing data, too.
    figures : bool
        Draw the figures and the report of the point, too.
    """

    number: int
    root: Path
    name: str
    values: tuple[tuple[str, int | float | str], ...]
    design: Design
    disturb: DisturbPlan | None = None
    figures: bool = False


@dataclass(frozen=True)
class PointReport:
    """How a point ended.

    Attributes
    ----------
    number : int
    row : dict of str to value
        Its row of sweep.csv.
    computed : bool
        It was not there before.
    versions : dict of str to str
        Of the worker.
    took_s, simulating_s : float
        Time in all, and that of its simulator.
    cpu_s, simulating_cpu_s : float
        Processor time of the worker without its simulator, and of the simulator.
    first_simulation : float
        When its simulator first began, s since 1970; 0 when it did not.
    """

    number: int
    row: dict[str, Cell]
    computed: bool
    versions: dict[str, str] = field(default_factory=dict)
    took_s: float = 0.0
    simulating_s: float = 0.0
    cpu_s: float = 0.0
    simulating_cpu_s: float = 0.0
    first_simulation: float = 0.0
