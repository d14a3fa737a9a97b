"""What a worker has been given, and what follows from what it says of a point."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from sram_spice.simulation.job import REFUSED, Attempt, Job, PointResult, Status
from sram_spice.simulation.ladder import SAME_AGAIN, Rung, rungs
from sram_spice.simulation.worker import PointMessage


@dataclass(frozen=True)
class Retried:
    """A point that was attempted more than once."""

    job: str
    point: int
    attempts: tuple[Attempt, ...]


@dataclass
class Assignment:
    """Points of a job; a retry has one point, its earlier attempts, and the rung it is at.

    Rung 0 is the same again in a new process; the job's own rungs follow.
    """

    number: int
    job: Job
    points: deque[int]
    losses: int = 0
    rung: int = -1
    attempts: tuple[Attempt, ...] = ()

    @property
    def current(self) -> Rung:
        """What is attempted now."""
        if self.rung < 1:
            return Rung("" if self.rung < 0 else SAME_AGAIN, self.job)
        return rungs(self.job)[self.rung - 1]

    def judged(self, message: PointMessage) -> PointResult | Assignment:
        """Return the result of a point, or its next attempt."""
        rung, point, status = self.current, message.point, message.status
        attempts = (*self.attempts, Attempt(rung.name, status, message.detail))
        accepted, values = rung.accepts(status), message.values
        lost = status in (Status.CRASHED, Status.TIMEOUT)
        # Only a process that was lost is worth the same again: the worker has done so otherwise.
        following = self.rung + 1 if lost or self.rung >= 0 else 1
        # A deck that is refused is refused again, whatever the solver's options.
        if not accepted and not message.detail.startswith(REFUSED):
            if following <= max(len(rungs(self.job)), 0 if lost else -1):
                return Assignment(self.number, self.job, deque([point]), 0, following, attempts)
            if status is Status.FLIPPED:  # by stepping: no evidence that it would flip by itself
                status, values = Status.NONCONVERGED, None
        tried = attempts if len(attempts) > 1 else ()
        return PointResult(self.number, point, status, values, message.detail, tried, message.said)
