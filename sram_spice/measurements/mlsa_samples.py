"""Full transients of a mismatched column with its mismatched MLSA, many samples of a level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sram_spice.generators import column_of, threshold_sigma
from sram_spice.generators.deck import QUICK_OPTIONS
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.mlsa_code import code_of
from sram_spice.measurements.access import SEPARATION
from sram_spice.measurements.levels import mismatch_sigma
from sram_spice.measurements.measurement import Context
from sram_spice.measurements.mlsa_access import DECIDED_ONE, UNDECIDED, decided
from sram_spice.measurements.sense_threshold import draw_amplifier_shifts
from sram_spice.simulation import Job, PointResult, Status, Transient
from sram_spice.simulation.job import FloatArray
from sram_spice.technology import draw_threshold_shifts

STEP = 20e-12  # s, largest
CHUNK = 25  # samples per job
TIMEOUT = 120.0  # s
OVERSHOOT = 0.5  # part of VDD
LADDER_KEY = 2  # of the random numbers of the ladder


@dataclass(frozen=True)
class MlsaSample:
    """One fabricated column with its MLSA, read once.

    Attributes
    ----------
    n_plus, n_minus, index : int
    status : Status
        Of the simulation and of the cells' data.
    v_bl : float
        Bit line at the end of the sensing time, V.
    code : int or None
        None without a valid solution or with an undecided amplifier.
    undecided : int
        Amplifiers that have not decided in their time.
    """

    n_plus: int
    n_minus: int
    index: int
    status: Status
    v_bl: float
    code: int | None
    undecided: int


def simulate_samples(
    context: Context,
    levels: Sequence[tuple[int, int]],
    taps: Sequence[Sequence[float]],
    indices: Sequence[int],
) -> list[MlsaSample]:
    """Simulate samples of parallel accesses in full: every transistor and resistor its own.

    Sample i has the column of sample i in samples.parquet, and amplifiers and a ladder of its own.

    Parameters
    ----------
    context : Context
    levels : sequence of (int, int)
        n_plus, n_minus.
    taps : sequence of sequence of float
        Tap voltages of the ladder for each level, V.
    indices : sequence of int
        Samples of each level.
    """
    context.progress.begin("full transients", len(levels) * len(indices))
    benches = [
        MlsaBench(column_of(context.design, *level), tuple(one), "parallel", recover=False)
        for level, one in zip(levels, taps, strict=True)
    ]
    chunks = [
        (bench, indices[start : start + CHUNK])
        for bench in benches
        for start in range(0, len(indices), CHUNK)
    ]
    found = []
    for result in context.pool.run(_jobs(context, chunks)):
        bench, mine = chunks[result.job]
        found.append(_read(bench, mine[result.point], result))
        context.progress.point(result.status)
    return sorted(found, key=lambda s: (s.n_plus + s.n_minus, s.n_plus, s.index))


def draw(context: Context, bench: MlsaBench, indices: Sequence[int]) -> FloatArray:
    """Draw threshold shifts and ladder resistances of some samples, in the order of `alter`."""
    design = context.design
    seed = design.monte_carlo.seed
    column = mismatch_sigma(design, bench.column)
    shifts = np.array([draw_threshold_shifts(column, seed, i) for i in indices])
    sigma = threshold_sigma([t for _, t in bench.devices], design.mismatch.a_vt)
    parts = [shifts, draw_amplifier_shifts(sigma, seed, indices)]
    if bench.ladder is not None:
        normal = np.array(
            [
                np.random.default_rng(
                    np.random.SeedSequence(seed, spawn_key=(i, LADDER_KEY))
                ).standard_normal(bench.ladder.segments.size)
                for i in indices
            ]
        )
        parts.append(bench.ladder.segments + bench.ladder.segment_sigma * normal)
    return np.concatenate(parts, axis=1)


def _jobs(context: Context, chunks: Sequence[tuple[MlsaBench, Sequence[int]]]) -> Iterator[Job]:
    vdd = context.design.conditions.vdd
    for bench, indices in chunks:
        nodes = tuple(node for d in bench.decisions for node in bench.latch_of(d))
        yield Job(
            bench.deck(context.cards, QUICK_OPTIONS),
            Transient(bench.timing.stop, STEP, sample_at=bench.timing.disable[0]),
            ("bl", *nodes),
            bench.latches,
            bench.alter,
            draw(context, bench, indices),
            limits=(-OVERSHOOT * vdd, (1 + OVERSHOOT) * vdd),
            separation=SEPARATION * vdd,
            timeout=TIMEOUT,
            label=f"MLSA n_plus={bench.column.n_plus}, n_minus={bench.column.n_minus}",
        )


def _read(bench: MlsaBench, index: int, result: PointResult) -> MlsaSample:
    level = (bench.column.n_plus, bench.column.n_minus)
    if result.values is None:
        return MlsaSample(*level, index, result.status, float("nan"), None, 0)
    v_bl, *nodes = result.values.tolist()
    vdd = bench.column.design.conditions.vdd
    pairs = zip(nodes[::2], nodes[1::2], strict=True)
    said = np.array([decided(high - low, vdd) for high, low in pairs])
    undecided = int(np.count_nonzero(said == UNDECIDED))
    code = None if undecided else code_of(bench, said == DECIDED_ONE)
    return MlsaSample(*level, index, result.status, v_bl, code, undecided)
