"""Input-referred threshold of a sense amplifier: searched for, or linear in its mismatch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sram_spice.amplifier.turning_point import Decided, find_turns, read_decision
from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators import threshold_sigma
from sram_spice.generators.deck import QUICK_OPTIONS
from sram_spice.generators.sense_amplifier import (
    Polarity,
    polarity_at,
    sizes_of,
)
from sram_spice.generators.sense_amplifier_bench import START, SenseAmplifierBench
from sram_spice.simulation import Job, Status, Transient
from sram_spice.simulation.job import FloatArray

STEP = 5e-12  # s, largest; half of it moves a threshold by less than 20 uV (tested)
OVERSHOOT = 0.3  # part of VDD; beyond it a node of the latch is no solution
CHUNK = 50  # points per job, at most
PARTS = 2  # jobs at least, where there are enough points
LEAST = 5  # points that are worth a job of their own
RANGE = 0.08  # part of VDD; an offset beyond it is not found, and counted
TOLERANCE = 10e-6  # V; half of the step of time moves a threshold by as much
BEGIN = 1e-3  # V; at 0 a symmetric latch may not decide at all
FIRST_STEP = 5e-3  # V
USUAL = 5  # decisions that a threshold takes, mostly
PROBE = 10e-3  # V; threshold shift that a sensitivity is measured with
HEAVIEST = 8.0  # V/V; largest weight of the second pair that is found
AMPLIFIER_KEY = 1  # of the random numbers of sense amplifiers, apart from those of the column


@dataclass(frozen=True)
class Thresholds:
    """Differences V_BL - V_REF at which sense amplifiers decide the other way.

    Attributes
    ----------
    values : ndarray, shape (n,)
        V; NaN where there is none.
    status : tuple of Status, length n
        `value missing` where the decision does not turn within the range.
    """

    values: FloatArray
    status: tuple[Status, ...]


@dataclass(frozen=True)
class OffsetModel:
    """Offset of a sense amplifier as a linear function of its threshold shifts.

    Attributes
    ----------
    polarity : {"nmos", "pmos"}
    common_mode : float
        Reference level, V.
    nominal : float
        Threshold without mismatch, V.
    sensitivity : ndarray, shape (n_transistors,)
        Offset per threshold shift, V/V, in the order of the amplifier's transistors.
    transistor_sigma : ndarray, shape (n_transistors,)
        sigma(VT), V.
    """

    polarity: Polarity
    common_mode: float
    nominal: float
    sensitivity: FloatArray
    transistor_sigma: FloatArray

    @property
    def sigma(self) -> float:
        """Standard deviation of the offset, V."""
        return float(np.sqrt(((self.sensitivity * self.transistor_sigma) ** 2).sum()))

    def offsets(self, shifts: FloatArray) -> FloatArray:
        """Return the offsets for threshold shifts of shape (n, n_transistors), V."""
        return self.nominal + shifts @ self.sensitivity


def bench_at(design: Design, common_mode: float) -> SenseAmplifierBench:
    """Return the bench of the variant that a reference level has, inputs from ideal sources."""
    return SenseAmplifierBench(design, polarity_at(design, common_mode), common_mode)


def differential_bench_at(design: Design, v_ref: float, complement: float) -> SenseAmplifierBench:
    """Return the bench of an amplifier with two input pairs, at REF and REFB, V."""
    polarity = polarity_at(design, (v_ref + complement) / 2)
    return SenseAmplifierBench(design, polarity, float(v_ref), complement=float(complement))


def transistor_sigma(bench: SenseAmplifierBench) -> FloatArray:
    """Return sigma(VT) of every transistor of a sense amplifier, V."""
    return threshold_sigma(bench.transistors(), bench.design.mismatch.a_vt)


def draw_amplifier_shifts(sigma: FloatArray, seed: int, indices: Sequence[int]) -> FloatArray:
    """Draw threshold shifts of the sense amplifiers of some samples.

    Parameters
    ----------
    sigma : ndarray, shape (n,)
        V.
    seed : int
    indices : sequence of int
        Samples; sample i belongs to the column of the same number, and is independent of it.

    Returns
    -------
    ndarray, shape (len(indices), n)
        V.
    """
    rows = [
        np.random.default_rng(
            np.random.SeedSequence(seed, spawn_key=(index, AMPLIFIER_KEY))
        ).standard_normal(sigma.shape)
        for index in indices
    ]
    return np.array(rows).reshape(len(indices), sigma.size) * sigma


def find_thresholds(
    context: Context,
    bench: SenseAmplifierBench,
    shifts: FloatArray,
    half_range: float | None = None,
    tolerance: float = TOLERANCE,
) -> Thresholds:
    """Find the threshold of every sample on the differential input.

    Parameters
    ----------
    context : Context
    bench : SenseAmplifierBench
    shifts : ndarray, shape (n, n_transistors)
        Threshold shifts, V.
    half_range : float, optional
        Where it is looked for, V; default :data:`RANGE` of VDD.
    tolerance : float
        V.
    """
    reach = RANGE * context.design.conditions.vdd if half_range is None else half_range
    n = len(shifts)
    context.progress.begin(f"thresholds at {bench.common_mode:.3g} V", USUAL * n)
    status = [Status.OK] * n

    def decide(wanted: dict[int, float]) -> dict[int, Decided]:
        rows = list(wanted)
        points = np.column_stack([shifts[rows], list(wanted.values())])
        found = {}
        for number, one, how in _decisions(context, bench, points):
            row = rows[number]
            found[row] = one
            if how is not Status.OK:
                status[row] = how
        return found

    step = min(FIRST_STEP, reach / 2)
    turns = find_turns(decide, [(-reach, reach)] * n, [()] * n, [BEGIN] * n, step, tolerance)
    for row, turn in enumerate(turns):
        if status[row] is Status.OK and np.isnan(turn.at):
            status[row] = Status.VALUE_MISSING
    good = [one is Status.OK for one in status]
    return Thresholds(np.where(good, [one.at for one in turns], np.nan), tuple(status))


def offset_model(context: Context, bench: SenseAmplifierBench) -> OffsetModel:
    """Measure how the offset depends on each transistor: the fast method.

    One search per transistor of the left side, with :data:`PROBE` on its threshold; its mirror
    image has the opposite sensitivity, and a transistor in the middle none. Some hundred
    transients give what a Monte Carlo of any size is then a matrix product of.
    """
    amplifier = bench.amplifier
    names = [t.name for t in amplifier.transistors()]
    left = [i for i, name in enumerate(names) if names.index(amplifier.mirror(name)) > i]
    shifts = np.zeros((1 + len(left), len(names)))
    shifts[1 + np.arange(len(left)), left] = PROBE
    found = find_thresholds(context, bench, shifts, 2.5 * PROBE).values
    sensitivity = np.zeros(len(names))
    slope = (found[1:] - found[0]) / PROBE
    sensitivity[left] = slope
    sensitivity[[names.index(amplifier.mirror(names[i])) for i in left]] = -slope
    sigma = transistor_sigma(bench)
    return OffsetModel(bench.polarity, bench.common_mode, float(found[0]), sensitivity, sigma)


def second_pair_weight(context: Context, bench: SenseAmplifierBench) -> float:
    """Return how much BLB counts against BL in an amplifier with two input pairs, V/V.

    1 where both pairs are at one level; the pair nearer to its rail draws less.
    """
    shifts = np.zeros((1, len(bench.transistors())))
    at = [
        find_thresholds(context, replace(bench, unbalance=v), shifts, HEAVIEST * PROBE).values[0]
        for v in (-PROBE, PROBE)
    ]
    return float(at[1] - at[0]) / (2 * PROBE)


def describe_bench(bench: SenseAmplifierBench) -> str:
    """Return the conditions of a bench, for tables."""
    design = bench.design
    return (
        f"VDD = {design.conditions.vdd:.4g} V, V_REF = {bench.common_mode:.4g} V, "
        f"{sizes_of(design).topology}, {bench.polarity.upper()} inputs"
    )


def _decisions(
    context: Context, bench: SenseAmplifierBench, points: FloatArray
) -> Iterator[tuple[int, Decided, Status]]:
    """Return the decisions at threshold shifts and inputs, by number, with their statuses."""
    vdd, chunk = context.design.conditions.vdd, -(-len(points) // PARTS)
    chunk = min(max(chunk, LEAST), CHUNK)
    start, end = START, bench.decided
    for result in context.pool.run(_jobs(context, bench, points, chunk)):
        number, status = result.job * chunk + result.point, result.status
        v_in = float(points[number, -1])
        decided = Decided(v_in, 0.0, 0.0, end - start, float("nan"))
        if result.values is not None:
            time, high, low = result.values
            if max(abs(high - vdd / 2).max(), abs(low - vdd / 2).max()) > (0.5 + OVERSHOOT) * vdd:
                status = Status.NONCONVERGED
            else:
                decided = read_decision(v_in, time, high - low, start, end, vdd)
        context.progress.point(status)
        yield number, decided, status


def _jobs(
    context: Context, bench: SenseAmplifierBench, points: FloatArray, chunk: int
) -> Iterator[Job]:
    deck = bench.deck(context.cards, QUICK_OPTIONS)
    # SAEN falls at the end; a little beyond it there is something to interpolate in.
    analysis = Transient(bench.decided + STEP, STEP)
    for first in range(0, len(points), chunk):
        yield Job(
            deck,
            analysis,
            bench.latch,
            alter=(*bench.alter, "@vin[dc]"),
            points=points[first : first + chunk],
            label=f"sense amplifier at {bench.common_mode:.4g} V",
        )
