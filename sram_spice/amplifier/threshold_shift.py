"""Where an MLSA in its column really decides: the nominal shift of each threshold by kick-back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sram_spice.amplifier.turning_point import Decided, find_turns, read_decision
from sram_spice.column.context import Context
from sram_spice.generators.deck import QUICK_OPTIONS
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.simulation import Job, Transient

STEP = 10e-12  # s, largest; half of it moves a threshold by less than 0.1 mV (tested)
RANGE = 0.1  # part of VDD; how far a threshold is looked for
NUDGE = 1e-6  # A; small signal, to find the resistance of the bit line
TOLERANCE = 0.2e-3  # part of VDD, half of the interval between two decisions
FIRST_STEP = 5e-3  # V
USUAL = 6  # decisions that a threshold takes, mostly
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
        A decision is known on either side of it, no further away than this, V.
    resistance : float
        Small-signal resistance of the bit line there, ohm.
    unsettled : float
        V_BL as SAEN rises above where the column by itself settles, V.
    """

    reference: int
    v_ref: float
    shift: float
    resolution: float
    resistance: float
    unsettled: float


def threshold_shifts(
    context: Context,
    benches: Sequence[tuple[MlsaBench, int]],
    levels: Sequence[float],
    before: Sequence[ThresholdShift] | None = None,
    tolerance: float = TOLERANCE,
) -> list[ThresholdShift]:
    """Find the thresholds of decisions, moving the bit line by a current into it.

    Parameters
    ----------
    context : Context
    benches : sequence of (MlsaBench, int)
        A bench (merged column at a level near the reference) and which of its decisions.
    levels : sequence of float
        V_BL of each bench's column by itself: what code probabilities are about, V.
    before : sequence of ThresholdShift, optional
        Of the same columns with other taps: what is known of the bit lines. Thresholds are looked
        for where they were from the tap.
    tolerance : float
        Part of VDD, half of the interval between two decisions.

    Returns
    -------
    list of ThresholdShift
        In the order of `benches`.
    """
    vdd = context.design.conditions.vdd
    context.progress.begin("thresholds in the column", len(benches) * USUAL)
    jobs = [_job(context, bench, index) for bench, index in benches]
    wanted = np.array([bench.references[bench.decisions[i].reference] for bench, i in benches])
    known: list[list[Decided]] = [[] for _ in jobs]
    if before is None:
        for current in (0.0, NUDGE):
            found = _simulate(context, jobs, dict.fromkeys(range(len(jobs)), current))
            for number, one in found.items():
                known[number].append(one)
        rest, moved = np.array([[one.at for one in both] for both in known]).T
        resistance = (moved - rest) / NUDGE
        guesses, step = wanted.tolist(), FIRST_STEP
    else:
        resistance = np.array([one.resistance for one in before])
        rest = np.asarray(levels) + [one.unsettled for one in before]
        guesses = [one.shift + v for one, v in zip(before, wanted + rest - levels, strict=True)]
        step = 1.5 * tolerance * vdd
    unsettled = rest - np.asarray(levels)

    # A large current is no small signal: the next one goes by where BL was with the last ones.
    tried = [[(v, 0.0), (v + ohm * NUDGE, NUDGE)] for v, ohm in zip(rest, resistance, strict=True)]

    def decide(asked: dict[int, float]) -> dict[int, Decided]:
        currents = {i: _current_for(v, tried[i]) for i, v in asked.items()}
        found = _simulate(context, jobs, currents)
        for number, one in found.items():
            tried[number].append((one.at, currents[number]))
        return found

    reach = RANGE * vdd
    ranges = [
        (min(v, guess) - reach, max(v, guess) + reach)
        for v, guess in zip(wanted.tolist(), guesses, strict=True)
    ]
    turns = find_turns(decide, ranges, known, guesses, step, tolerance * vdd)
    return [
        ThresholdShift(
            bench.decisions[i].reference,
            float(v_ref),
            float(turn.at - left - v_ref),
            turn.resolution,
            float(ohm),
            float(left),
        )
        for (bench, i), v_ref, turn, left, ohm in zip(
            benches, wanted, turns, unsettled, resistance, strict=True
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


def _current_for(level: float, tried: Sequence[tuple[float, float]]) -> float:
    """Return the current (A) that brings BL to a level, by the two tried that came nearest."""
    (v, i), (other, j) = sorted(set(tried), key=lambda one: abs(one[0] - level))[:2]
    return float(i + (level - v) * (j - i) / (other - v)) if other != v else float(i)


def _simulate(
    context: Context, jobs: Sequence[tuple[Job, float, float]], currents: dict[int, float]
) -> dict[int, Decided]:
    """Return what is decided with a current (A) into the bit line of some jobs.

    Its input is where BL really is as SAEN rises.
    """
    numbers, vdd = list(currents), context.design.conditions.vdd
    altered = (replace(jobs[i][0], points=np.array([[currents[i]]])) for i in numbers)
    found = {}
    for result in context.pool.run(altered):
        context.progress.point(result.status)
        number = numbers[result.job]
        _, enable, disable = jobs[number]
        if result.values is None:
            nan = float("nan")
            found[number] = Decided(nan, 0.0, 0.0, disable - enable, nan)
            continue
        time, bl, high, low = result.values
        level = float(np.interp(enable, time, bl))
        found[number] = read_decision(level, time, high - low, enable, disable, vdd)
    return found
