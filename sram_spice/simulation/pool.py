"""A pool of simulator workers that survives crashes and hangs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import TracebackType

from sram_spice.errors import SimulatorError
from sram_spice.execution.interrupts import interrupts_ignored
from sram_spice.simulation.assignment import Assignment, Retried
from sram_spice.simulation.job import Job, PointResult, Status
from sram_spice.simulation.worker import START, Broken, PointMessage, Ready

START_TIMEOUT = 120.0  # s; a worker loads Python, numpy and libngspice
GRACE = 5.0  # s, for the load of a deck before the first point of an assignment
STARTS_UNTIL_GIVEN_UP = 3  # in a row; one may be killed while it starts
CRASHES_UNTIL_GIVEN_UP = 3  # of one job in a row, without a point done in between


@dataclass(frozen=True)
class Incident:
    """A worker that was lost and replaced."""

    job: str
    point: int
    status: Status
    detail: str


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection
    assignment: Assignment | None = None
    ready: bool = False
    deadline: float = 0.0


@dataclass
class SimulatorPool:
    """Simulator workers, one libngspice each.

    Use as a context manager; leaving it ends the workers, also on Ctrl-C.

    Parameters
    ----------
    workers : int, optional
        Number of processes; default: one per core this process may use.

    Attributes
    ----------
    incidents : list of Incident
        Workers that crashed or hung and were replaced, so far.
    retried : list of Retried
        Points that were attempted more than once, so far.
    version : int
        Major version of ngspice, 0 until a worker has started.
    busy_s, busy_cpu_s : float
        Time in which its simulators worked, together, by the clock and of the processor, s.
    first_simulation : float
        When the first of them began, s since 1970; 0 before.
    """

    workers: int = field(default_factory=lambda: available_cores())
    incidents: list[Incident] = field(default_factory=list)
    retried: list[Retried] = field(default_factory=list)
    version: int = 0
    busy_s: float = 0.0
    busy_cpu_s: float = 0.0
    first_simulation: float = 0.0
    _failed_starts: int = 0
    _alive: list[_Worker] = field(default_factory=list)
    _scratch: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> SimulatorPool:
        """Start the workers."""
        self._scratch = tempfile.TemporaryDirectory(prefix="sram-spice-")
        self._alive = [self._start() for _ in range(max(1, self.workers))]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the workers."""
        for worker in self._alive:
            _end(worker)
        self._alive = []
        if self._scratch is not None:
            self._scratch.cleanup()

    def run(self, jobs: Iterable[Job]) -> Iterator[PointResult]:
        """Simulate all points of all jobs.

        Parameters
        ----------
        jobs : iterable of Job
            Taken one by one as workers get free.

        Yields
        ------
        PointResult
            In the order in which points finish, exactly one per point.

        Raises
        ------
        SimulatorError
            A worker cannot load libngspice.
        """
        source = _assignments(jobs)
        waiting: deque[Assignment] = deque()
        self._replace_busy()
        while True:
            self._assign(source, waiting)
            if not waiting:  # prepared while the workers work, not while one waits
                waiting.extend(islice(source, 1))
            if not (waiting or any(worker.assignment for worker in self._alive)):
                return
            yield from self._collect(waiting)

    def loaded_version(self) -> int:
        """Wait until a simulator is loaded; return its major version.

        Raises
        ------
        SimulatorError
            A worker cannot load libngspice.
        """
        while not self.version:
            list(self._collect(deque()))
        return self.version

    def _replace_busy(self) -> None:
        # A caller may have left an earlier run midway; what its workers still send is nobody's.
        for number, worker in enumerate(self._alive):
            if worker.assignment is not None:
                _end(worker)
                self._alive[number] = self._start()

    def _assign(self, source: Iterator[Assignment], waiting: deque[Assignment]) -> None:
        for worker in self._alive:
            if worker.assignment is not None or not worker.ready:
                continue
            assignment = waiting.popleft() if waiting else next(source, None)
            if assignment is None:
                return
            worker.assignment = assignment
            worker.deadline = time.monotonic() + assignment.job.timeout + GRACE
            try:
                worker.connection.send((assignment.current.job, tuple(assignment.points)))
            except OSError:
                continue  # its end shows in _receive, which counts the loss

    def _collect(self, waiting: deque[Assignment]) -> Iterator[PointResult]:
        busy = [worker for worker in self._alive if worker.assignment or not worker.ready]
        patience = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
        ready = wait([worker.connection for worker in busy], timeout=patience)
        for worker in busy:
            if worker.connection in ready:
                yield from self._receive(worker, waiting)
            waited_for = worker in self._alive and (worker.assignment or not worker.ready)
            late = waited_for and time.monotonic() > worker.deadline
            if late and not worker.connection.poll():  # it may have answered while others were read
                yield from self._lose(worker, Status.TIMEOUT, waiting)

    def _receive(self, worker: _Worker, waiting: deque[Assignment]) -> Iterator[PointResult]:
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            yield from self._lose(worker, Status.CRASHED, waiting)
            return
        if isinstance(message, Broken):
            raise SimulatorError(f"libngspice cannot be used: {message.reason}")
        if isinstance(message, Ready):
            worker.ready = True
            self._failed_starts = 0
            self.version = message.version
            return
        assert worker.assignment is not None
        yield from self._finish(worker, worker.assignment, message, waiting)

    def _finish(
        self,
        worker: _Worker,
        assignment: Assignment,
        message: PointMessage,
        waiting: deque[Assignment],
    ) -> Iterator[PointResult]:
        assignment.points.popleft()
        assignment.losses = 0
        self.busy_s += message.seconds
        self.busy_cpu_s += message.cpu_seconds
        self.first_simulation = self.first_simulation or time.time() - message.seconds
        worker.deadline = time.monotonic() + assignment.job.timeout
        if not assignment.points:
            worker.assignment = None
        yield from self._judge(assignment, message, waiting)

    def _judge(
        self, assignment: Assignment, message: PointMessage, waiting: deque[Assignment]
    ) -> Iterator[PointResult]:
        found = assignment.judged(message)
        if isinstance(found, Assignment):
            waiting.appendleft(found)
            return
        if found.attempts:
            self.retried.append(Retried(assignment.job.label, found.point, found.attempts))
        yield found

    def _lose(
        self, worker: _Worker, status: Status, waiting: deque[Assignment]
    ) -> Iterator[PointResult]:
        _end(worker)
        code = worker.process.returncode
        assignment = worker.assignment
        if assignment is None:
            self._failed_starts += 1
            if self._failed_starts >= STARTS_UNTIL_GIVEN_UP:
                raise SimulatorError(
                    f"a simulator process does not start ({status}, exit code {code})"
                )
        self._alive[self._alive.index(worker)] = self._start()
        if assignment is None:
            return
        seconds = assignment.job.timeout
        detail = f"no answer in {seconds:g} s" if status is Status.TIMEOUT else f"exit code {code}"
        assignment.losses += 1
        point = assignment.points.popleft()
        self.incidents.append(Incident(assignment.job.label, point, status, detail))
        yield from self._judge(assignment, PointMessage(point, status, None, detail, 0.0), waiting)
        if assignment.losses >= CRASHES_UNTIL_GIVEN_UP:
            for point in assignment.points:
                self.incidents.append(Incident(assignment.job.label, point, status, detail))
                yield PointResult(assignment.number, point, status, None, detail)
        elif assignment.points:
            waiting.append(assignment)

    def _start(self) -> _Worker:
        ours, theirs = Pipe()
        number = theirs.fileno()
        assert self._scratch is not None  # workers are started within the context
        with theirs, interrupts_ignored():
            process = subprocess.Popen(
                [sys.executable, "-c", START, str(number), self._scratch.name, *sys.path],
                pass_fds=(number,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        return _Worker(process, ours, deadline=time.monotonic() + START_TIMEOUT)


def available_cores() -> int:
    """Return the number of cores this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


def _assignments(jobs: Iterable[Job]) -> Iterator[Assignment]:
    for number, job in enumerate(jobs):
        if len(job.points):
            yield Assignment(number, job, deque(range(len(job.points))))


def _end(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.kill()
    worker.process.wait()
