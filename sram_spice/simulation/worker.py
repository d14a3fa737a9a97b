"""The worker process: receives jobs, sends back one message a point."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from sram_spice.simulation.job import FloatArray, Status

if TYPE_CHECKING:  # a simulator that cannot be loaded is what worker_main reports
    from sram_spice.simulation.ngspice import Simulator

ORPHAN_CHECK = 1.0  # s
# What `python -c` is given: the parent's import path, as multiprocessing would hand it on, but not
# its main module, which may be a command line with all of its imports.
START = (
    "import sys; sys.path[:] = sys.argv[3:]; "
    "from sram_spice.simulation.worker import start; start(int(sys.argv[1]), sys.argv[2])"
)


@dataclass(frozen=True)
class Ready:
    """The worker's simulator is loaded."""

    version: int


@dataclass(frozen=True)
class Broken:
    """The worker has no simulator."""

    reason: str


@dataclass(frozen=True)
class PointMessage:
    """One point is done."""

    point: int
    status: Status
    values: FloatArray | None
    detail: str
    seconds: float
    cpu_seconds: float = 0.0
    said: tuple[str, ...] = ()


def start(descriptor: int, scratch: str) -> None:
    """Serve on an inherited socket, until it closes or the parent is gone."""
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    worker_main(Connection(descriptor), scratch)


def worker_main(connection: Connection, scratch: str) -> None:
    """Serve jobs until the pipe closes.

    Parameters
    ----------
    connection : Connection
        Receives ``(Job, tuple of point numbers)``; sends Ready or Broken once, then a
        PointMessage per point, in order.
    scratch : str
        Folder for the files that ngspice leaves: some models log their checks where they are.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    os.environ["OMP_THREAD_LIMIT"] = "1"
    logging.disable(logging.CRITICAL)  # PySpice logs what the results already say
    _silence_output()
    try:
        from sram_spice.simulation.ngspice import Simulator

        simulator = Simulator()
    except Exception as error:  # a missing or broken library shows in many ways
        connection.send(Broken(f"{type(error).__name__}: {error}"))
        return
    connection.send(Ready(simulator.version))
    with contextlib.chdir(scratch):
        _serve(connection, simulator)


def _serve(connection: Connection, simulator: Simulator) -> None:
    while True:
        try:
            job, points = connection.recv()
        except (EOFError, OSError):
            return
        for point in points:
            start, cpu = time.perf_counter(), time.process_time()
            status, values, detail = simulator.simulate(job, job.points[point])
            took = (time.perf_counter() - start, time.process_time() - cpu)
            said = tuple(simulator.said) if job.listen else ()
            connection.send(PointMessage(point, status, values, detail, *took, said))


def _silence_output() -> None:
    # libngspice writes some notes straight to the file descriptors, across the progress bar.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)


def _leave_with_parent(parent: int) -> None:
    # A simulator that hangs does not see that the pipe of a killed parent has closed.
    while os.getppid() == parent:
        time.sleep(ORPHAN_CHECK)
    os._exit(0)
