"""What a worker is asked to simulate, and what comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]


# Names stand in commands to ngspice, where `;`, a space or a line end would begin another one.
_NAME = re.compile(r"[\w@.#\[\]()]+", re.ASCII)

# How the detail of a point begins whose deck or card the simulator does not take. It is no status
# of its own: it is none of one sample, and no table has it.
REFUSED = "deck refused: "


class Status(StrEnum):
    """How one simulated point ended."""

    OK = "ok"
    NONCONVERGED = "nonconverged"
    FLIPPED = "flipped"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    VALUE_MISSING = "value missing"

    @property
    def has_values(self) -> bool:
        """Whether the point's values are a valid solution (a flipped one is)."""
        return self in (Status.OK, Status.FLIPPED)


@dataclass(frozen=True)
class OperatingPoint:
    """A DC operating point."""


@dataclass(frozen=True)
class Transient:
    """A transient analysis.

    Attributes
    ----------
    stop : float
        End, s.
    max_step : float
        Largest time step, s.
    sample_at : float or None
        Time at which outputs are taken, s; None returns whole waveforms, time first.
    """

    stop: float
    max_step: float
    sample_at: float | None = None


@dataclass(frozen=True)
class DcSweep:
    """A DC sweep of one source; the whole curves are returned, swept value first.

    Attributes
    ----------
    source : str
        Name of the voltage source, for example ``vin``.
    start, stop : float
        V; stop may be below start.
    step : float
        V, more than 0.
    """

    source: str
    start: float
    stop: float
    step: float


LevelAnalysis: TypeAlias = OperatingPoint | Transient
Analysis: TypeAlias = LevelAnalysis | DcSweep


@dataclass(frozen=True)
class Latch:
    """A bistable circuit and the state it has to keep.

    Attributes
    ----------
    node, complement : str
        Its two storage nodes.
    high : bool
        True when `node` has to stay above `complement`.
    """

    node: str
    complement: str
    high: bool


@dataclass(frozen=True)
class Job:
    """One deck, simulated at one or more points that differ in device parameters.

    Attributes
    ----------
    deck : str
        SPICE text with title line, without analyses and control section.
    analysis : OperatingPoint, Transient or DcSweep
    outputs : tuple of str
        Vectors to return, for example ``bl`` or ``vdd#branch``.
    latches : tuple of Latch
        States that have to hold at the end of the analysis; a transient has to begin in them.
    alter : tuple of str
        Device parameters set at every point, for example ``@m.xcell0.mpul[delvto]``.
    points : ndarray, shape (n_points, len(alter))
        Their values.
    limits : (float, float)
        Every output has to lie in this range (not checked for whole curves).
    separation : float
        A latch whose nodes are closer than this is in neither state (metastable), V.
    doubt : float
        A latch whose nodes are closer than this, V, is near to leaving its state, or just does so.
        Where one moves there when a transient is sampled, or has flipped after having been there
        for longer than `linger`, picoseconds decide, and it is repeated in finer steps. Of an
        operating point the fallback has to say whether states hold; where it agrees, the operating
        point counts.
    linger : float
        s.
    timeout : float
        Seconds a point may take before its worker is replaced.
    label : str
        For messages.
    fallback : Job, optional
        What decides a point whose status is not ok, or in doubt, with the same altered values: a
        slower analysis that is surer of the state, as a transient is of an operating point. Its own
        points are not used.
    ladder : bool
        Retry a point without a valid solution along :mod:`sram_spice.simulation.ladder`.
    listen : bool
        Return what the simulator says of the deck, too.
    """

    deck: str
    analysis: Analysis
    outputs: tuple[str, ...]
    latches: tuple[Latch, ...] = ()
    alter: tuple[str, ...] = ()
    points: FloatArray = field(default_factory=lambda: np.zeros((1, 0)))
    limits: tuple[float, float] = (-np.inf, np.inf)
    separation: float = 0.05
    doubt: float = 0.0
    linger: float = np.inf
    timeout: float = 60.0
    label: str = ""
    fallback: Job | None = None
    ladder: bool = False
    listen: bool = False

    def __post_init__(self) -> None:
        """Check the names that become commands, and that the points fit the parameters."""
        if self.points.ndim != 2 or self.points.shape[1] != len(self.alter):
            raise ValueError(
                f"points has shape {self.points.shape}, expected (n, {len(self.alter)})"
            )
        latches = [name for latch in self.latches for name in (latch.node, latch.complement)]
        source = [self.analysis.source] if isinstance(self.analysis, DcSweep) else []
        for name in (*self.outputs, *self.alter, *latches, *source):
            if not _NAME.fullmatch(name):
                raise ValueError(f"not a name of the simulator: {name!r}")


@dataclass(frozen=True)
class Attempt:
    """One attempt at a point.

    Attributes
    ----------
    rung : str
        Of the retry ladder; empty for the job as it is.
    status : Status
    detail : str
        Why, in words, when the status is not ok.
    """

    rung: str
    status: Status
    detail: str


@dataclass(frozen=True)
class PointResult:
    """What came of one point.

    Attributes
    ----------
    job : int
        Position of the job in the iterable given to the pool.
    point : int
        Row of `Job.points`.
    status : Status
    values : ndarray or None
        Shape (n_outputs,); (1 + n_outputs, n) for whole waveforms (time first) and sweeps (swept
        value first); None when there is no valid solution.
    detail : str
        Why, in words, when the status is not ok.
    attempts : tuple of Attempt
        All of them, in order, when there was more than one.
    said : tuple of str
        What the simulator said, line by line, where the job listens.
    """

    job: int
    point: int
    status: Status
    values: FloatArray | None
    detail: str = ""
    attempts: tuple[Attempt, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the simulator does not take the deck, or a card in it."""
        return self.detail.startswith(REFUSED)
