"""Runs measurements of the cell together: their sweeps, nominal and mismatched, as one job list."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pandas as pd

from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators import cell_of, threshold_sigma
from sram_spice.generators.cell import Cell
from sram_spice.generators.cell_bench import SplitCell, WholeCell, threshold_names
from sram_spice.simulation import Job, Latch, OperatingPoint, PointResult, Status
from sram_spice.simulation.job import Analysis, FloatArray
from sram_spice.technology import draw_threshold_shifts

CHUNK = 50  # samples per job: some 0.1 s of work, large against the load of a deck
NOMINAL = 0  # row of the nominal cell in every array; the Monte Carlo samples follow


@dataclass(frozen=True)
class BenchRun:
    """One analysis of one bench, for the nominal cell and every sample.

    Attributes
    ----------
    bench : SplitCell or WholeCell
    analysis : OperatingPoint, Transient or DcSweep
    outputs : tuple of str
        Vectors to return.
    set_source : str or None
        Source whose DC value differs from sample to sample, for example ``vbl``.
    values : tuple of float
        Its value in each row, V; NaN where there is nothing to simulate.
    """

    bench: SplitCell | WholeCell
    analysis: Analysis
    outputs: tuple[str, ...]
    set_source: str | None = None
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Curves:
    """What a bench run gave.

    Attributes
    ----------
    values : ndarray
        Shape (n_rows, n_outputs) of operating points, (n_rows, 1 + n_outputs, n_points) of sweeps
        (swept value first). NaN where a row has no valid solution.
    status : tuple of Status
        Of each row; ok where there was nothing to simulate.
    """

    values: FloatArray
    status: tuple[Status, ...]

    @property
    def x(self) -> FloatArray:
        """The swept values, V, which all rows share; NaN when no row has a solution."""
        swept = self.values[:, 0]
        good = np.isfinite(swept).all(axis=1)
        return np.asarray(swept[good.argmax()])


@dataclass(frozen=True)
class Quantity:
    """One measured quantity.

    Attributes
    ----------
    name : str
        Its name in tables, without unit.
    condition : str
        Voltages at which it holds.
    unit : str
    values : ndarray, shape (n_rows,)
        Row 0 nominal, then the samples; NaN where there is none.
    reasons : tuple of str
        Why a row has no value, in words that follow "the cell"; empty where it has one, or where
        the simulator has no solution. No reasons at all: empty.
    """

    name: str
    condition: str
    unit: str
    values: FloatArray
    reasons: tuple[str, ...] = ()


def first_reasons(*reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first reason of each row that there is; empty where a row has none."""
    return tuple(next((one for one in row if one), "") for row in zip(*reasons, strict=True))


@dataclass(frozen=True)
class Extraction:
    """What a measurement makes of its curves.

    Attributes
    ----------
    quantities : tuple of Quantity
    curves : DataFrame
        Nominal curves, tidy.
    notes : tuple of str
    """

    quantities: tuple[Quantity, ...]
    curves: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()


Steps: TypeAlias = Generator[tuple[BenchRun, ...], tuple[Curves, ...], Extraction]


@dataclass(frozen=True)
class CellSetup:
    """The cell under measurement.

    Attributes
    ----------
    context : Context
    cell : Cell
    shifts : ndarray, shape (n_rows, n_transistors)
        Threshold shifts, V: row 0 none, then one row per sample. Sample i is the same cell in
        every measurement.
    """

    context: Context
    cell: Cell
    shifts: FloatArray

    @property
    def design(self) -> Design:
        """Return the design."""
        return self.context.design

    @property
    def rows(self) -> int:
        """Number of rows: the nominal cell and the samples."""
        return len(self.shifts)


def cell_setup(context: Context) -> CellSetup:
    """Return the nominal cell of a design and its mismatched samples."""
    design, cell = context.design, cell_of(context.design)
    sigma = threshold_sigma(cell.transistors(), design.mismatch.a_vt)
    samples = design.monte_carlo.samples if design.mismatch.a_vt > 0 else 0
    seed = design.monte_carlo.seed
    drawn = [draw_threshold_shifts(sigma, seed, index) for index in range(samples)]
    return CellSetup(context, cell, np.array([np.zeros(sigma.size), *drawn]))


@dataclass(frozen=True)
class Finished:
    """A measurement that is done.

    Attributes
    ----------
    extraction : Extraction
    status : tuple of Status
        Worst status of each row in all its bench runs.
    """

    extraction: Extraction
    status: tuple[Status, ...]


def drive(setup: CellSetup, all_steps: Sequence[Steps]) -> list[Finished]:
    """Advance measurements together until all are done.

    In each round the bench runs that all of them wait for are one job list; what two of them want
    is simulated once.

    Returns
    -------
    list of Finished
        In the order of `all_steps`.
    """
    done: dict[int, Finished] = {}
    seen: dict[int, list[Curves]] = {number: [] for number in range(len(all_steps))}
    answers: dict[int, tuple[Curves, ...] | None] = dict.fromkeys(range(len(all_steps)))
    while answers:
        wanted: dict[int, tuple[BenchRun, ...]] = {}
        for number, answer in answers.items():
            try:
                steps = all_steps[number]
                wanted[number] = next(steps) if answer is None else steps.send(answer)
            except StopIteration as end:
                done[number] = Finished(end.value, _worst(seen[number], setup.rows))
        found = simulate(
            setup, list(dict.fromkeys(run for runs in wanted.values() for run in runs))
        )
        answers = {number: tuple(found[run] for run in runs) for number, runs in wanted.items()}
        for number, answer in answers.items():
            seen[number] += answer or ()
    return [done[number] for number in range(len(all_steps))]


def simulate(setup: CellSetup, runs: Sequence[BenchRun]) -> dict[BenchRun, Curves]:
    """Simulate bench runs for every row and return what they gave."""
    jobs = [(run, rows, job) for run in runs for rows, job in _jobs(setup, run)]
    progress = setup.context.progress
    progress.begin("cell margins", sum(len(rows) for _, rows, _ in jobs))
    found: dict[BenchRun, list[PointResult | None]] = {run: [None] * setup.rows for run in runs}
    for result in setup.context.pool.run(job for _, _, job in jobs):
        run, rows, _ = jobs[result.job]
        found[run][rows[result.point]] = result
        progress.point(result.status)
    return {run: _curves(run, results) for run, results in found.items()}


def _worst(seen: Sequence[Curves], rows: int) -> tuple[Status, ...]:
    def severity(status: Status) -> int:
        return (status is not Status.OK) + (not status.has_values)

    found = ([Status.OK, *(curves.status[row] for curves in seen)] for row in range(rows))
    return tuple(max(statuses, key=severity) for statuses in found)


def _jobs(setup: CellSetup, run: BenchRun) -> Iterator[tuple[list[int], Job]]:
    deck = run.bench.deck(setup.context.cards)
    names, points = threshold_names(setup.cell), setup.shifts
    # A sweep passes through other states on purpose; an operating point has to keep its own.
    latches: tuple[Latch, ...] = ()
    if isinstance(run.analysis, OperatingPoint) and isinstance(run.bench, WholeCell):
        latches = (run.bench.latch,)
    rows = np.arange(setup.rows)
    if run.set_source is not None:
        names = (*names, f"@{run.set_source}[dc]")
        points = np.column_stack([points, run.values])
        rows = np.flatnonzero(np.isfinite(points[:, -1]))
    for start in range(0, rows.size, CHUNK):
        chunk = rows[start : start + CHUNK]
        job = Job(deck, run.analysis, run.outputs, latches, names, points[chunk])
        yield chunk.tolist(), job


def _curves(run: BenchRun, results: Sequence[PointResult | None]) -> Curves:
    known = [r.values for r in results if r is not None and r.values is not None]
    n = len(run.outputs)
    empty = (n,) if isinstance(run.analysis, OperatingPoint) else (1 + n, 2)
    values = np.full((len(results), *(known[0].shape if known else empty)), np.nan)
    for row, result in enumerate(results):
        if result is not None and result.values is not None:
            values[row] = result.values
    status = tuple(Status.OK if r is None else r.status for r in results)
    return Curves(values, status)
