"""Input-referred threshold of a sense amplifier: by bisection, or linear in its mismatch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators import threshold_sigma
from sram_spice.generators.deck import QUICK_OPTIONS
from sram_spice.generators.sense_amplifier import (
    Polarity,
    polarity_at,
    sizes_of,
)
from sram_spice.generators.sense_amplifier_bench import SenseAmplifierBench
from sram_spice.simulation import Job, Status, Transient
from sram_spice.simulation.job import FloatArray

STEP = 5e-12  # s, largest; half of it moves a threshold by less than 20 uV (tested)
OVERSHOOT = 0.3  # part of VDD; beyond it a node of the latch is no solution
CHUNK = 50  # points per job
RANGE = 0.08  # part of VDD; an offset beyond it is not found, and counted
ROUNDS = 12  # halvings: 0.08 V / 2^12 is 20 uV
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


def bisect_thresholds(
    context: Context,
    bench: SenseAmplifierBench,
    shifts: FloatArray,
    half_range: float | None = None,
    rounds: int = ROUNDS,
) -> Thresholds:
    """Find the threshold of every sample by bisection on the differential input.

    Parameters
    ----------
    context : Context
    bench : SenseAmplifierBench
    shifts : ndarray, shape (n, n_transistors)
        Threshold shifts, V.
    half_range : float, optional
        Where it is looked for, V; default :data:`RANGE` of VDD.
    rounds : int
        Halvings.
    """
    reach = RANGE * context.design.conditions.vdd if half_range is None else half_range
    n = len(shifts)
    context.progress.begin(f"thresholds at {bench.common_mode:.3g} V", n * (rounds + 2))
    low, high = np.full(n, -reach), np.full(n, reach)
    below, status_low = _decide(context, bench, shifts, low)
    above, status_high = _decide(context, bench, shifts, high)
    turns = (below < 0) & (above > 0)
    failed = [a if a is not Status.OK else b for a, b in zip(status_low, status_high, strict=True)]
    for _ in range(rounds):
        middle = (low + high) / 2
        decided, status = _decide(context, bench, shifts, middle)
        failed = [a if a is not Status.OK else b for a, b in zip(failed, status, strict=True)]
        low, high = np.where(decided > 0, low, middle), np.where(decided > 0, middle, high)
    good = turns & np.array([one is Status.OK for one in failed])
    words = tuple(
        Status.VALUE_MISSING if one is Status.OK and not turned else one
        for one, turned in zip(failed, turns, strict=True)
    )
    return Thresholds(np.where(good, (low + high) / 2, np.nan), words)


def offset_model(context: Context, bench: SenseAmplifierBench) -> OffsetModel:
    """Measure how the offset depends on each transistor: the fast method.

    One bisection per transistor of the left side, with :data:`PROBE` on its threshold; its mirror
    image has the opposite sensitivity, and a transistor in the middle none. Some hundred
    transients give what a Monte Carlo of any size is then a matrix product of.
    """
    amplifier = bench.amplifier
    names = [t.name for t in amplifier.transistors()]
    left = [i for i, name in enumerate(names) if names.index(amplifier.mirror(name)) > i]
    shifts = np.zeros((1 + len(left), len(names)))
    shifts[1 + np.arange(len(left)), left] = PROBE
    found = bisect_thresholds(context, bench, shifts, 2.5 * PROBE, ROUNDS - 1).values
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
        bisect_thresholds(context, replace(bench, unbalance=v), shifts, HEAVIEST * PROBE).values[0]
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


def _decide(
    context: Context, bench: SenseAmplifierBench, shifts: FloatArray, inputs: FloatArray
) -> tuple[FloatArray, list[Status]]:
    """Return the latch's difference at the end of the sensing time, V, and the statuses."""
    decided = np.full(len(shifts), np.nan)
    status = [Status.VALUE_MISSING] * len(shifts)
    starts = range(0, len(shifts), CHUNK)
    for result in context.pool.run(_jobs(context, bench, shifts, inputs)):
        row = starts[result.job] + result.point
        status[row] = result.status
        context.progress.point(result.status)
        if result.values is not None:
            decided[row] = result.values[0] - result.values[1]
    return decided, status


def _jobs(
    context: Context, bench: SenseAmplifierBench, shifts: FloatArray, inputs: FloatArray
) -> Iterator[Job]:
    deck = bench.deck(context.cards, QUICK_OPTIONS)
    points, vdd = np.column_stack([shifts, inputs]), context.design.conditions.vdd
    # SAEN falls at the end; a little beyond it there is something to interpolate in.
    analysis = Transient(bench.decided + STEP, STEP, sample_at=bench.decided)
    for start in range(0, len(points), CHUNK):
        yield Job(
            deck,
            analysis,
            bench.latch,
            alter=(*bench.alter, "@vin[dc]"),
            points=points[start : start + CHUNK],
            limits=(-OVERSHOOT * vdd, (1 + OVERSHOOT) * vdd),
            label=f"sense amplifier at {bench.common_mode:.4g} V",
        )
