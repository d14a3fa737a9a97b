"""What all measurements of the cell share: how they are run, alone or together, and reported."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd

from sram_spice.column.context import Context
from sram_spice.measurements.cell_sweeps import (
    NOMINAL,
    CellSetup,
    Finished,
    Quantity,
    Steps,
    cell_setup,
    drive,
)
from sram_spice.measurements.measurement import FIRST_COLUMNS, MeasurementResult
from sram_spice.simulation import Status
from sram_spice.statistics import describe
from sram_spice.wording import count

LOST = "lost its data"
UNSOLVED = "has no solution on the simulator"


class CellMeasurement(ABC):
    """A measurement of the cell.

    A sub-class says in :meth:`steps` which benches it wants simulated and what it makes of their
    curves; nominal cell, Monte Carlo, statistics and tables are the same for all. With `signed_off`
    its quantities are margins that a sign-off looks at in every condition.
    """

    signed_off: ClassVar[bool] = False

    title: ClassVar[str]
    definition: ClassVar[str]
    unit: ClassVar[str]
    source: ClassVar[str]

    @abstractmethod
    def steps(self, setup: CellSetup) -> Steps:
        """Yield tuples of BenchRun, receive a tuple of Curves for each, return an Extraction."""

    def run(self, context: Context) -> MeasurementResult:
        """Measure nominally and, when the design has mismatch, by Monte Carlo."""
        return run_together(context, [self])[0]


def run_together(
    context: Context, measurements: Sequence[CellMeasurement]
) -> list[MeasurementResult]:
    """Run several measurements of the cell on the same samples, as one job list.

    Returns
    -------
    list of MeasurementResult
        In the order of `measurements`, the same as if each had been run alone.
    """
    setup = cell_setup(context)
    finished = drive(setup, [measurement.steps(setup) for measurement in measurements])
    return [_result(setup, one) for one in finished]


def _result(setup: CellSetup, finished: Finished) -> MeasurementResult:
    sampled, extraction = setup.rows > 1, finished.extraction
    if not extraction.quantities:
        return MeasurementResult(pd.DataFrame(columns=FIRST_COLUMNS), notes=extraction.notes)
    samples = _samples(extraction.quantities, finished.status[1:]) if sampled else pd.DataFrame()
    counted = [_without_lost(q, finished.status) for q in extraction.quantities]
    summary = pd.DataFrame([_summary_row(q, sampled) for q in counted])
    notes = [note for q in counted for note in _left_out(q)]
    return MeasurementResult(summary, samples, extraction.curves, (*notes, *extraction.notes))


def _without_lost(quantity: Quantity, status: Sequence[Status]) -> Quantity:
    """Return a quantity without the rows whose cell has lost its data: it is of another state."""
    reasons = list(quantity.reasons or [""] * quantity.values.size)
    lost = np.array([one is Status.FLIPPED for one in status])
    for row in np.flatnonzero(lost).tolist():
        reasons[row] = LOST
    return replace(quantity, values=np.where(lost, np.nan, quantity.values), reasons=tuple(reasons))


def _left_out(quantity: Quantity) -> Iterator[str]:
    """Say of how many cells the statistics are, and why others are not in them."""
    missing = ~np.isfinite(quantity.values)
    why = [quantity.reasons[row] or UNSOLVED for row in range(missing.size)]
    if missing[NOMINAL]:
        yield f"{quantity.name}: no nominal value, the cell {why[NOMINAL]}"
    samples = np.flatnonzero(missing[1:])
    if samples.size:
        counts = Counter(why[row + 1] for row in samples.tolist())
        reasons = ", ".join(f"{number:,}: the cell {text}" for text, number in counts.items())
        total = count(missing.size - 1, "sample")
        yield f"{quantity.name}: of {missing.size - 1 - samples.size:,} of {total}; {reasons}"


def _summary_row(quantity: Quantity, sampled: bool) -> dict[str, object]:
    row: dict[str, object] = {
        "quantity": quantity.name,
        "condition": quantity.condition,
        "unit": quantity.unit,
        "nominal": float(quantity.values[NOMINAL]),
    }
    return row | describe(quantity.values[1:]).columns() if sampled else row


def _samples(quantities: Sequence[Quantity], status: Sequence[Status]) -> pd.DataFrame:
    values = {f"{q.name}_{q.unit.lower()}": q.values[1:] for q in quantities}
    missing = ~np.isfinite(np.array(list(values.values()))).all(axis=0)
    # Simulated well, but without the event that is looked for, is no value either.
    words = [
        str(Status.VALUE_MISSING if lost and one is Status.OK else one)
        for one, lost in zip(status, missing, strict=True)
    ]
    return pd.DataFrame({"index": np.arange(missing.size), "status": words, **values})
