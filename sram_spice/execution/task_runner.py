"""What gives executors: a runner opens a session, and a session that breaks is opened anew."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Session(Protocol):
    """A `concurrent.futures` executor in use."""

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Have a function called with a task in another process."""
        ...

    @property
    def window(self) -> int:
        """How many tasks are to be under way at a time; more wait where nobody needs them."""
        ...

    def end(self) -> None:
        """Drop what has not begun, end what is running, leave no process behind."""
        ...


class TaskRunner(Protocol):
    """A way to run tasks in other processes."""

    def open(self) -> Session:
        """Start a session.

        Raises
        ------
        InputError
            It cannot be reached, or is not installed.
        """
        ...

    def is_loss(self, error: BaseException) -> bool:
        """Whether a task ended because its process did, not because of the task's own error."""
        ...
