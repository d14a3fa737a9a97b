"""Simulate one access of a nominal column at a few levels."""

from __future__ import annotations

from sram_spice.column.access import AccessResult, access_job, access_levels, access_result
from sram_spice.design import Design
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Progress
from sram_spice.technology import ModelCards


def run_access(
    design: Design, cards: ModelCards, pool: SimulatorPool, progress: Progress
) -> list[AccessResult]:
    """Return the accesses, in the order of :func:`access_levels`."""
    levels = access_levels(design)
    progress.begin("access transients", len(levels))
    found: dict[int, AccessResult] = {}
    for result in pool.run(access_job(design, cards, *level) for level in levels):
        found[result.job] = access_result(design, *levels[result.job], result)
        progress.point(result.status)
    return [found[i] for i in range(len(levels))]
