"""Full transients of a mismatched column with its mismatched MLSA, many samples of a level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sram_spice.amplifier.access import DECIDED_ONE, DECIDED_ZERO, UNDECIDED, decided
from sram_spice.amplifier.sense_threshold import draw_amplifier_shifts
from sram_spice.column.access import SEPARATION
from sram_spice.column.context import Context
from sram_spice.column.levels import mismatch_sigma, sample_column, samples_per_job
from sram_spice.generators import threshold_sigma
from sram_spice.generators.deck import QUICK_OPTIONS
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.mlsa_code import code_of
from sram_spice.simulation import Job, PointResult, Status, Transient
from sram_spice.simulation.job import FloatArray
from sram_spice.technology import draw_threshold_shifts

STEP = 20e-12  # s, largest
CHUNK = 25  # samples per job
TIMEOUT = 120.0  # s
OVERSHOOT = 0.5  # part of VDD
GENERATOR_KEY = 2  # of the random numbers of the reference generator
_LETTERS = {DECIDED_ONE: "1", DECIDED_ZERO: "0", UNDECIDED: "x"}


@dataclass(frozen=True)
class MlsaSample:
    """One fabricated column with its MLSA, read once.

    Attributes
    ----------
    v_bl : float
        Bit line at the end of the sensing time, V; NaN without a valid solution.
    decisions : str
        A letter per decision of the bench: 1, 0, or x where the amplifier has not decided in its
        time; empty without a valid solution.
    status : Status
        Of the simulation and of the cells' data.
    """

    v_bl: float
    decisions: str
    status: Status

    @property
    def undecided(self) -> bool:
        """Whether any amplifier has not decided in its time."""
        return _LETTERS[UNDECIDED] in self.decisions

    def code(self, bench: MlsaBench) -> int | None:
        """Return the code, None where data is lost, without a solution, or undecided."""
        if self.status is not Status.OK or self.undecided:
            return None
        return code_of(bench, np.array([letter == "1" for letter in self.decisions]))


def simulate_samples(
    context: Context, wanted: Sequence[tuple[MlsaBench, Sequence[int]]]
) -> Iterator[tuple[int, int, MlsaSample]]:
    """Simulate samples of parallel accesses in full: every transistor and resistor its own.

    Sample i has the column of sample i in samples.parquet; amplifiers and references of its own.

    Parameters
    ----------
    context : Context
    wanted : sequence of (MlsaBench, sequence of int)
        Parallel benches of full columns, and which of their samples.

    Yields
    ------
    (int, int, MlsaSample)
        Number of the bench in `wanted`, index of the sample, and what it read; as they finish.
    """
    size = samples_per_job(context.design, CHUNK)
    chunks = [
        (number, indices[start : start + size])
        for number, (_, indices) in enumerate(wanted)
        for start in range(0, len(indices), size)
    ]
    jobs = _jobs(context, [(wanted[number][0], mine) for number, mine in chunks])
    for result in context.pool.run(jobs):
        number, mine = chunks[result.job]
        context.progress.point(result.status)
        yield number, mine[result.point], _read(wanted[number][0], result)


def draw(context: Context, bench: MlsaBench, indices: Sequence[int]) -> FloatArray:
    """Draw threshold shifts, and what varies in the generator, in the order of `alter`."""
    design = context.design
    seed = design.monte_carlo.seed
    column = mismatch_sigma(design, bench.column)
    shifts = np.array([draw_threshold_shifts(column, seed, i) for i in indices])
    sigma = threshold_sigma([t for _, t in bench.devices], design.mismatch.a_vt)
    parts = [shifts, draw_amplifier_shifts(sigma, seed, indices)]
    if bench.generator is not None:
        nominal, spread = bench.generator.nominal, bench.generator.sigma
        normal = np.array(
            [
                np.random.default_rng(
                    np.random.SeedSequence(seed, spawn_key=(i, GENERATOR_KEY))
                ).standard_normal(nominal.size)
                for i in indices
            ]
        )
        parts.append(nominal + spread * normal)
    return np.concatenate(parts, axis=1)


def _jobs(context: Context, chunks: Sequence[tuple[MlsaBench, Sequence[int]]]) -> Iterator[Job]:
    vdd = context.design.conditions.vdd
    for given, indices in chunks:
        bench = given
        if samples_per_job(context.design, CHUNK) == 1:
            level = given.column.n_plus, given.column.n_minus
            bench = replace(given, column=sample_column(context.design, *level, indices[0]))
        nodes = tuple(node for d in bench.decisions for node in bench.latch_of(d))
        yield Job(
            bench.deck(context.cards, QUICK_OPTIONS),
            Transient(bench.timing.stop, STEP, sample_at=bench.timing.disable[0]),
            (bench.column.sensed[0], *nodes),
            bench.latches,
            bench.alter,
            draw(context, bench, indices),
            limits=(-OVERSHOOT * vdd, (1 + OVERSHOOT) * vdd),
            separation=SEPARATION * vdd,
            timeout=TIMEOUT,
            label=f"MLSA n_plus={bench.column.n_plus}, n_minus={bench.column.n_minus}",
        )


def _read(bench: MlsaBench, result: PointResult) -> MlsaSample:
    if result.values is None:
        return MlsaSample(float("nan"), "", result.status)
    v_bl, *nodes = result.values.tolist()
    vdd = bench.column.design.conditions.vdd
    pairs = zip(nodes[::2], nodes[1::2], strict=True)
    said = "".join(_LETTERS[decided(high - low, vdd)] for high, low in pairs)
    return MlsaSample(v_bl, said, result.status)
