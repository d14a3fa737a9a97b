"""Where an MLSA in its column really decides: the nominal shift of each threshold by kick-back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sram_spice.column.context import Context
from sram_spice.generators.deck import QUICK_OPTIONS
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.simulation import Job, PointResult, Transient
from sram_spice.simulation.job import FloatArray

STEP = 10e-12  # s, largest; half of it moves a threshold by less than 0.1 mV (tested)
RANGE = 0.1  # part of VDD; how far a threshold is looked for
NUDGE = 1e-6  # A; small signal, to find the resistance of the bit line
ROUNDS = 9  # halvings: RANGE / 2^9 is 0.2 mV at VDD = 1 V
TIMEOUT = 300.0  # s


@dataclass(frozen=True)
class ThresholdShift:
    """The threshold of one decision of an MLSA in its nominal column.

    Attributes
    ----------
    reference : int
        Number of the reference.
    v_ref : float
        What the reference should be, V.
    shift : float
        Level (V_BL of the column by itself, settled) at which the decision turns, minus v_ref, V:
        kick-back, and what the loaded bit line has left to settle as SAEN rises. NaN when it does
        not turn within the range.
    resolution : float
        Half width of the interval it is known to, V.
    resistance : float
        Small-signal resistance of the bit line there, ohm.
    """

    reference: int
    v_ref: float
    shift: float
    resolution: float
    resistance: float


def threshold_shifts(
    context: Context, benches: Sequence[tuple[MlsaBench, int]], levels: Sequence[float]
) -> list[ThresholdShift]:
    """Find the thresholds of decisions by bisection on a current into the bit line.

    Parameters
    ----------
    context : Context
    benches : sequence of (MlsaBench, int)
        A bench (merged column at a level near the reference) and which of its decisions.
    levels : sequence of float
        V_BL of each bench's column by itself: what code probabilities are about, V.

    Returns
    -------
    list of ThresholdShift
        In the order of `benches`.
    """
    vdd = context.design.conditions.vdd
    context.progress.begin("thresholds in the column", len(benches) * (ROUNDS + 4))
    jobs = [_job(context, bench, index) for bench, index in benches]
    wanted = np.array([bench.references[bench.decisions[i].reference] for bench, i in benches])
    rest = _simulate(context, jobs, np.zeros(len(jobs)))[:, 0]
    moved = _simulate(context, jobs, np.full(len(jobs), NUDGE))[:, 0]
    resistance = (moved - rest) / NUDGE
    unsettled = rest - np.asarray(levels)
    low, high = wanted - RANGE * vdd, wanted + RANGE * vdd
    first = np.array([_simulate(context, jobs, (v - rest) / resistance)[:, 1] for v in (low, high)])
    turns = (first[0] < 0) & (first[1] > 0)
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        level, decided = _simulate(context, jobs, (middle - rest) / resistance).T
        # What counts is where BL really was, a large current being no small signal.
        above = decided > 0
        low, high = np.where(above, low, level), np.where(above, level, high)
    shift = np.where(turns, (low + high) / 2 - unsettled - wanted, np.nan)
    half = np.abs(high - low) / 2
    return [
        ThresholdShift(bench.decisions[i].reference, *map(float, row))
        for (bench, i), row in zip(
            benches, np.column_stack([wanted, shift, half, resistance]), strict=True
        )
    ]


def _job(context: Context, bench: MlsaBench, index: int) -> tuple[Job, float, float]:
    bench = replace(bench, vernier=True, recover=False)
    decision = bench.decisions[index]
    high, low = bench.latch_of(decision)
    job = Job(
        bench.deck(context.cards, QUICK_OPTIONS),
        Transient(bench.timing.stop, STEP),
        (bench.column.sensed[0], high, low),
        bench.latches,
        ("@inudge[dc]",),
        np.zeros((1, 1)),
        label=f"threshold of reference {decision.reference}",
        timeout=TIMEOUT,
    )
    return job, bench.timing.enable[decision.cycle], bench.timing.disable[decision.cycle]


def _simulate(
    context: Context, jobs: Sequence[tuple[Job, float, float]], currents: FloatArray
) -> FloatArray:
    """Return V_BL as SAEN rises and the latch's difference as it falls, shape (jobs, 2), V."""
    found = np.full((len(jobs), 2), np.nan)
    altered = (
        replace(job, points=np.array([[current]]))
        for (job, _, _), current in zip(jobs, currents, strict=True)
    )
    for result in context.pool.run(altered):
        context.progress.point(result.status)
        found[result.job] = _read(result, *jobs[result.job][1:])
    return found


def _read(result: PointResult, enable: float, disable: float) -> tuple[float, float]:
    if result.values is None:
        return float("nan"), float("nan")
    time, bl, high, low = result.values
    return float(np.interp(enable, time, bl)), float(np.interp(disable, time, high - low))
