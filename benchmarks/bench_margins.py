"""How much more than bare simulator time all margins of the 6T cell take, measured in one run.

The bare loop issues the same commands for the same analyses (alter every threshold, sweep, copy the
vectors, forget them), in two processes at once, each with every other job: what two cores could do
at best is the sum of their seconds, divided by two. Rounds of both alternate, and wall time on a
machine that does other work means little; the ratio of processor time (parent and workers against
the bare loops) is printed beside it.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from sram_spice.column.context import Context
from sram_spice.design import Design, load_design
from sram_spice.measurements.cell_measurement import CellMeasurement, run_together
from sram_spice.measurements.measurement import measurement_of
from sram_spice.registry import MEASUREMENTS
from sram_spice.simulation import DcSweep, Job, OperatingPoint, PointResult, SimulatorPool
from sram_spice.simulation.ngspice import Simulator
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

ROOT = Path(__file__).parent.parent
ROUNDS = 3
SAMPLES = 1000
PROCESSES = 2


@dataclass
class RecordingPool(SimulatorPool):
    """A pool that keeps the jobs it was given."""

    jobs: list[Job] = field(default_factory=list)

    def run(self, jobs: Iterable[Job]) -> Iterator[PointResult]:
        wanted = list(jobs)
        self.jobs += wanted
        return super().run(wanted)


@dataclass(frozen=True)
class Round:
    """Seconds of one round: all margins, and the bare loops on two cores."""

    wall: float
    cpu: float
    bare_wall: float
    bare_cpu: float
    analyses: int

    @property
    def cpu_ratio(self) -> float:
        """Processor time of all margins over that of the bare loops."""
        return self.cpu / self.bare_cpu


def main() -> None:
    """Run the rounds and print the ratio."""
    context = multiprocessing.get_context("spawn")
    with RecordingPool(PROCESSES) as pool, context.Pool(PROCESSES) as bare:
        round_of(pool, bare, 2, seed=0)  # loads the libraries
        rounds = [round_of(pool, bare, SAMPLES, seed) for seed in range(1, ROUNDS + 1)]
    for one in rounds:
        print(
            f"{SAMPLES} samples, {one.analyses} analyses: wall {one.wall:.2f} s, bare "
            f"{one.bare_wall:.2f} s; processor {one.cpu:.2f} s, bare {one.bare_cpu:.2f} s"
        )
    wall, cpu = (median(r.wall / r.bare_wall for r in rounds), median(r.cpu_ratio for r in rounds))
    print(f"ratio {wall:.3f} of wall time, {cpu:.3f} of processor time (wanted: 1.3 at most)")


def round_of(
    pool: RecordingPool, bare: multiprocessing.pool.Pool, samples: int, seed: int
) -> Round:
    """Measure all margins of a number of samples, then the bare loops on the same jobs."""
    overrides = [f"monte_carlo.samples={samples}", f"monte_carlo.seed={seed}"]
    design = load_design(ROOT / "circuits" / "hbnn_6t.toml", overrides)
    pool.jobs.clear()
    pids = [os.getpid(), *(worker.process.pid or 0 for worker in pool._alive)]
    start, spent = time.perf_counter(), sum(map(processor_time, pids))
    all_margins(design, pool)
    wall, cpu = time.perf_counter() - start, sum(map(processor_time, pids)) - spent
    halves = [pool.jobs[i::PROCESSES] for i in range(PROCESSES)]
    loops = bare.map(bare_loop, halves, chunksize=1)
    bare_wall, bare_cpu = sum(one[0] for one in loops) / PROCESSES, sum(one[1] for one in loops)
    return Round(wall, cpu, bare_wall, bare_cpu, sum(len(job.points) for job in pool.jobs))


def processor_time(pid: int) -> float:
    """Return the processor time a process has used, s (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def all_margins(design: Design, pool: SimulatorPool) -> None:
    """Measure all that is registered for the cell, on the same samples."""
    found = [measurement_of(name) for name in MEASUREMENTS.names()]
    chosen = [one for one in found if isinstance(one, CellMeasurement)]
    run_together(Context(design, technology_cards(design), pool, Silent()), chosen)


def bare_loop(jobs: list[Job]) -> tuple[float, float]:
    """Return wall and processor seconds of the least one can do with libngspice."""
    simulator = Simulator()
    start, spent = time.perf_counter(), time.process_time()
    for job in jobs:
        simulator.load(job.deck, job.alter)
        command = bare_command(job)
        names = job.outputs if isinstance(job.analysis, OperatingPoint) else ("v-sweep",)
        for values in job.points.tolist():
            for name, value in zip(job.alter, values, strict=True):
                simulator.command(f"alter {name}={value!r}")
            simulator.command(command)
            if any(simulator.vector(name) is None for name in {*names, *job.outputs}):
                raise RuntimeError("the bare loop found no solution")
            simulator.command("destroy all")
    return time.perf_counter() - start, time.process_time() - spent


def bare_command(job: Job) -> str:
    """Return the analysis as one types it."""
    if isinstance(job.analysis, DcSweep):
        sweep = job.analysis
        step = sweep.step if sweep.stop >= sweep.start else -sweep.step
        return f"dc {sweep.source} {sweep.start!r} {sweep.stop!r} {step!r}"
    if isinstance(job.analysis, OperatingPoint):
        return "op"
    raise TypeError("margins are sweeps and operating points")


if __name__ == "__main__":
    main()
