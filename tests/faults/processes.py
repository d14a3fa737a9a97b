"""The processes of a running sweep, found in /proc."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path


def victims(main: int) -> list[int]:
    """Worker processes of a sweep, and their simulators; not the fork server, not the command."""
    parents, words = {}, {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            stat = (path / "stat").read_text()
            words[int(path.name)] = (path / "cmdline").read_bytes()
        except OSError:
            continue
        parents[int(path.name)] = int(stat.rpartition(")")[2].split()[1])
    below = {main}
    while True:
        more = {pid for pid, parent in parents.items() if parent in below} - below
        if not more:
            break
        below |= more
    servers = {p for p in below if b"forkserver" in words[p] and parents[p] == main}
    return [
        p for p in below if parents[p] in servers or b"sram_spice.simulation.worker" in words[p]
    ]


def kill_one(main: int) -> bool:
    """Kill one of them at random; False when there is none."""
    found = victims(main)
    if not found:
        return False
    try:
        os.kill(random.choice(found), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
