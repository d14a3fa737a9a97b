"""Bit-line levels: nominal V_BL and V_BLB, and their distribution under mismatch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sram_spice.design import Design
from sram_spice.generators import ColumnGuess, column_deck, column_of, threshold_sigma
from sram_spice.generators.cell import BIT_LINES
from sram_spice.generators.column import Column
from sram_spice.generators.deck import OPTIONS, QUICK_OPTIONS
from sram_spice.generators.placement import drawn_order
from sram_spice.generators.wires import wires_of
from sram_spice.simulation import Job, PointResult, Status, Transient
from sram_spice.technology import ModelCards, draw_threshold_shifts

SEPARATION = 0.05  # part of VDD; V(q) and V(qb) closer than this is the metastable point
# Parts of VDD between the nodes of a cell near its trip. There the usual time steps are 1 mV off at
# a bit line and 20 ps at the flip of a cell, which may thereby miss the fall of the word line.
DOUBT = 0.45
LINGER = 200e-12  # s in such a state, after which a cell that has flipped may not have to
# Up to here of an operating point: whether Newton finds one hangs on its last microvolt, and on the
# way there from VDD a cell may flip (seen up to 0.54).
DOUBT_AT_REST = 0.55
METHOD = 2  # raise it when samples of the same deck come out differently
OVERSHOOT = 0.5  # part of VDD; gates couple into a bit line, into a short one by a third of VDD
TIMEOUT_PER_ROW = 1.0  # s; an operating point takes some 0.1 ms a row, a transient some 5 ms
TIMEOUT_FLOOR = 60.0  # s
ACCESS_STEP = 50e-12  # s, largest; ngspice takes smaller ones where the waveform bends


@dataclass(frozen=True)
class NominalLevel:
    """A level without mismatch.

    Attributes
    ----------
    n_plus, n_minus : int
    status : Status
    v_bl, v_blb : float
        What the read-out senses: bit lines, or nodes that stand for them, V; NaN without a valid
        solution.
    guess : ColumnGuess or None
        Where mismatched columns of this level may start; None unless the status is ok.
    detail : str
        Why, when the status is not ok.
    line_bl, line_blb : float
        The bit lines themselves, V.
    """

    n_plus: int
    n_minus: int
    status: Status
    v_bl: float
    v_blb: float
    guess: ColumnGuess | None
    detail: str = ""
    line_bl: float = math.nan
    line_blb: float = math.nan


def nominal_job(
    design: Design, cards: ModelCards, n_plus: int, n_minus: int, fallback: bool = True
) -> Job:
    """Return the job of one nominal level: identical rows merged, no mismatch.

    Without `fallback` a level that has no operating point in its states is left undecided.
    """
    column = column_of(design, n_plus, n_minus, merged=True)
    outputs: tuple[str, ...] = (*column.sensed, *BIT_LINES)
    if not column.wires.position_matters:
        outputs += _storage_nodes(column)
    return _job(column, cards, outputs=outputs, fallback=fallback)


def column_job(
    column: Column,
    cards: ModelCards,
    outputs: tuple[str, ...] = (),
    guess: ColumnGuess | None = None,
    samples: Sequence[int] = (),
) -> Job:
    """Return the job of a column whose rows are where they are.

    Parameters
    ----------
    column : Column
    cards : ModelCards
    outputs : tuple of str, optional
        Default: BL and BLB at the amplifier's place, and where the read-out is, V.
    guess : ColumnGuess, optional
        Where to start.
    samples : sequence of int, optional
        With the mismatch of these samples. Default: without mismatch.
    """
    at_amplifier = (column.wires.sensed(node) for node in BIT_LINES)
    wanted = outputs or (*at_amplifier, *BIT_LINES)
    if not samples:
        return _job(column, cards, wanted, guess)
    design = column.design
    sigma = mismatch_sigma(design, column)
    seed = design.monte_carlo.seed
    shifts = np.array([draw_threshold_shifts(sigma, seed, i) for i in samples])
    return _job(column, cards, wanted, guess, shifts)


def nominal_level(n_plus: int, n_minus: int, result: PointResult) -> NominalLevel:
    """Read a nominal level from the result of its job."""
    if result.values is None:
        return NominalLevel(n_plus, n_minus, result.status, np.nan, np.nan, None, result.detail)
    four, storage = result.values[:4].tolist(), result.values[4:].tolist()
    cells = tuple(zip(storage[::2], storage[1::2], strict=True))
    lines = (four[2], four[3])
    guess = ColumnGuess(*lines, cells) if result.status is Status.OK else None
    sensed = (four[0], four[1])
    return NominalLevel(n_plus, n_minus, result.status, *sensed, guess, result.detail, *lines)


def mismatch_jobs(
    design: Design,
    cards: ModelCards,
    nominal: NominalLevel,
    chunks: Iterable[Sequence[int]],
    outputs: tuple[str, ...] = (),
) -> Iterator[Job]:
    """Return the jobs of mismatched columns of one level, all transistors in full.

    Parameters
    ----------
    design : Design
    cards : ModelCards
    nominal : NominalLevel
        The level, and where to start from.
    chunks : iterable of sequence of int
        Samples to simulate, a sequence per job, no longer than :func:`samples_per_job`; sample i is
        the same silicon at every level.
    outputs : tuple of str, optional
        Nodes; default what the read-out senses.

    Yields
    ------
    Job
        Outputs in V.
    """
    column = column_of(design, nominal.n_plus, nominal.n_minus)
    sigma = mismatch_sigma(design, column)
    seed = design.monte_carlo.seed
    lost = nominal.status is Status.FLIPPED

    def empty(column: Column) -> Job:
        wanted = outputs or column.sensed
        job = _job(column, cards, wanted, nominal.guess, np.zeros((0, len(sigma))), quick=lost)
        # The access alone decides what the nominal column loses.
        return (job.fallback or job) if lost else job

    shared = None if column.wires.position_matters else empty(column)
    for indices in chunks:
        deck = shared or empty(_placed(design, nominal, indices))
        points = np.array([draw_threshold_shifts(sigma, seed, index) for index in indices])
        label = f"{deck.label}, samples from {indices[0]} on" if len(indices) else deck.label
        yield replace(deck, points=points.reshape(-1, len(sigma)), label=label)


def sample_column(design: Design, n_plus: int, n_minus: int, index: int = 0) -> Column:
    """Return the column of one sample: its rows are where they were drawn, if that matters."""
    rows = design.column.rows
    if not wires_of(design, rows).position_matters:
        return column_of(design, n_plus, n_minus)
    order = drawn_order(rows, design.monte_carlo.seed, index)
    return column_of(design, n_plus, n_minus, order=order)


def _placed(design: Design, nominal: NominalLevel, indices: Sequence[int]) -> Column:
    if len(indices) > 1:
        raise ValueError("samples whose rows are in different places have a deck each")
    return sample_column(design, nominal.n_plus, nominal.n_minus, *indices)


def samples_per_job(design: Design, wanted: int) -> int:
    """Return how many samples one job may have: one where each has its rows in other places."""
    return 1 if wires_of(design, design.column.rows).position_matters else wanted


def mismatch_job(
    design: Design,
    cards: ModelCards,
    nominal: NominalLevel,
    indices: Sequence[int],
    outputs: tuple[str, ...] = (),
) -> Job:
    """Return one job of mismatched columns of one level (see :func:`mismatch_jobs`)."""
    return next(mismatch_jobs(design, cards, nominal, [indices], outputs))


def mismatch_sigma(design: Design, column: Column) -> NDArray[np.float64]:
    """Return sigma(VT) of every transistor of a column, V, in the order of its devices."""
    transistors = [transistor for _, transistor in column.devices]
    return threshold_sigma(transistors, design.mismatch.a_vt)


def _job(
    column: Column,
    cards: ModelCards,
    outputs: tuple[str, ...],
    guess: ColumnGuess | None = None,
    points: NDArray[np.float64] | None = None,
    fallback: bool = True,
    quick: bool = False,
) -> Job:
    options = QUICK_OPTIONS if quick else OPTIONS
    deck = column_deck(column, cards, guess=guess, options=options)
    vdd = column.design.conditions.vdd
    job = Job(
        deck=deck.text,
        analysis=deck.analysis,
        outputs=outputs,
        latches=column.latches,
        alter=() if points is None else deck.alter,
        points=np.zeros((1, 0)) if points is None else points,
        limits=(-OVERSHOOT * vdd, (1 + OVERSHOOT) * vdd),
        separation=SEPARATION * vdd,
        doubt=(DOUBT if isinstance(deck.analysis, Transient) else DOUBT_AT_REST) * vdd,
        linger=LINGER,
        timeout=max(TIMEOUT_FLOOR, TIMEOUT_PER_ROW * column.rows),
        label=f"n_plus={column.n_plus}, n_minus={column.n_minus}",
        ladder=fallback,
    )
    if isinstance(deck.analysis, Transient) or not fallback:
        return job
    access = _access_analysis(column)
    deck = column_deck(column, cards, access, options=QUICK_OPTIONS)
    decided = replace(job, deck=deck.text, analysis=access, doubt=DOUBT * vdd)
    return replace(job, fallback=decided)


def _access_analysis(column: Column) -> Transient:
    """Return the access that decides where a column goes that has no operating point in its states.

    Bit lines are taken as the word line begins to fall; states have to hold to the end.
    """
    timing = column.timing
    return Transient(timing.stop, ACCESS_STEP, sample_at=timing.fall)


def _storage_nodes(column: Column) -> tuple[str, ...]:
    return tuple(n for latch in column.latches for n in (latch.node, latch.complement))
