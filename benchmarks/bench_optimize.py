"""Why TPE: hypervolume that searches reach on a problem whose front is known; nothing simulated.

The problem is that of the tests: ZDT1 over four keys, with a limit. Five seeds of each way, 100
points.
"""

from __future__ import annotations

from statistics import median

import optuna
from rich.console import Console
from rich.table import Table

from sram_spice.runs.optimize.search import Outcome
from tests.runs.optimize.test_search import (
    VARIABLES,
    found_by,
    random_search,
    stand_in,
    volume,
)

POINTS = 100
SEEDS = range(5)


def main() -> None:
    """Search in each way and print the medians."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    ways = {
        "TPE, batches of 8 (sram-spice optimize)": lambda seed: found_by(POINTS, seed),
        "NSGA-II, generations of 8": lambda seed: nsga(seed, 8),
        "NSGA-II, generations of 16": lambda seed: nsga(seed, 16),
        "at random": lambda seed: random_search(seed, POINTS),
    }
    table = Table("way", "hypervolume, median (least to largest)")
    for name, way in ways.items():
        found = [volume(way(seed)) for seed in SEEDS]
        table.add_row(name, f"{median(found):.2f} ({min(found):.2f} to {max(found):.2f})")
    Console().print(table)


def nsga(seed: int, population: int) -> list[Outcome]:
    """Search with Optuna's constrained NSGA-II."""
    sampler = optuna.samplers.NSGAIISampler(seed=seed, population_size=population)
    study = optuna.create_study(directions=["minimize"] * 2, sampler=sampler)
    spaces = {
        one.key: optuna.distributions.FloatDistribution(one.low, one.high) for one in VARIABLES
    }
    found = []
    for number in range(POINTS):
        trial = study.ask(spaces)
        values = tuple(trial.params.items())
        judgement = stand_in(values)
        trial.set_constraint("limit", judgement.violation)
        study.tell(trial, [judgement.numbers["energy"], judgement.numbers["mse"]])
        found.append(Outcome(number, values, judgement))
    return found


if __name__ == "__main__":
    main()
