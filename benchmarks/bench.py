"""How fast the simulator is driven, against a bare loop and a process per sample, in one run.

Rates of a noisy machine mean little; the ratios are taken between runs that alternate, and each is
the median over the rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from sram_spice.column.levels import (
    NominalLevel,
    mismatch_job,
    mismatch_jobs,
    nominal_job,
    nominal_level,
)
from sram_spice.design import Design, load_design
from sram_spice.runs.netlist import level_deck
from sram_spice.simulation import Job, SimulatorPool
from sram_spice.simulation.batch import run_batch
from sram_spice.simulation.ngspice import Simulator
from sram_spice.technology import technology_cards

ROOT = Path(__file__).parent.parent
ROUNDS = 7
SAMPLES = 200
BATCH_SAMPLES = 8
LEVEL = (32, 32)


@dataclass(frozen=True)
class Rates:
    """Samples per second of one round."""

    bare: float
    one: float
    two: float
    batch: float


def main() -> None:
    """Run the rounds and print the ratios."""
    design = load_design(ROOT / "circuits" / "xnor_8t.toml")
    with SimulatorPool(1) as one, SimulatorPool(2) as two:
        nominal = nominal_of(design, one)
        job = mismatch_job(design, technology_cards(design), nominal, range(SAMPLES))
        simulator = Simulator()
        run_pool(one, design, nominal), run_pool(two, design, nominal)
        rounds = [
            Rates(
                rate(SAMPLES, lambda: bare_loop(simulator, job)),
                rate(SAMPLES, lambda: run_pool(one, design, nominal)),
                rate(2 * SAMPLES, lambda: run_pool(two, design, nominal, 2 * SAMPLES)),
                rate(BATCH_SAMPLES, lambda: process_per_sample(design)),
            )
            for _ in range(ROUNDS)
        ]
    show(rounds)


def nominal_of(design: Design, pool: SimulatorPool) -> NominalLevel:
    """Return the nominal level that Monte Carlo starts from."""
    (result,) = pool.run([nominal_job(design, technology_cards(design), *LEVEL)])
    return nominal_level(*LEVEL, result)


def bare_loop(simulator: Simulator, job: Job) -> None:
    """Alter, op, read both bit lines: the least one can do with libngspice."""
    simulator.unload()
    simulator.load(job.deck, job.alter)
    for values in job.points.tolist():
        for name, value in zip(job.alter, values, strict=True):
            simulator.command(f"alter {name}={value!r}")
        simulator.command("op")
        if not np.isfinite([simulator.scalar("bl"), simulator.scalar("blb")]).all():
            raise RuntimeError("the bare loop found no solution")
        simulator.command("destroy all")


def run_pool(
    pool: SimulatorPool, design: Design, nominal: NominalLevel, count: int = SAMPLES
) -> None:
    """Draw, simulate and check as `characterize` does, in its chunks of 50."""
    cards = technology_cards(design)
    chunks = [range(start, start + 50) for start in range(0, count, 50)]
    jobs = mismatch_jobs(design, cards, nominal, chunks)
    if sum(result.values is not None for result in pool.run(jobs)) != count:
        raise RuntimeError("samples failed")


def process_per_sample(design: Design) -> None:
    """One `ngspice -b` per sample with the full card: what one would write by hand."""
    full = design.model_copy(
        update={"technology": design.technology.model_copy(update={"card": "full"})}
    )
    for sample in range(BATCH_SAMPLES):
        run_batch(level_deck(full, *LEVEL, seed=1, sample=sample))


def rate(count: int, work: Callable[[], None]) -> float:
    """Return how many samples per second `work` makes."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def show(rounds: list[Rates]) -> None:
    """Print rates and ratios."""
    table = Table("8T column, 64 rows, 514 transistors mismatched", "samples/s", "ratio", "wanted")
    bare = median(r.bare for r in rounds)
    table.add_row("process per sample, full card", f"{median(r.batch for r in rounds):.0f}")
    table.add_row("bare libngspice alter + op loop", f"{bare:.0f}", "1 by definition")
    table.add_row(
        "Monte Carlo, one worker",
        f"{median(r.one for r in rounds):.0f}",
        f"{median(r.one / r.bare for r in rounds):.2f} of the bare loop",
        "0.9",
    )
    table.add_row(
        "Monte Carlo, two workers",
        f"{median(r.two for r in rounds):.0f}",
        f"{median(r.two / r.one for r in rounds):.2f} times one worker",
        "1.8",
    )
    gain = median(r.two / r.batch for r in rounds)
    table.add_row("", "", f"{gain:.0f} times process per sample", "")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
