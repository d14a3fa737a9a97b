"""What gives executors: an engine opens a session, and a session that breaks is opened anew."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Protocol


class Session(Protocol):
    """An executor in use."""

    @property
    def executor(self) -> Executor:
        """Where tasks are submitted."""
        ...

    @property
    def window(self) -> int:
        """How many tasks are to be under way at a time; more wait where nobody needs them."""
        ...

    def end(self) -> None:
        """Drop what has not begun, end what is running, leave no process behind."""
        ...


class Engine(Protocol):
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
