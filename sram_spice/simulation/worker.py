"""The worker process: receives jobs, sends back one message a point."""

from __future__ import annotations

import logging
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection

from sram_spice.simulation.job import FloatArray, Status


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


def worker_main(connection: Connection) -> None:
    """Serve jobs until the pipe closes.

    Parameters
    ----------
    connection : Connection
        Receives ``(Job, tuple of point numbers)``; sends Ready or Broken once, then a
        PointMessage per point, in order.
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
    while True:
        try:
            job, points = connection.recv()
        except (EOFError, OSError):
            return
        for point in points:
            status, values, detail = simulator.simulate(job, job.points[point])
            connection.send(PointMessage(point, status, values, detail))


def _silence_output() -> None:
    # libngspice writes some notes straight to the file descriptors, across the progress bar.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)
