"""The search of `sram-spice optimize` against points at random, at equal numbers of points.

Five seeds of each, both reference designs, in the typical condition alone. Each search has a folder
below the output; the same command goes on where it was stopped, and simulates nothing twice.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from sram_spice.front.optimize import optimize
from sram_spice.front.presets import load, presets
from sram_spice.report.optimize_run import OptimizeRun
from sram_spice.report.optimize_tables import KEPT
from sram_spice.results.tables import write_csv
from sram_spice.runs.optimize.front_set import hypervolume

VARY = {
    "column.word_line_voltage": (0.4, 0.8),
    "column.load_width": (0.5e-6, 10e-6, "log"),
    "cell.width_access": (90e-9, 400e-9),
    "cell.length": (60e-9, 120e-9),
}
OBJECTIVES = ["energy", "mse"]
SUBJECT_TO = ["data_loss<=1e-6"]


@dataclass(frozen=True)
class Search:
    """One search.

    Attributes
    ----------
    design : str
    at_random : bool
    seed : int
    run : OptimizeRun
    """

    design: str
    at_random: bool
    seed: int
    run: OptimizeRun

    @property
    def costs(self) -> np.ndarray:
        """Objectives of the points that keep all constraints."""
        kept = self.run.table[self.run.table["status"] == KEPT]
        return kept.reindex(columns=OBJECTIVES).to_numpy(dtype=float)


def main() -> None:
    """Search, compare, and write ``against_random.csv``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--points", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--design", nargs="*", default=presets())
    parser.add_argument("--set", nargs="*", default=["monte_carlo.engine=table"], dest="changes")
    parser.add_argument("--workers", type=int, default=None)
    asked = parser.parse_args()
    searches = [
        search(asked, name, seed, at_random)
        for seed in range(1, asked.seeds + 1)
        for name in asked.design
        for at_random in (False, True)
    ]
    table = volumes(searches)
    write_csv(asked.output / "against_random.csv", table)
    show(table)


def search(asked: argparse.Namespace, name: str, seed: int, at_random: bool) -> Search:
    """Search, or go on with a search."""
    folder = asked.output / f"{name}_{'random' if at_random else 'search'}_{seed}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    found = optimize(
        load(name, asked.changes),
        VARY,
        OBJECTIVES,
        SUBJECT_TO,
        asked.points,
        folder,
        typical_only=True,
        seed=seed,
        confirm=0,
        at_random=at_random,
        workers=asked.workers,
        progress=True,
    )
    return Search(name, at_random, seed, found)


def volumes(searches: list[Search]) -> pd.DataFrame:
    """Return the volume that each front beats, as a part of the box of all points of its design.

    The box reaches from the least to the largest of each objective over the points of all searches
    of the design that keep all constraints; a search without any has 0.
    """
    rows = []
    for name in dict.fromkeys(one.design for one in searches):
        mine = [one for one in searches if one.design == name]
        every = np.concatenate([one.costs for one in mine])
        low, high = every.min(axis=0), every.max(axis=0)
        for one in mine:
            scaled = (one.costs - low) / (high - low)
            rows.append(
                {
                    "design": name,
                    "way": "random" if one.at_random else "search",
                    "seed": one.seed,
                    "points": len(one.run.table),
                    "kept": len(one.costs),
                    "hypervolume": hypervolume(scaled, (1.0, 1.0)),
                    **{
                        f"least_{o}": one.costs[:, i].min(initial=np.inf)
                        for i, o in enumerate(OBJECTIVES)
                    },
                }
            )
    return pd.DataFrame(rows)


def show(table: pd.DataFrame) -> None:
    """Print the medians."""
    shown = Table("design", "way", "kept", "hypervolume, median (least to largest)")
    for (design, way), mine in table.groupby(["design", "way"], sort=False):
        volume = mine["hypervolume"].tolist()
        text = f"{median(volume):.3f} ({min(volume):.3f} to {max(volume):.3f})"
        shown.add_row(str(design), str(way), f"{mine['kept'].median():g}", text)
    Console().print(shown)


if __name__ == "__main__":
    main()
