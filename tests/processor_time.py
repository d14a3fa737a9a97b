"""Processor time of the tests: how much a test takes, whatever else the machine does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def processor_time() -> float:
    """Seconds of processor time that this process and those below it have taken so far.

    Of those that have ended, what their parents have waited for. 0 where there is no /proc.
    """
    return sum(_ticks(pid) for pid in _below(os.getpid())) / TICK


def _below(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it has ended since
            continue
        for child in children:
            yield from _below(int(child))


def _ticks(pid: int) -> int:
    """User and system time of a process, and of those below it that it has waited for."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, words[11:15]))
