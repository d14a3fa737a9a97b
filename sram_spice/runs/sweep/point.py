"""One point of a sweep, in a worker process: looked up, or characterized and kept.

Imports little: the rest is imported while the simulator works.
"""

from __future__ import annotations

import time
from pathlib import Path

from sram_spice.errors import InputError
from sram_spice.results.manifest import versions
from sram_spice.runs.characterize.nominal import begin
from sram_spice.runs.point_store import Cell, PointStore
from sram_spice.runs.resident_pool import resident_pool
from sram_spice.runs.sweep.point_key import point_key
from sram_spice.runs.sweep.point_task import PointReport, PointTask
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

REFUSED = "refused"


def run_point(task: PointTask) -> PointReport:
    """Return a point, from its folder when it is there whole, else characterized now.

    A point that is at work elsewhere is waited for: none is computed twice.

    Raises
    ------
    InputError
        This process does not see the folder of the sweep.
    SimulatorError
        libngspice is missing or broken.
    OSError
        The folder cannot be written.
    """
    start, cpu = time.monotonic(), time.process_time()
    PointStore(task.root).check_seen("sweep")
    pool = resident_pool()
    own, busy = versions(pool.loaded_version()), pool.busy_s
    busy_cpu = pool.busy_cpu_s
    try:
        row, computed = _found_or_computed(pool, task)
    except InputError as error:  # this design cannot be characterized; others can
        row, computed = {**dict(task.values), "status": f"{REFUSED}: {error}"}, True
    return PointReport(
        task.number,
        row,
        computed,
        own,
        time.monotonic() - start,
        pool.busy_s - busy,
        time.process_time() - cpu,
        pool.busy_cpu_s - busy_cpu,
        pool.first_simulation,
    )


def _found_or_computed(pool: SimulatorPool, task: PointTask) -> tuple[dict[str, Cell], bool]:
    cards = technology_cards(task.design)
    key = point_key(task.design, cards, pool.loaded_version(), task.disturb)

    def make(work: Path) -> dict[str, Cell]:
        begun = begin(pool, task.design, Silent())
        from sram_spice.runs.sweep.finish_point import finish_point  # imports for seconds

        return finish_point(begun, pool, task, work)

    return PointStore(task.root).found_or_made(task.name, key, make)
