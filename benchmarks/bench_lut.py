"""How fast codes are drawn, against drawing the random numbers alone in the same run, on one core.

Rates of a noisy machine mean little; the ratio does more. Rounds of all ways alternate.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from sram_spice.lut import Lut
from sram_spice.lut.sampling import CHUNK, by_numpy, random_words

ROOT = Path(__file__).parent.parent
COUNT = 20_000_000
ROUNDS = 7
WANTED = 1e8  # codes a second on one core


def main() -> None:
    lut, hbnn = (Lut.load(ROOT / "results" / name) for name in ("xnor_8t_64", "hbnn_6t_64"))
    rng = np.random.default_rng(1)
    sums = 2 * rng.integers(-32, 33, size=COUNT, dtype=np.int8)
    wide = sums.astype(np.int64)
    active = rng.integers(0, 65, size=COUNT, dtype=np.int64)
    own = 2 * (active * rng.random(COUNT)).astype(np.int64) - active
    codes = lut.quantize(sums, rng=1)
    ways: dict[str, Callable[[], object]] = {
        "the random numbers alone": lambda: random_words(rng, COUNT),
        "  in chunks that stay in the cache": lambda: chunks(rng),
        "8T, int8 sums": lambda: lut.quantize(sums, rng=rng),
        "8T, int64 sums": lambda: lut.quantize(wide, rng=rng),
        "8T by NumPy alone, int8 sums": lambda: numpy_only(lut, sums, rng),
        "6T, one n_active": lambda: hbnn.quantize(sums, rng=rng, n_active=64),
        "6T, an n_active for each sum": lambda: hbnn.quantize(own, rng=rng, n_active=active),
        "decode": lambda: lut.decode(codes),
        "without mismatch": lambda: lut.quantize(sums),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):  # the first compiles and warms up
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    bare = median(seconds["the random numbers alone"][1:])
    table = Table("way", "1e6 a second", "time / that of the random numbers")
    for name, found in seconds.items():
        took = median(found[1:])
        table.add_row(name, f"{COUNT / took / 1e6:.0f}", f"{took / bare:.2f}")
    console = Console()
    console.print(table)
    reached = COUNT / median(seconds["8T, int8 sums"][1:])
    console.print(f"wanted: {WANTED / 1e6:.0f}e6 codes a second; 8T: {reached / 1e6:.0f}e6")


def chunks(rng: np.random.Generator) -> None:
    for _ in range(0, COUNT, CHUNK):
        random_words(rng, CHUNK)


def numpy_only(lut: Lut, sums: np.ndarray, rng: np.random.Generator) -> None:
    values, offset, row = lut.levels.fast(sums, None)
    alias, codes = lut.code_tables().alias, np.empty(values.size, dtype=np.int16)
    for start in range(0, values.size, CHUNK):
        part = values[start : start + CHUNK]
        words = random_words(rng, part.size)
        by_numpy(part, offset, row, words, alias, codes[start : start + CHUNK])


if __name__ == "__main__":
    main()
