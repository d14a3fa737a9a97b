"""The part of a point of a sweep that follows its nominal levels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sram_spice.column.context import Context
from sram_spice.design import with_values
from sram_spice.measurements.disturb import Disturb
from sram_spice.report.run import Run
from sram_spice.report.sweep_run import AMPLIFIER_FAILED, DONE
from sram_spice.results.tables import write_csv
from sram_spice.runs.characterize.nominal import Begun
from sram_spice.runs.characterize.run import finish
from sram_spice.runs.point_store import Cell
from sram_spice.runs.sweep.point_task import PointTask
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Silent

DISTURB = "disturb.csv"
SAVE_EVERY = 2.0  # s of Monte Carlo that a kill may cost
LOSSES = {
    "mean": "loss_probability",
    "mean_low": "loss_low",
    "mean_high": "loss_high",
    "bound": "loss_bound",  # 1: only an upper bound is known
}


def finish_point(begun: Begun, pool: SimulatorPool, task: PointTask, work: Path) -> dict[str, Cell]:
    """Do all that follows a point's nominal levels, write its folder, and return its row."""
    found = finish(begun, pool, work, Silent(), task.figures, SAVE_EVERY, assumptions=task.figures)
    losses = {} if task.disturb is None else _measure_disturb(task, begun, work, pool)
    return _row(task, found, losses)


def _measure_disturb(
    task: PointTask, begun: Begun, work: Path, pool: SimulatorPool
) -> dict[str, Cell]:
    assert task.disturb is not None
    samples = max(task.design.monte_carlo.samples, task.disturb.samples)
    design = with_values(task.design, {"monte_carlo.samples": samples})
    context = Context(design, begun.cards, pool, Silent())
    table = Disturb(task.disturb.levels, task.disturb.negligible).run(context).summary
    write_csv(work / DISTURB, table)
    worst = table[table["quantity"] == "disturb_worst"]
    if worst.empty:
        return dict.fromkeys(LOSSES.values(), float("nan"))
    return {new: float(worst.iloc[0].get(old, np.nan)) for old, new in LOSSES.items()}


def _row(task: PointTask, found: Run, losses: dict[str, Cell]) -> dict[str, Cell]:
    silent: dict[str, Cell] = (
        {AMPLIFIER_FAILED: found.amplifier_failed} if found.amplifier_failed else {}
    )
    return {
        **dict(task.values),
        **{name: _plain(value) for name, value in found.numbers.items()},
        **losses,
        "failed": found.failed,
        **silent,
        "status": DONE,
    }


def _plain(value: object) -> Cell:
    return value.item() if isinstance(value, np.generic) else value  # type: ignore[return-value]
