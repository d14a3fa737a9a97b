"""Run tasks on a runner whose processes may be lost: each task ends once, none is dropped."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from sram_spice.execution.task_runner import Session, TaskRunner

T = TypeVar("T")
R = TypeVar("R")
SUSPECT = 2  # losses after which a task runs alone: a pool does not say which task ended it
GIVEN_UP = 5  # losses of a task that runs alone


@dataclass(frozen=True)
class Finished(Generic[T, R]):
    """A task that has ended.

    Attributes
    ----------
    task : T
    result : R or None
        None when every process that ran it was lost.
    losses : int
        Processes that were lost while it was under way.
    """

    task: T
    result: R | None
    losses: int


@dataclass
class _Pending(Generic[T]):
    task: T
    losses: int = 0
    losses_alone: int = 0


class _Run(Generic[T, R]):
    """The tasks of one call of :func:`run_tasks`."""

    def __init__(self, runner: TaskRunner, function: Callable[[T], R], tasks: Iterable[T]) -> None:
        self.runner, self.function, self.source = runner, function, iter(tasks)
        self.again: deque[_Pending[T]] = deque()
        self.flying: dict[Future[R], _Pending[T]] = {}
        self.session: Session = runner.open()

    def fill(self) -> None:
        """Submit tasks up to the window; a suspect only when nothing else is under way."""
        while len(self.flying) < self.session.window:
            if self.again and self.again[0].losses >= SUSPECT:
                if self.flying:
                    return
                self.submit(self.again.popleft())
                return
            if self.again:
                self.submit(self.again.popleft())
                continue
            try:
                task = next(self.source)
            except StopIteration:
                return
            self.submit(_Pending(task))

    def submit(self, pending: _Pending[T]) -> None:
        try:
            self.flying[self.session.submit(self.function, pending.task)] = pending
        except BrokenExecutor:  # a worker has ended while none of its tasks was waited for
            self.reopen()
            self.flying[self.session.submit(self.function, pending.task)] = pending

    def collect(self) -> Iterator[Finished[T, R]]:
        """Wait until at least one task has ended."""
        done, _ = wait(self.flying, return_when=FIRST_COMPLETED)
        alone = len(self.flying) == 1
        lost: list[_Pending[T]] = []
        broken = False
        for future in done:
            error = future.exception()
            pending = self.flying.pop(future)
            if error is None:
                yield Finished(pending.task, future.result(), pending.losses)
            elif self.runner.is_loss(error):
                lost.append(pending)
                broken = broken or isinstance(error, BrokenExecutor)
            else:
                raise error
        if broken:
            lost += self.flying.values()
            self.flying.clear()
            self.reopen()
        for pending in lost:
            pending.losses += 1
            pending.losses_alone += alone
            if pending.losses_alone < GIVEN_UP:
                self.again.append(pending)
            else:
                yield Finished(pending.task, None, pending.losses)

    def reopen(self) -> None:
        """Replace a session that has broken."""
        self.session.end()
        lost, self.flying = list(self.flying.values()), {}
        for pending in lost:
            pending.losses += 1
        self.again.extend(lost)
        self.session = self.runner.open()


def run_tasks(
    runner: TaskRunner, function: Callable[[T], R], tasks: Iterable[T]
) -> Iterator[Finished[T, R]]:
    """Run a function on tasks in the processes of a runner.

    Parameters
    ----------
    runner : TaskRunner
    function : callable
        Importable by its name; a task whose process is lost is given to it again, so that it has to
        see what an earlier call has left behind.
    tasks : iterable
        Taken one by one as processes get free.

    Yields
    ------
    Finished
        In the order in which tasks end, exactly one per task.

    Raises
    ------
    InputError
        The runner cannot be used.
    Exception
        What the function raises; the session is ended first.
    """
    run = _Run(runner, function, tasks)
    try:
        while True:
            run.fill()
            if not run.flying:
                return
            yield from run.collect()
    finally:
        run.session.end()
