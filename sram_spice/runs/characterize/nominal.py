"""How every run begins: its nominal levels. Imports little, so that simulating begins at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sram_spice.column.levels import NominalLevel, nominal_job, nominal_level
from sram_spice.column.truth import check_truth
from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, levels_of
from sram_spice.simulation import SimulatorPool, Status
from sram_spice.simulation.progress import Progress
from sram_spice.technology import ModelCards, technology_cards


@dataclass(frozen=True)
class Begun:
    """A run whose nominal levels are simulated.

    Attributes
    ----------
    design : Design
    cards : ModelCards
    nominal : sequence of NominalLevel
    start : float
        When it began, s on the monotonic clock.
    incidents_before, retried_before : int
        Incidents and retried points of the pool that belong to earlier runs.
    """

    design: Design
    cards: ModelCards
    nominal: Sequence[NominalLevel]
    start: float
    incidents_before: int
    retried_before: int


def begin(pool: SimulatorPool, design: Design, progress: Progress) -> Begun:
    """Simulate the nominal levels of a design."""
    start, before = time.monotonic(), (len(pool.incidents), len(pool.retried))
    cards = technology_cards(design)
    return Begun(design, cards, run_nominal(design, cards, pool, progress), start, *before)


def run_nominal(
    design: Design, cards: ModelCards, pool: SimulatorPool, progress: Progress
) -> list[NominalLevel]:
    """Simulate every level without mismatch.

    Returns
    -------
    list of NominalLevel
        In the order of :func:`levels_of`.

    Raises
    ------
    InputError
        A cell or read-out of a third party does not compute what it says.
    """
    check_truth(design, cards, pool)
    levels = levels_of(cell_of(design), design.column.rows)
    return nominal_levels(design, cards, levels, pool, progress)


def nominal_levels(
    design: Design,
    cards: ModelCards,
    levels: Sequence[tuple[int, int]],
    pool: SimulatorPool,
    progress: Progress,
) -> list[NominalLevel]:
    """Simulate some levels (n_plus, n_minus) without mismatch; returned in their order.

    Raises
    ------
    InputError
        The simulator refuses the circuit or a card, or solves no level at all; with its own words.
    """
    progress.begin("nominal levels", len(levels))
    found: dict[int, NominalLevel] = {}
    # The transient that decides doubtful levels makes a job twice as large, and few need it.
    jobs = (nominal_job(design, cards, *level, fallback=False) for level in levels)
    doubtful = []
    for result in pool.run(jobs):
        if result.refused:
            raise _no_circuit(*levels[result.job], result.detail)
        found[result.job] = nominal_level(*levels[result.job], result)
        if result.status is Status.OK:
            progress.point(result.status)
        else:
            doubtful.append(result.job)
    doubtful.sort()
    for result in pool.run(nominal_job(design, cards, *levels[i]) for i in doubtful):
        number = doubtful[result.job]
        found[number] = nominal_level(*levels[number], result)
        progress.point(result.status)
    in_order = [found[i] for i in range(len(levels))]
    if not any(level.status.has_values for level in in_order):
        first = in_order[0]
        raise _no_circuit(first.n_plus, first.n_minus, f"{first.status}: {first.detail}")
    return in_order


def _no_circuit(n_plus: int, n_minus: int, said: str) -> InputError:
    return InputError(
        f"no level has a nominal voltage; the simulator says: {said}",
        key=f"n_plus={n_plus}, n_minus={n_minus}",
    )
