"""The pool: every point comes back once, whatever happens to the workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from sram_spice.errors import SimulatorError
from sram_spice.simulation import Job, OperatingPoint, SimulatorPool, Status, Transient

DIVIDER = "divider\nV1 in 0 1.0\nR1 in out 1k\nR2 out 0 3k\n.end\n"
# 1e9 steps: hangs as far as anybody can wait.
ENDLESS = "endless\nV1 a 0 SIN(0 1 1g)\nR1 a 0 1k\n.end\n"


def divider_job(count: int, start: int = 0) -> Job:
    values = 1e3 * (1.0 + np.arange(start, start + count))[:, None]
    return Job(DIVIDER, OperatingPoint(), ("out",), alter=("r2",), points=values)


def expected(job: Job) -> np.ndarray:
    return job.points[:, 0] / (job.points[:, 0] + 1e3)


@pytest.mark.parametrize("workers", [1, 3])
def test_every_point_once_and_right(workers):
    jobs = [divider_job(n, 10 * n) for n in (1, 7, 0, 20, 3)]
    with SimulatorPool(workers) as pool:
        results = list(pool.run(jobs))
    assert sorted((r.job, r.point) for r in results) == [
        (j, p) for j, job in enumerate(jobs) for p in range(len(job.points))
    ]
    for r in results:
        assert r.values[0] == pytest.approx(expected(jobs[r.job])[r.point], rel=1e-8)
    assert pool.incidents == []


def test_no_jobs_no_results():
    with SimulatorPool(1) as pool:
        assert list(pool.run([])) == []


@pytest.mark.slow
def test_hung_worker_costs_its_point_only(monkeypatch):
    monkeypatch.setattr("sram_spice.simulation.pool.GRACE", 0.5)  # s in which it keeps a core busy
    hang = Job(ENDLESS, Transient(1.0, 1e-12), ("a",), timeout=1.0, label="endless")
    with SimulatorPool(2) as pool:
        results = list(pool.run([divider_job(5), hang, divider_job(5)]))
    by_job = {n: [r.status for r in results if r.job == n] for n in range(3)}
    assert by_job == {0: [Status.OK] * 5, 1: [Status.TIMEOUT], 2: [Status.OK] * 5}
    # The second time in a new process: the simulator, not the deck, might have hung.
    assert [(i.job, i.status) for i in pool.incidents] == [("endless", Status.TIMEOUT)] * 2
    (again,) = [r.attempts for r in results if r.job == 1]
    assert [a.status for a in again] == [Status.TIMEOUT] * 2


@pytest.mark.slow
def test_killed_worker_is_replaced_and_costs_nothing():
    job = divider_job(3000)
    with SimulatorPool(1) as pool:
        list(pool.run([divider_job(1)]))  # the worker is up
        victim = pool._alive[0].process.pid
        results = []
        for result in pool.run([job]):
            results.append(result)
            if len(results) == 100:
                os.kill(victim, signal.SIGKILL)
    assert sorted(r.point for r in results) == list(range(3000))
    (again,) = [r for r in results if r.attempts]
    assert [a.status for a in again.attempts] == [Status.CRASHED, Status.OK]
    assert len(pool.incidents) == len(pool.retried) == 1
    assert [r.values[0] for r in sorted(results, key=lambda r: r.point)] == pytest.approx(
        expected(job).tolist(), rel=1e-8
    )


@pytest.mark.slow
def test_deck_that_always_crashes_is_given_up():
    # libngspice ends the process on `quit` in a deck; ours are refused such lines long before.
    job = Job(
        "quit\n.control\nquit 1\n.endc\n.end\n", OperatingPoint(), ("a",), points=np.zeros((50, 0))
    )
    with SimulatorPool(1) as pool:
        results = list(pool.run([job]))
        again = list(pool.run([divider_job(2)]))
    assert len(results) == 50
    assert not any(r.status.has_values for r in results)
    assert [r.status for r in again] == [Status.OK] * 2


def test_missing_library_is_one_clear_error(monkeypatch):
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", "/nonexistent/libngspice.so")
    with SimulatorPool(1) as pool, pytest.raises(SimulatorError, match="libngspice"):
        list(pool.run([divider_job(1)]))


def test_leaving_the_pool_ends_its_processes():
    with SimulatorPool(2) as pool:
        list(pool.run([divider_job(2)]))
        processes = [worker.process for worker in pool._alive]
    assert all(process.returncode is not None for process in processes)


@pytest.mark.slow
def test_interrupt_leaves_at_once():
    def interrupt():
        time.sleep(1.5)
        os.kill(os.getpid(), signal.SIGINT)

    hang = Job(ENDLESS, Transient(1.0, 1e-12), ("a",), timeout=100.0)
    thread = threading.Thread(target=interrupt)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), SimulatorPool(1) as pool:  # noqa: PT012
        thread.start()
        list(pool.run([hang]))
    thread.join()
    assert time.monotonic() - started < 30


def test_run_left_midway_does_not_reach_the_next():
    with SimulatorPool(2) as pool:
        first = pool.run([divider_job(40), divider_job(40)])
        next(first)
        first.close()
        job = divider_job(5, start=100)
        results = sorted(pool.run([job]), key=lambda r: r.point)
    assert [r.point for r in results] == list(range(5))
    assert [r.values[0] for r in results] == pytest.approx(list(expected(job)), rel=1e-8)
    assert pool.incidents == []


@pytest.mark.slow
def test_a_hung_simulator_ends_with_its_parent():
    """Killed at once, the parent can tell nobody; the simulator sees that it is gone."""
    code = (
        "import tests.simulation.test_pool as t\n"
        "with t.SimulatorPool(1) as pool:\n"
        "    list(pool.run([t.divider_job(1)]))\n"
        "    print(pool._alive[0].process.pid, flush=True)\n"
        "    list(pool.run([t.Job(t.ENDLESS, t.Transient(1.0, 1e-12), ('a',))]))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE
    )
    simulator = int(parent.stdout.readline())
    time.sleep(0.5)
    parent.kill()
    parent.communicate()
    limit = time.monotonic() + 30
    while Path(f"/proc/{simulator}").exists():
        assert time.monotonic() < limit
        time.sleep(0.1)


def test_a_script_needs_no_guard(tmp_path):
    """A simulator process does not run the main module of its parent again."""
    script = tmp_path / "script.py"
    script.write_text(
        "from sram_spice.simulation import SimulatorPool\n"
        "from tests.simulation.test_pool import divider_job\n"
        "with SimulatorPool(1) as pool:\n"
        "    print(len(list(pool.run([divider_job(3)]))))\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "3\n", done.stderr


def test_a_simulator_killed_while_it_starts_is_started_again():
    with SimulatorPool(1) as pool:
        os.kill(pool._alive[0].process.pid, signal.SIGKILL)
        results = list(pool.run([divider_job(3)]))
    assert [r.status for r in results] == [Status.OK] * 3


def test_a_simulator_that_never_starts_is_one_clear_error(monkeypatch):
    monkeypatch.setattr("sram_spice.simulation.pool.START", "raise SystemExit(7)")
    with SimulatorPool(1) as pool, pytest.raises(SimulatorError, match=r"not start.*exit code 7"):
        list(pool.run([divider_job(1)]))
