"""How far nominal bit lines move when what a run assumes is a little different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sram_spice.column.context import Context
from sram_spice.column.levels import NominalLevel, nominal_job, nominal_level
from sram_spice.design import Design, with_values
from sram_spice.errors import InputError
from sram_spice.simulation import Job
from sram_spice.simulation.job import FloatArray
from sram_spice.technology import technology_cards

GRID = 8  # shifts are smooth: the levels at every rows/8-th product are simulated
SUPPLY_PART = 0.05
WORD_LINE_VOLTS = 0.01
DEGREES = 25.0
A_VT_PART = 0.1
CORNERS = ("tt", "ss", "ff", "sf", "fs")


@dataclass(frozen=True)
class Change:
    """What is assumed, and by how much it is changed.

    Attributes
    ----------
    assumption : str
        What is assumed.
    assumed : str
        As it is in the run.
    change : str
        What it is instead, or by how much it differs.
    keys : mapping of str to value
        The design keys that are changed; empty where nominal columns do not change.
    sigma_factor : float
        By what the spread of the bit lines is multiplied.
    """

    assumption: str
    assumed: str
    change: str
    keys: Mapping[str, object]
    sigma_factor: float = 1.0


def changes(design: Design) -> list[Change]:
    """Return the changes that are looked at."""
    conditions, column, corner = design.conditions, design.column, design.technology.corner
    found = []
    if design.mismatch.a_vt > 0:
        assumed = f"{1e9 * design.mismatch.a_vt:g} mV um"
        for factor in (1 - A_VT_PART, 1 + A_VT_PART):
            change = f"{100 * (factor - 1):+.0f} %"
            found.append(Change("mismatch, A_VT", assumed, change, {}, factor))
    for other in CORNERS:
        if other != corner:
            found.append(Change("corner", corner, other, {"technology.corner": other}))
    kept = {"column.word_line_voltage": column.word_line_voltage}
    for part in (-SUPPLY_PART, SUPPLY_PART):
        keys = kept | {"conditions.vdd": conditions.vdd * (1 + part)}
        assumed = f"{conditions.vdd:g} V, no drop"
        found.append(Change("ideal supply", assumed, f"{100 * part:+.0f} %", keys))
    for volts in (-WORD_LINE_VOLTS, WORD_LINE_VOLTS):
        keys = {"column.word_line_voltage": column.word_line_voltage + volts}
        assumed = f"{column.word_line_voltage:g} V, no drop"
        found.append(Change("ideal word-line driver", assumed, f"{1e3 * volts:+.0f} mV", keys))
    for degrees in (-DEGREES, DEGREES):
        keys = {"conditions.temperature": conditions.temperature + degrees}
        assumed = f"{conditions.temperature:g} degC everywhere"
        found.append(Change("temperature", assumed, f"{degrees:+g} degC", keys))
    other = "lumped" if design.wires.distributed else "distributed"
    ohm = column.rows * design.wires.bit_line_resistance_per_cell
    change = (
        f"distributed, {ohm:.0f} ohm of bit line, and the rails" if other != "lumped" else other
    )
    found.append(Change("wires", design.wires.model, change, {"wires.model": other}))
    return found


def assumption_shifts(context: Context, nominal: Sequence[NominalLevel]) -> pd.DataFrame:
    """Simulate nominal columns at changed assumptions.

    Parameters
    ----------
    context : Context
    nominal : sequence of NominalLevel
        All levels of the design.

    Returns
    -------
    DataFrame
        Columns ``assumption,assumed,change,sigma_factor,n_plus,n_minus,sum,v_bl_shift_v,
        v_blb_shift_v``: by how much the sensed voltages are above those of the run, V; NaN where
        there is no solution, or the change is beyond what the process or the design allows.
    """
    rows = context.design.column.rows
    marks = {round(rows * i / GRID) for i in range(GRID + 1)}
    base = [one for one in nominal if {one.n_plus, one.n_plus + one.n_minus} <= marks]
    looked = [(change, _changed(context.design, change)) for change in changes(context.design)]
    simulated = [design for change, design in looked if change.keys and design is not None]
    jobs = [job for design in simulated for job in _jobs(design, base)]
    context.progress.begin("what is assumed", len(jobs))
    volts = np.full((len(simulated), len(base), 2), np.nan)
    for result in context.pool.run(jobs):
        number, place = divmod(result.job, len(base))
        moved = nominal_level(base[place].n_plus, base[place].n_minus, result)
        context.progress.point(result.status)
        if result.status.has_values and moved.guess is not None:
            volts[number, place] = moved.v_bl, moved.v_blb
    own = np.array([[one.v_bl, one.v_blb] for one in base]).reshape(-1, 2)
    moves = iter(volts - own)
    frames = []
    for change, design in looked:
        still = np.full((len(base), 2), np.nan if design is None else 0.0)
        frames.append(_frame(change, base, next(moves) if design and change.keys else still))
    return pd.concat(frames, ignore_index=True)


def _changed(design: Design, change: Change) -> Design | None:
    """Return the changed design; None where the process or the design does not allow it."""
    try:
        changed = with_values(design, change.keys)
        technology_cards(changed)
    except InputError:
        return None
    return changed


def _jobs(design: Design, base: Sequence[NominalLevel]) -> list[Job]:
    cards = technology_cards(design)
    return [nominal_job(design, cards, one.n_plus, one.n_minus, fallback=False) for one in base]


def _frame(change: Change, base: Sequence[NominalLevel], shifts: FloatArray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "assumption": change.assumption,
            "assumed": change.assumed,
            "change": change.change,
            "sigma_factor": change.sigma_factor,
            "n_plus": [one.n_plus for one in base],
            "n_minus": [one.n_minus for one in base],
            "sum": [one.n_plus - one.n_minus for one in base],
            "v_bl_shift_v": shifts[:, 0],
            "v_blb_shift_v": shifts[:, 1],
        }
    )
