"""Tasks in worker processes that may be killed: each ends once, none is dropped."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sram_spice.execution import LocalProcesses, run_tasks

from . import tasks

ROOT = Path(__file__).parents[2]


def run(function, items, workers=2):
    return list(run_tasks(LocalProcesses(workers), function, items))


def assert_none_left():
    """A worker that was just starting hears of the end a moment later."""
    limit = time.monotonic() + 30
    while multiprocessing.active_children():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_every_task_once():
    found = run(tasks.square, range(20))
    assert sorted((f.task, f.result, f.losses) for f in found) == [(i, i * i, 0) for i in range(20)]


def test_tasks_are_taken_as_they_are_needed():
    taken = []
    source = (taken.append(i) or i for i in range(1000))
    running = run_tasks(LocalProcesses(1), tasks.square, source)
    first = next(running)
    assert first.result == first.task**2
    assert len(taken) < 10
    running.close()
    assert_none_left()


def test_a_killed_worker_loses_nothing(tmp_path):
    found = run(tasks.die_once, [(str(tmp_path), i) for i in range(12)])
    assert sorted(f.result for f in found) == list(range(12))
    assert [f.losses for f in found if f.task[1] == 3] == [1]


def test_a_task_that_always_kills_is_given_up_and_is_the_only_one():
    found = run(tasks.die_always, range(8))
    assert sorted((f.task, f.result) for f in found) == [
        (i, None if i == 3 else i) for i in range(8)
    ]


def test_an_error_of_the_task_ends_the_run_and_its_processes():
    with pytest.raises(ValueError, match="three"):
        run(tasks.fail, range(8))
    assert_none_left()


@pytest.mark.slow
def test_workers_end_with_a_killed_parent(tmp_path):
    code = (
        "from tests.execution.test_local import run, tasks\n"
        "import sys\n"
        "if __name__ == '__main__':\n"
        "    run(tasks.record, [(sys.argv[1], i) for i in range(10_000)])\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    limit = time.monotonic() + 60
    while len(list(tmp_path.glob("*.txt"))) < 4:
        assert time.monotonic() < limit
        time.sleep(0.05)
    workers = {int(line) for path in tmp_path.glob("*.txt") for line in path.read_text().split()}
    assert len(workers) == 2
    assert os.getpid() not in workers
    parent.kill()
    parent.wait()
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < limit
        time.sleep(0.05)
