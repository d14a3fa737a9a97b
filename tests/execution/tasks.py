"""Tasks for worker processes; importable there."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def square(number: int) -> int:
    return number * number


def record(task: tuple[str, int]) -> int:
    """Leave one line a call; slow enough to be killed."""
    folder, number = task
    with (Path(folder) / f"{number}.txt").open("a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(0.1)
    return number


def die_once(task: tuple[str, int]) -> int:
    """End the process at the first call with number 3."""
    folder, number = task
    mark = Path(folder) / "died"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_always(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fail(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number
