"""The faults: each function lets one happen a number of times and says what came of it."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.execution.dask_cluster import cluster

from .processes import kill_one
from .small_sweep import INJECT, Outcome, SmallSweep, contents, ended, one_message

Files = dict[str, str]
MOST_RUNS = 10
GOOD = "undisturbed"
SIMULATOR = {
    "hang": "hangs",
    "crash": "crashes",
    "nan": "returns NaN",
    "metastable": "returns the metastable state",
    "error": "prints errors, exits 0",
}


def undisturbed(sweep: SmallSweep, home: Path) -> Files:
    """Run the sweep in peace; its files are what every other run is compared with."""
    code, err = sweep.run(home / GOOD)
    assert code == 0, err
    return contents(home / GOOD)


def workers_killed(sweep: SmallSweep, home: Path, good: Files, times: int) -> Outcome:
    """SIGKILL to point processes and simulators, at least a point apart: a sweep goes on."""
    tried, lost, doubled, same, runs = 0, 0, 0, True, 0
    while tried < times:
        runs += 1
        folder = home / f"killed{runs}"
        process = sweep.start(folder)
        time.sleep(random.uniform(1.0, 3.0))
        while process.poll() is None and tried < times:
            tried += kill_one(process.pid)
            there = len(list((folder / "points").glob("*")))
            while process.poll() is None and len(list((folder / "points").glob("*"))) == there:
                time.sleep(0.05)
            time.sleep(random.uniform(0.0, 1.0))
        code, err = ended(process)
        assert code == 0, err
        found = sweep.outcome("", tried, folder, good)
        lost, doubled = lost + found.lost, doubled + found.doubled
        same = same and found.identical
    return Outcome("worker killed at random", tried, lost, doubled, same, f"in {runs} sweeps")


def command_ended(
    sweep: SmallSweep, home: Path, good: Files, number: signal.Signals, times: int
) -> Outcome:
    """The command itself is ended by a signal, and given again."""
    folder, tried = home / f"ended{number.name}", 0
    for _ in range(times):
        process = sweep.start(folder)
        time.sleep(random.uniform(1.0, 4.0))
        process.send_signal(number)
        code, err = ended(process)
        if number is signal.SIGKILL:
            assert code in (-9, 0), err
        else:
            assert code in (130, 0), err
            assert code == 0 or one_message(err), err
        tried += code != 0
    code, err = sweep.run(folder)
    assert code == 0, err
    return sweep.outcome(f"sweep ended by {number.name}", tried, folder, good)


def simulator_faults(
    sweep: SmallSweep, home: Path, good: Files, kinds: Sequence[str], times: int
) -> Outcome:
    """Faults of the simulator, each kind this often, at analyses chosen at random."""
    name = "-".join(kinds)
    tokens = home / f"tokens-{name}"
    tokens.mkdir()
    for kind in kinds:
        for i in range(times):
            (tokens / f"{kind}-{i}").touch()
    environment = {
        "FAULT_TOKENS": str(tokens),
        "PYTHONPATH": os.pathsep.join([str(INJECT), os.environ.get("PYTHONPATH", "")]),
    }
    left, lost, doubled, same, runs = times * len(kinds), 0, 0, True, 0
    while left and runs < MOST_RUNS:
        runs += 1
        folder = home / f"simulator-{name}{runs}"
        code, err = sweep.run(folder, environment=environment)
        assert code == 0, err
        found = sweep.outcome("", 0, folder, good)
        lost, doubled = lost + found.lost, doubled + found.doubled
        same = same and found.identical
        left = len(list(tokens.iterdir()))
    words = " or ".join(SIMULATOR[kind] for kind in kinds)
    tried = times * len(kinds) - left
    return Outcome(f"simulator {words}", tried, lost, doubled, same, f"in {runs} sweeps")


def disk_full(sweep: SmallSweep, home: Path, good: Files, times: int) -> Outcome:
    """No space is left while points are written; then there is, and the command is given again."""
    disk, tried = home / "disk", 0
    disk.mkdir()
    folder = disk / "sweep"
    with small_disk(disk) as resize:
        note = "tmpfs" if resize else "file size limit"
        for i in range(times):
            if resize:
                resize(60 + 150 * i)
                code, err = sweep.run(folder)
            else:
                code, err = ended(_limited(sweep, folder, 4000 * (1 + i)))
            assert code == 2, (code, err)
            assert one_message(err), err
            tried += 1
        if resize:
            resize(200_000)
        code, err = sweep.run(folder)
        assert code == 0, err
        return sweep.outcome("disk full while writing", tried, folder, good, note)


def read_only(sweep: SmallSweep, home: Path, good: Files, times: int) -> Outcome:
    """The folder of a sweep that lacks a point cannot be written; then it can."""
    disk = home / "readonly"
    disk.mkdir()
    folder = disk / "sweep"
    with small_disk(disk) as resize:
        if resize:
            resize(200_000)
        elif not os.geteuid():
            return Outcome("results folder read-only", 0, 0, 0, True, "root, and no right to mount")
        shutil.copytree(home / GOOD, folder)
        shutil.rmtree(min((folder / "points").iterdir()))
        for _ in range(times):
            with write_protected(disk, folder, resize is not None):
                before = contents(folder)
                code, err = sweep.run(folder)
                assert code == 2, (code, err)
                assert one_message(err), err
                assert contents(folder) == before
        code, err = sweep.run(folder)
        assert code == 0, err
        return sweep.outcome("results folder read-only", times, folder, good)


def dask_worker_killed(sweep: SmallSweep, home: Path, good: Files, times: int) -> Outcome:
    """SIGKILL to one of two Dask workers in the middle of a sweep."""
    lost, doubled, same = 0, 0, True
    for i in range(times):
        place = home / f"dask{i}"
        place.mkdir()
        folder = place / "sweep"
        with cluster(place, 2) as (address, workers):
            process = sweep.start(folder, "--dask", address)
            while process.poll() is None and not list((folder / "points").glob("*")):
                time.sleep(0.1)
            workers[0].kill()
            code, err = ended(process)
        assert code == 0, err
        found = sweep.outcome("", 1, folder, good)
        lost, doubled = lost + found.lost, doubled + found.doubled
        same = same and found.identical
    return Outcome("Dask worker killed", times, lost, doubled, same)


def damaged_entries(sweep: SmallSweep, home: Path, good: Files, times: int) -> Outcome:
    """Files of finished points are cut, changed in one bit, emptied or removed."""
    folder, tried = Path(shutil.copytree(home / GOOD, home / "damaged")), 0
    while tried < times:
        points = sorted((folder / "points").iterdir())
        for point in random.sample(points, min(len(points) // 2, times - tried)):
            _damage(random.choice(sorted(point.iterdir())), tried % 4)
            tried += 1
        code, err = sweep.run(folder)
        assert code == 0, err
    return sweep.outcome("damaged cache entry", tried, folder, good)


def two_at_once(sweep: SmallSweep, home: Path, good: Files, times: int) -> Outcome:
    """Two commands on one folder: one does the work, the other says that it does not."""
    lost, doubled, same = 0, 0, True
    for i in range(times):
        folder = home / f"both{i}"
        both = [sweep.start(folder) for _ in range(2)]
        ends = sorted(ended(process) for process in both)
        assert [code for code, _ in ends] == [0, 2], ends
        assert "another run is writing to this folder" in ends[1][1]
        found = sweep.outcome("", 1, folder, good)
        lost, doubled = lost + found.lost, doubled + found.doubled
        same = same and found.identical
    return Outcome("two runs on one folder", times, lost, doubled, same)


def _damage(path: Path, way: int) -> None:
    data = bytearray(path.read_bytes())
    if way == 0:
        path.write_bytes(data[: len(data) // 2])
    elif way == 1:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        path.write_bytes(data)
    elif way == 2:
        path.write_bytes(b"")
    else:
        path.unlink()


def _limited(sweep: SmallSweep, folder: Path, size: int) -> subprocess.Popen[str]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))  # children inherit it
    try:
        return sweep.start(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


class _Resize:
    def __init__(self, disk: Path) -> None:
        self.disk = disk

    def __call__(self, kilobytes: int) -> None:
        options = f"remount,rw,size={kilobytes}k"
        subprocess.run(["mount", "-o", options, str(self.disk)], check=True)


@contextmanager
def small_disk(disk: Path) -> Iterator[_Resize | None]:
    """A file system of its own where that is allowed; None elsewhere."""
    command = ["mount", "-t", "tmpfs", "-o", "size=60k", "none", str(disk)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield _Resize(disk)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@contextmanager
def write_protected(disk: Path, folder: Path, mounted: bool) -> Iterator[None]:
    """Root writes where modes forbid it, but not on a file system that is read-only."""
    if mounted:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        try:
            yield
        finally:
            subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        return
    mode = folder.stat().st_mode
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(mode)
