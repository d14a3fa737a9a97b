"""One simulator that stays with its worker: starting it costs as much as many small points."""

from __future__ import annotations

import atexit
import threading
from functools import cache

from sram_spice.simulation import SimulatorPool


def resident_pool() -> SimulatorPool:
    """Return the pool of one simulator of this thread; started once, stopped with the process."""
    return _of_thread(threading.get_ident())


@cache
def _of_thread(_thread: int) -> SimulatorPool:
    pool = SimulatorPool(1)
    pool.__enter__()
    atexit.register(pool.__exit__, None, None, None)
    return pool
