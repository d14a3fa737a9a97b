"""What a sweep costs beside its simulator, how soon it simulates, and what a second worker gives.

`python -m benchmarks.bench_sweep [POINTS] [DASK_POINTS]`; 1,000 points take some 15 minutes on two
cores. Points of Dask are swept by one and by two workers in turn, three times; the median counts.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.execution.dask_cluster import cluster
from tests.faults.small_sweep import PROGRAM, design_file

POINTS, DASK_POINTS, ROUNDS = 1000, 30, 3
WARM_UP = 4  # points
WORKERS = 2
SMALL = ("column.rows=16", "monte_carlo.samples=20", "mlsa.levels=4")


def main() -> None:
    """Run both and print the table."""
    points, dask_points = [int(word) for word in sys.argv[1:]] + [POINTS, DASK_POINTS][
        len(sys.argv) - 1 :
    ]
    table = Table("8T, 16 rows, 20 samples, ideal sense amplifier", "measured", "wanted")
    with tempfile.TemporaryDirectory(prefix="sram-spice-bench-") as name:
        home = Path(name)
        design = design_file(home)
        add_sweep(table, design, home, points)
        add_dask(table, design, home, dask_points)
    Console(width=110).print(table)


def add_sweep(table: Table, design: Path, home: Path, points: int) -> None:
    """One sweep on this machine."""
    before, began = processor_time(), time.time()
    record = swept(design, home / "sweep", points, "--workers", str(WORKERS))
    cpu = record["cpu_s"] + processor_time() - before
    inside = record["simulating_cpu_s"]
    table.add_row(f"sweep of {points} points", f"{record['wall_time_s']:.0f} s", "")
    table.add_row(
        "processor time outside the simulator", f"{100 * cpu / (cpu + inside):.1f} %", "< 10 %"
    )
    idle = 1 - record["simulating_s"] / (WORKERS * record["wall_time_s"])
    table.add_row("time in which a simulator waits", f"{100 * idle:.1f} %", "< 10 %")
    first = record["first_simulation"] - began
    table.add_row("simulating begins after", f"{first:.2f} s", "2 s")


def add_dask(table: Table, design: Path, home: Path, points: int) -> None:
    """The same sweep by one and by two Dask workers, in turn."""
    places = [home / "one", home / "two"]
    for place in places:
        place.mkdir()
    with cluster(places[0], 1) as (one, _), cluster(places[1], 2) as (two, _):
        rounds = []
        for number in range(-1, ROUNDS):  # the first warms up: workers import, simulators start
            count = WARM_UP if number < 0 else points
            times = [
                swept(design, home / f"{name}{number}", count, "--dask", address)["wall_time_s"]
                for name, address in (("one", one), ("two", two))
            ]
            if number >= 0:
                rounds.append(times)
    ratio = median(first / second for first, second in rounds)
    rates = [points / median(times) for times in zip(*rounds, strict=True)]
    table.add_row(f"one Dask worker, {points} points", f"{rates[0]:.2f} points/s", "")
    table.add_row(
        "two Dask workers", f"{rates[1]:.2f} points/s, {ratio:.2f} times one", "1.8 times"
    )


def swept(design: Path, folder: Path, points: int, *more: str) -> dict[str, Any]:
    """Run a sweep as a user does, and return its record."""
    sets = [word for item in SMALL for word in ("--set", item)]
    axis = f"conditions.temperature=0:{(points - 1) / 10}:0.1"
    over = ["--over", axis, "--no-disturb", "-o", str(folder)]
    command = [str(PROGRAM), "sweep", str(design), *sets, *over, *more]
    subprocess.run(command, check=True, capture_output=True)
    return dict(json.loads((folder / "sweep.json").read_text(encoding="utf-8")))


def processor_time() -> float:
    """Processor time of the commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
