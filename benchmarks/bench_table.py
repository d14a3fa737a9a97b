"""Columns per second of every way to solve mismatched columns, from one run, and how it grows.

The table engine draws a column once and solves it at all levels, as `characterize` does.

Run it with OPENBLAS_NUM_THREADS=1. Rates of a noisy machine mean little; ratios within a run do.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from bench import bare_loop, rate  # the script beside this one
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
from sram_spice.generators import cell_of
from sram_spice.runs.netlist import level_deck
from sram_spice.simulation import Job, SimulatorPool
from sram_spice.simulation.batch import run_batch
from sram_spice.simulation.ngspice import Simulator
from sram_spice.simulation.pool import available_cores
from sram_spice.table_model import TableEngine, cached_tables, table_engine
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.kernels import power_sums
from sram_spice.table_model.silicon import draw_silicon
from sram_spice.table_model.tables import cell_features
from sram_spice.technology import technology_cards

ROOT = Path(__file__).parent.parent
ROWS = (16, 64, 256, 512)
LEVELS = 65  # of the table engine, at most; evenly spaced
ROUNDS = 3
TABLE_SAMPLES = 4_096
ALONE = 20_480  # columns of one level by itself
WAYS = (
    "process per sample, full card",
    "bare libngspice loop",
    "engine spice, all cores",
    "engine table, all cores, all levels",
    "engine table, one core, one level alone",
    "drawing the same numbers alone, one core",
    "  of the table's time: power sums, one core",
    "  the same by NumPy",
)
WANTED_RATIO = 20_000  # table on all cores against a process per sample, N = 64
WANTED_DRAWING = 4.0  # table against drawing the numbers, at most


@dataclass(frozen=True)
class Bench:
    """One number of rows: the design, its middle level, its job on the simulator, table engines."""

    design: Design
    nominal: NominalLevel
    job: Job
    engine: TableEngine
    alone: TableEngine


def main() -> None:
    """Time all ways at all numbers of rows, and print rates, ratios and exponents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--cache", type=Path, default=ROOT / "out" / "tables")
    options = parser.parse_args()
    with SimulatorPool() as pool:
        simulator = Simulator()
        rates = {}
        for rows in options.rows:
            bench = prepare(rows, pool, options.cache)
            run_table(bench.engine, 64, 1)  # compile
            run_table(bench.alone, 64, 1)
            rounds = [one_round(bench, pool, simulator) for _ in range(ROUNDS)]
            rates[rows] = [median(column) for column in zip(*rounds, strict=True)]
    show(rates)


def prepare(rows: int, pool: SimulatorPool, cache: Path) -> Bench:
    """Return a bench: load and cells in proportion, so that the level is the same at any N."""
    width = 2e-6 * rows / 64
    overrides = (f"column.rows={rows}", f"column.load_width={width!r}")
    design = load_design(ROOT / "circuits" / "xnor_8t.toml", overrides)
    cards = technology_cards(design)
    level = (rows // 2, rows - rows // 2)
    (result,) = pool.run([nominal_job(design, cards, *level)])
    nominal = nominal_level(*level, result)
    job = mismatch_job(design, cards, nominal, range(max(8, 3200 // rows)))
    tables = cached_tables(design, cards, pool, cache)
    chosen = np.linspace(0, rows, min(LEVELS, rows + 1)).round().astype(int).tolist()
    found = pool.run(nominal_job(design, cards, k, rows - k) for k in chosen)
    levels = [nominal_level(chosen[r.job], rows - chosen[r.job], r) for r in found]
    levels.sort(key=lambda one: one.n_plus)
    engine = table_engine(design, cards, tables, levels, pool)
    alone = table_engine(design, cards, tables, [nominal], pool)
    return Bench(design, nominal, job, engine, alone)


def one_round(bench: Bench, pool: SimulatorPool, simulator: Simulator) -> list[float]:
    """Return the rate of every way, 1/s."""
    few, some = 4, len(bench.job.points)
    cores = available_cores()
    columns = TABLE_SAMPLES * len(bench.engine.levels)
    return [
        rate(few, lambda: process_per_sample(bench, few)),
        rate(some, lambda: bare_loop(simulator, bench.job)),
        rate(2 * some, lambda: run_pool(bench, pool, 2 * some)),
        rate(columns, lambda: run_table(bench.engine, TABLE_SAMPLES, cores)),
        rate(ALONE, lambda: run_table(bench.alone, ALONE, 1)),
        rate(TABLE_SAMPLES, lambda: draw_silicon(bench.design, 1, range(TABLE_SAMPLES))),
        *power_sum_rates(bench),
    ]


def process_per_sample(bench: Bench, count: int) -> None:
    """One `ngspice -b` per sample with the full card: what one would write by hand."""
    technology = bench.design.technology.model_copy(update={"card": "full"})
    full = bench.design.model_copy(update={"technology": technology})
    level = (bench.nominal.n_plus, bench.nominal.n_minus)
    for sample in range(count):
        run_batch(level_deck(full, *level, seed=1, sample=sample))


def run_pool(bench: Bench, pool: SimulatorPool, count: int) -> None:
    """Draw, simulate and check as `characterize` does."""
    chunks = [range(start, min(start + 50, count)) for start in range(0, count, 50)]
    cards = technology_cards(bench.design)
    found = pool.run(mismatch_jobs(bench.design, cards, bench.nominal, chunks))
    if sum(result.values is not None for result in found) != count:
        raise RuntimeError("samples failed")


def run_table(engine: TableEngine, samples: int, threads: int) -> None:
    """Draw and solve on the tables."""
    for block in engine.blocks(samples, 1, threads):
        if (block.code != 0).any():
            raise RuntimeError("samples failed")


def power_sum_rates(bench: Bench) -> tuple[float, float]:
    """Return how many columns of active cells are summed up a second, by numba and by NumPy."""
    features = cell_features(cell_of(bench.design), active=True)
    f = (features.first, features.first_power, features.second, features.second_power)
    terms, every = np.array(f).T.copy(), np.arange(len(features))
    z = np.random.default_rng(1).standard_normal((256, features.roles, bench.design.column.rows))
    sums, largest = np.empty((len(z), len(features))), np.zeros(len(z))

    def by_numpy() -> None:
        powers = [np.ones_like(z)]
        for _ in range(features.degrees.max()):
            powers.append(powers[-1] * (z / SCALE))
        for k, (i, a, j, b) in enumerate(terms):
            one, other = powers[a][:, i], powers[b][:, j]
            sums[:, k] = (one * other).sum(axis=1) if b else one.sum(axis=1)

    def by_numba() -> None:
        power_sums(z, SCALE, features.degrees, terms, every, sums, largest)

    def often(work: Callable[[], None]) -> float:
        work()
        return rate(20 * len(z), lambda: repeat(work, 20))

    return often(by_numba), often(by_numpy)


def repeat(work: Callable[[], None], times: int) -> None:
    """Do something several times."""
    for _ in range(times):
        work()


def show(rates: dict[int, Sequence[float]]) -> None:
    """Print rates, the exponent of cost in N, and the ratios at N = 64."""
    table = Table("8T column, load, all transistors mismatched: columns/s",
                  *(f"N = {rows}" for rows in rates), "cost ~ N^")  # fmt: skip
    logs = np.log(list(rates))
    for i, way in enumerate(WAYS):
        values = [found[i] for found in rates.values()]
        exponent = -np.polyfit(logs, np.log(values), 1)[0] if len(values) > 1 else np.nan
        table.add_row(way, *map(rate_text, values), f"{exponent:.2f}")
    console = Console(width=120)
    console.print(table)
    for rows, found in rates.items():
        batch, bare, pool, every, alone, drawing, *_ = found
        console.print(
            f"N = {rows}: table: {every / batch:,.0f} x process per sample"
            f" (wanted at 64: {WANTED_RATIO:,}), {every / bare:,.0f} x bare loop,"
            f" {every / pool:,.0f} x engine spice; one level alone on one core:"
            f" {drawing / alone:.2f} times the cost of drawing (wanted: {WANTED_DRAWING:g} or less)"
        )


def rate_text(value: float) -> str:
    """Return a rate with two digits at least."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


if __name__ == "__main__":
    main()
