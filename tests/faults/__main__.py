"""`make faults`: every fault in full, and the table of what came of it."""

from __future__ import annotations

import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sram_spice.atomic import write_text

from . import kinds
from .mutations import mutated_designs
from .small_sweep import ROOT, Outcome, SmallSweep, design_file

PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- table: make faults -->\n", "<!-- end of table -->\n"
HEAD = ("fault", "times tried", "points lost", "points doubled", "byte-identical", "")
MUTATIONS = 10_000


def main() -> int:
    """Run the suite; 0 when nothing was lost or doubled."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else time.time_ns() % 10**6
    random.seed(seed)
    console = Console()
    with tempfile.TemporaryDirectory(prefix="sram-spice-faults-") as name:
        outcomes = suite(Path(name), console)
    table = Table(*HEAD)
    for row in map(_words, outcomes):
        table.add_row(*row)
    Console(width=130).print(table)
    lines = ["| " + " | ".join(row) + " |" for row in (HEAD, *map(_words, outcomes))]
    lines.insert(1, "|---" * len(HEAD) + "|")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    write_text(PAGE, before + BEGIN + "\n".join(lines) + f"\n\nSeed {seed}.\n" + END + after)
    return int(any(o.lost or o.doubled or not o.identical for o in outcomes))


def suite(home: Path, console: Console) -> list[Outcome]:
    """Run every fault in full."""
    sweep = SmallSweep(design_file(home), 12)
    console.print("undisturbed sweep")
    good = kinds.undisturbed(sweep, home)
    outcomes: list[Outcome] = []

    def note(outcome: Outcome) -> None:
        outcomes.append(outcome)
        console.print(str(outcome), highlight=False)

    note(kinds.workers_killed(sweep, home, good, 20))
    note(kinds.dask_worker_killed(sweep, home, good, 3))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        note(kinds.command_ended(sweep, home, good, number, 5))
    for kind in kinds.SIMULATOR:
        note(kinds.simulator_faults(sweep, home, good, [kind], 10))
    note(kinds.disk_full(sweep, home, good, 5))
    note(kinds.read_only(sweep, home, good, 3))
    note(kinds.damaged_entries(sweep, home, good, 20))
    note(kinds.two_at_once(sweep, home, good, 5))
    note(mutated_designs(home / kinds.GOOD, home, MUTATIONS))
    return outcomes


def _words(outcome: Outcome) -> tuple[str, ...]:
    same = "yes" if outcome.identical else "NO"
    counts = (f"{outcome.tried:,}", str(outcome.lost), str(outcome.doubled))
    return (outcome.fault, *counts, same, outcome.note)


if __name__ == "__main__":
    sys.exit(main())
