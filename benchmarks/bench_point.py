"""What a design point costs: levels, references, codes, whole accesses, data loss, certificate.

10,000 columns a level on the table engine, the 8T column, with the amplifier of the design. First
on a bare cache, then with one key changed at a time. Processor-seconds count simulators, too; the
wall clock means something on an idle machine only. Run it with OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sram_spice.column.context import Context
from sram_spice.design import Design, load_design, with_values
from sram_spice.measurements.disturb import Disturb
from sram_spice.results.cache import CACHE
from sram_spice.results.lock import folder_lock
from sram_spice.runs.characterize.run import characterize_with
from sram_spice.runs.sweep.point_key import DisturbPlan
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards
from tests.processor_time import processor_time

ROOT = Path(__file__).parents[1]
POINT = {"monte_carlo.engine": "table", "monte_carlo.samples": 10_000}
LOSES_DATA = {"column.word_line_voltage": 0.62}
CHANGES: tuple[tuple[str, Mapping[str, float], float], ...] = (
    ("the first one, on a bare cache", {}, 30.0),
    ("V_WL 0.48 V", {"column.word_line_voltage": 0.48}, 10.0),
    ("V_DD 0.95 V", {"conditions.vdd": 0.95}, 10.0),
    ("load 3 um", {"column.load_width": 3e-6}, 10.0),
    ("48 rows", {"column.rows": 48}, 10.0),
    ("6 codes", {"mlsa.levels": 6}, 10.0),
    ("access transistors 140 nm", {"cell.width_access": 140e-9}, 20.0),
    ("V_WL 0.62 V, which loses data", LOSES_DATA, float("nan")),
)


@dataclass(frozen=True)
class Cost:
    """Of one point, s."""

    wall: float
    processor: float
    data_loss: float
    certified: bool


def main() -> None:
    """Print what each point costs, beside what it may."""
    design = with_values(load_design(ROOT / "circuits" / "xnor_8t.toml"), POINT)
    table = Table("point", "processor-s", "at most", "wall s", "data loss", "certificate")
    with tempfile.TemporaryDirectory() as name, SimulatorPool() as pool:
        os.environ[CACHE] = name
        for number, (words, values, most) in enumerate(CHANGES):
            cost = cost_of(with_values(design, values), Path(name) / str(number), pool)
            table.add_row(
                words,
                f"{cost.processor:.1f}",
                f"{most:g}",
                f"{cost.wall:.1f}",
                f"{cost.data_loss:.2g}",
                "holds" if cost.certified else "does not hold",
            )
    Console().print(table)


def cost_of(design: Design, folder: Path, pool: SimulatorPool) -> Cost:
    """Return what a point costs, worker processes at hand."""
    start, cpu, plan = time.monotonic(), processor_time(), DisturbPlan()
    folder.mkdir()
    with folder_lock(folder):
        run = characterize_with(pool, design, folder, Silent(), figures=False, accesses=True)
    context = Context(design, technology_cards(design), pool, Silent())
    summary = Disturb(plan.levels, plan.negligible).run(context).summary
    worst = summary[summary["quantity"] == "disturb_worst"]
    return Cost(
        time.monotonic() - start,
        processor_time() - cpu,
        float(worst["mean_high"].iloc[0]),
        bool(run.certificate and run.certificate["ok"]),
    )


if __name__ == "__main__":
    main()
