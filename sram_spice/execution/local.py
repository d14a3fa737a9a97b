"""A process pool on this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from types import FrameType, ModuleType
from typing import TypeVar

from sram_spice.execution.interrupts import interrupts_ignored

T = TypeVar("T")
R = TypeVar("R")
PATIENCE = 5.0  # s, for a worker that was asked to end; then it is ended


@dataclass(frozen=True)
class LocalProcesses:
    """Worker processes of this machine.

    They are forked from a server that has imported what the tasks need, so that a worker that is
    lost is replaced at once. They end with the process that started them, however that ends.

    Attributes
    ----------
    workers : int
    preload : tuple of str
        Modules that the server imports.
    """

    workers: int
    preload: tuple[str, ...] = ()

    def open(self) -> LocalSession:
        """Start a pool; its processes start with the first tasks."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(self.preload))
        with interrupts_ignored():  # the server's children inherit it
            forkserver.ensure_running()
        theirs, ours = context.Pipe(duplex=False)
        executor = ProcessPoolExecutor(
            self.workers, mp_context=context, initializer=_begin, initargs=(theirs,)
        )
        return LocalSession(executor, self.workers + 1, ours, theirs)

    def is_loss(self, error: BaseException) -> bool:
        """Whether a worker process has ended."""
        return isinstance(error, BrokenExecutor)


@dataclass(frozen=True)
class LocalSession:
    """A pool in use; its workers live as long as `lifeline` is open."""

    executor: Executor
    window: int
    lifeline: Connection
    _other_end: Connection

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Have a function called with a task in a worker process."""
        with _no_main_module():  # processes start here
            return self.executor.submit(_guarded, function, task)

    def end(self) -> None:
        """End the workers, at once; what they have finished is kept."""
        self.lifeline.close()
        self._other_end.close()
        self.executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _no_main_module() -> Iterator[None]:
    """Hide the main module: a worker would run it again, and a script may have no guard."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin(lifeline: Connection) -> None:
    signal.signal(signal.SIGTERM, _leave_process)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _guarded(function: Callable[[T], R], task: T) -> R:
    signal.signal(signal.SIGTERM, _leave_task)
    try:
        return function(task)
    except SystemExit:
        os._exit(0)  # the pool would take it for the task's result, and go on
    finally:
        signal.signal(signal.SIGTERM, _leave_process)


def _leave_task(_signal: int, _frame: FrameType | None) -> None:
    # Raised where the task is: it leaves its `with` blocks and saves what is to be saved.
    raise SystemExit(0)


def _leave_process(_signal: int, _frame: FrameType | None) -> None:
    os._exit(0)  # it waits for a task; an exception there would be printed


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE)
        os._exit(0)
