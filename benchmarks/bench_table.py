"""Columns per second of every way to solve mismatched columns, from one run, and how it grows.

Run it with OPENBLAS_NUM_THREADS=1. Rates of a noisy machine mean little; ratios within a run do.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median

import numpy as np
from bench import bare_loop, rate  # the script beside this one
from rich.console import Console
from rich.table import Table

from sram_spice.design import Design, load_design
from sram_spice.generators import cell_of
from sram_spice.measurements.levels import (
    NominalLevel,
    mismatch_job,
    mismatch_jobs,
    nominal_job,
    nominal_level,
)
from sram_spice.runs.netlist import level_deck
from sram_spice.simulation import Job, SimulatorPool, Status
from sram_spice.simulation.batch import run_batch
from sram_spice.simulation.ngspice import Simulator
from sram_spice.simulation.pool import available_cores
from sram_spice.table_model import ColumnTables, cached_tables, certify, is_static, sample_level
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.kernels import power_sums
from sram_spice.table_model.tables import cell_features
from sram_spice.technology import technology_cards

ROOT = Path(__file__).parent.parent
ROWS = (16, 64, 256)
ROUNDS = 3
CIRCUITS = ("xnor_8t.toml", "hbnn_6t.toml")
# Read-out, V_WL (V), load (m, at 64 rows; in proportion at other numbers).
CONDITIONS = (
    ("load", 0.5, 2e-6),
    ("load", 0.6, 4e-6),
    ("load", 0.8, 8e-6),
    ("divider", 0.5, 2e-6),
    ("divider", 0.6, 2e-6),
)
TABLE_COLUMNS = 40_960
WAYS = (
    "process per sample, full card",
    "bare libngspice loop",
    "engine spice, pool",
    "engine table, one core",
    "engine table, all cores",
    "drawing one number per transistor, one core",
    "  of the table's time: power sums, one core",
    "  the same by NumPy",
)
WANTED_RATIO = 20_000  # table on all cores against a process per sample, N = 64
WANTED_DRAWING = 4.0  # table against drawing the numbers, at most


@dataclass(frozen=True)
class Bench:
    """One number of rows: the design, its middle level, and its job on the simulator."""

    design: Design
    nominal: NominalLevel
    job: Job
    tables: ColumnTables


def main() -> None:
    """Time all ways at all numbers of rows, and print rates, ratios and exponents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--cache", type=Path, default=ROOT / "out" / "tables")
    parser.add_argument(
        "--accuracy", type=int, metavar="COLUMNS", help="print errors against full SPICE instead"
    )
    options = parser.parse_args()
    with SimulatorPool() as pool:
        if options.accuracy:
            accuracy(options.rows, options.accuracy, pool, options.cache)
            return
        simulator = Simulator()
        rates = {}
        for rows in options.rows:
            bench = prepare(rows, pool, options.cache)
            run_table(bench, 1)  # compile
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
    return Bench(design, nominal, job, cached_tables(design, cards, pool, cache))


def one_round(bench: Bench, pool: SimulatorPool, simulator: Simulator) -> list[float]:
    """Return the rate of every way, 1/s."""
    few, some = 4, len(bench.job.points)
    cores = available_cores()
    return [
        rate(few, lambda: process_per_sample(bench, few)),
        rate(some, lambda: bare_loop(simulator, bench.job)),
        rate(2 * some, lambda: run_pool(bench, pool, 2 * some)),
        rate(TABLE_COLUMNS, lambda: run_table(bench, 1)),
        rate(cores * TABLE_COLUMNS, lambda: run_table(bench, cores)),
        rate(4096, lambda: draw(len(bench.job.alter), 4096)),
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


def run_table(bench: Bench, threads: int) -> None:
    """Draw and solve on the tables, the preparation of the level included."""
    count = threads * TABLE_COLUMNS
    found = sample_level(bench.tables, bench.design, bench.nominal, count, 1, threads)
    if (found.code != 0).any():
        raise RuntimeError("samples failed")


def draw(transistors: int, columns: int) -> None:
    """Draw a normal number for every transistor, in blocks that stay in the cache."""
    generator = np.random.Generator(np.random.SFC64(1))
    block = np.empty(16_384)
    for _ in range(-(-transistors * columns // block.size)):
        generator.standard_normal(out=block)


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


def accuracy(all_rows: Sequence[int], columns: int, pool: SimulatorPool, cache: Path) -> None:
    """Print, as Markdown, how far the tables are from full SPICE under every condition."""
    heading = (
        "cell", "N", "read-out", "V_WL / V", "n_plus, n_minus", "compared", "flips differ",
        "largest / mV", "rms / mV", "sigma / %", "within bounds",
    )  # fmt: skip
    print("| " + " | ".join(heading) + " |\n|" + "---|" * len(heading))
    for rows, circuit, (readout, v_wl, load) in product(all_rows, CIRCUITS, CONDITIONS):
        overrides = (
            f"column.rows={rows}",
            f'column.readout="{readout}"',
            f"column.word_line_voltage={v_wl}",
            f"column.load_width={load * rows / 64!r}",
        )
        design = load_design(ROOT / "circuits" / circuit, overrides)
        cards = technology_cards(design)
        tables = cached_tables(design, cards, pool, cache)
        for level in ((4, rows - 4), (rows // 2, rows - rows // 2), (rows - 4, 4)):
            start = (
                f"| {design.cell.topology} | {rows} | {readout} | {v_wl} | {level[0]}, {level[1]}"
            )
            (result,) = pool.run([nominal_job(design, cards, *level)])
            nominal = nominal_level(*level, result)
            if nominal.status is not Status.OK or not is_static(design, *level):
                print(f"{start} | nominal column {nominal.status} |" + " |" * 5, flush=True)
                continue
            (found,) = certify(tables, design, cards, [nominal], pool, columns).levels
            print(
                f"{start} | {found.compared} of {found.columns} | {found.disagreements}"
                f" | {found.largest * 1e3:.3f} | {found.rms * 1e3:.3f}"
                f" | {found.sigma * 100:+.2f} ± {found.sigma_interval * 100:.2f}"
                f" | {'yes' if found.ok else 'NO'} |",
                flush=True,
            )


def show(rates: dict[int, Sequence[float]]) -> None:
    """Print rates, the exponent of cost in N, and the ratios at N = 64."""
    table = Table("8T column, load, all transistors mismatched: columns/s",
                  *(f"N = {rows}" for rows in rates), "cost ~ N^")  # fmt: skip
    logs = np.log(list(rates))
    for i, way in enumerate(WAYS):
        values = [found[i] for found in rates.values()]
        exponent = -np.polyfit(logs, np.log(values), 1)[0] if len(values) > 1 else np.nan
        table.add_row(way, *(f"{value:,.0f}" for value in values), f"{exponent:.2f}")
    console = Console(width=120)
    console.print(table)
    for rows, found in rates.items():
        batch, bare, pool, one, every, drawing, *_ = found
        console.print(
            f"N = {rows}: table, all cores: {every / batch:,.0f} x process per sample"
            f" (wanted at 64: {WANTED_RATIO:,}), {every / bare:,.0f} x bare loop,"
            f" {every / pool:,.0f} x engine spice; one core: {drawing / one:.2f} times the cost"
            f" of drawing (wanted: {WANTED_DRAWING:g} or less)"
        )


if __name__ == "__main__":
    main()
