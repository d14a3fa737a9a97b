"""One condition of a sign-off, in a worker process: looked up, or characterized and kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from sram_spice.amplifier.ideal import SumCoding
from sram_spice.column.access import access_table
from sram_spice.column.context import Context
from sram_spice.column.truth import check_truth
from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.report.signoff_run import DONE
from sram_spice.results.identity import SIGNOFF, identity_of
from sram_spice.results.manifest import versions
from sram_spice.results.merit import merit
from sram_spice.results.tables import write_csv
from sram_spice.runs.characterize.accesses import run_access
from sram_spice.runs.characterize.nominal import nominal_levels
from sram_spice.runs.point_store import Cell, PointStore
from sram_spice.runs.resident_pool import resident_pool
from sram_spice.runs.signoff.columns import solve_columns, that_matter
from sram_spice.runs.signoff.condition_task import (
    ConditionReport,
    ConditionTask,
    TypicalReferences,
)
from sram_spice.runs.signoff.conditions import WORD_LINE
from sram_spice.runs.signoff.data_loss import data_loss
from sram_spice.runs.signoff.margins import margins
from sram_spice.runs.signoff.reading import Reading, read
from sram_spice.runs.signoff.word_line import balance, following_word_line
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Silent
from sram_spice.technology import ModelCards, technology_cards

METHOD = 2  # raise it when a condition's row holds something else
POINTS = "conditions"
REFUSED = "refused"
TYPICAL = "typical.json"


def run_condition(task: ConditionTask) -> ConditionReport:
    """Return a condition, from its folder when it is there whole, else characterized now.

    Raises
    ------
    InputError
        This process does not see the folder of the sign-off.
    SimulatorError
        libngspice is missing or broken.
    OSError
        The folder cannot be written.
    """
    PointStore(task.root, POINTS).check_seen("sign-off")
    pool = resident_pool()
    own = versions(pool.loaded_version())
    try:
        row, computed = _found_or_computed(pool, task)
    except InputError as error:  # the condition cannot be characterized; others can
        row, computed = {**dict(task.values), "status": f"{REFUSED}: {error}"}, True
    return ConditionReport(task.number, row, computed, own)


def _found_or_computed(pool: SimulatorPool, task: ConditionTask) -> tuple[dict[str, Cell], bool]:
    cards = technology_cards(task.design)
    parts = None if task.typical is None else task.typical.parts
    identity = identity_of(
        SIGNOFF,
        task.design,
        cards,
        pool.loaded_version(),
        typical=parts,
        balance=task.balance,
        only_lower=task.only_lower,
    )
    return PointStore(task.root, POINTS).found_or_made(
        task.name, identity.sha256, lambda work: _row(task, cards, pool, work)
    )


def _row(
    task: ConditionTask, cards: ModelCards, pool: SimulatorPool, work: Path
) -> dict[str, Cell]:
    design = task.design
    context = Context(design, cards, pool, Silent())
    check_truth(design, cards, pool)
    if task.balance is not None:
        volts = following_word_line(context, task.balance)
        if task.only_lower:
            volts = min(volts, design.column.word_line_voltage)
        design = design.replace({WORD_LINE: volts})
        context = Context(design, cards, pool, Silent())
    coding = SumCoding.of(design)
    coding = replace(coding, distribution=that_matter(coding.distribution))
    nominal = nominal_levels(design, cards, coding.distribution.levels, pool, Silent())
    if not any(level.guess is not None for level in nominal):
        raise InputError(f"no level has a nominal voltage; the first: {nominal[0].detail}")
    columns = solve_columns(context, coding.distribution, nominal, work)
    access = access_table(run_access(design, cards, pool, Silent()))
    found = merit(columns.levels, access, design.column.rows)
    reading = read(context, columns, coding, task.typical)
    loss = data_loss(context, columns.levels)
    write_csv(work / "levels.csv", columns.levels)
    write_csv(work / "access.csv", access)
    if task.typical is None:
        kept = {"v_ref": reading.typical.v_ref, "balance": balance(context)}
        (work / TYPICAL).write_text(json.dumps(kept) + "\n", encoding="utf-8")
    return {
        **dict(task.values),
        "word_line_voltage_v": design.column.word_line_voltage,
        "loss_probability": loss.value,
        "loss_low": loss.low,
        "loss_high": loss.high,
        "loss_bound": loss.bound,
        "loss_method": loss.method,
        "code_error_anew": reading.anew.error_probability,
        "mean_square_error_anew": reading.anew.mean_square_error,
        **_generated(reading),
        "amplifier": reading.amplifier.mode,
        "offset_sigma_v": reading.amplifier.offset_sigma,
        "undecided": len(reading.amplifier.undecided),
        "swing_v": found.swing_v,
        "sigma_rows": found.sigma_rows,
        **margins(context),
        "energy_j": found.energy_j,
        "settling_time_s": found.settling_time_s,
        "samples": found.samples,
        "flipped": found.flipped,
        "nominal_flipped": found.nominal_flipped,
        "failed": found.failed + found.nominal_failed,
        "status": DONE,
    }


def _generated(reading: Reading) -> dict[str, Cell]:
    """Return what is read with the references of each generator; NaN where there are none."""
    row: dict[str, Cell] = {}
    for name, one in reading.generated.items():
        summary = one.summary
        row[f"code_error_{name}"] = summary.error_probability if summary else np.nan
        row[f"mean_square_error_{name}"] = summary.mean_square_error if summary else np.nan
        row[f"reference_sigma_{name}_v"] = one.sigma
        row[f"columns_{name}"] = one.columns
    return row


def typical_references(folder: Path, design: Design) -> tuple[TypicalReferences, float]:
    """Read what a typical condition has left: its references, and BL in the middle.

    Returns
    -------
    TypicalReferences, float
        The latter as a part of VDD.

    Raises
    ------
    InputError
        They are not there, or damaged.
    """
    path = folder / TYPICAL
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        sets = tuple((int(n), tuple(float(v) for v in own)) for n, own in found["v_ref"])
        return TypicalReferences(design, sets), float(found["balance"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"not the references of a condition: {error}", file=str(path)) from None
