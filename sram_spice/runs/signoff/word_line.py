"""The word line of a condition, where its generator follows a replica column."""

from __future__ import annotations

import math
from dataclasses import replace

from sram_spice.column.context import Context
from sram_spice.column.levels import nominal_job, nominal_level
from sram_spice.errors import InputError
from sram_spice.runs.signoff.conditions import WORD_LINE
from sram_spice.technology import design_process

LOWEST = 0.1  # part of VDD at which the search begins: no column computes below
STEPS = 14  # of bisection: to 0.1 mV


def balance(context: Context) -> float:
    """Return where BL is with as many cells pulling it up as down, without mismatch: part of VDD.

    Raises
    ------
    InputError
        The column loses its data there.
    """
    found = _middle(context)
    if not math.isfinite(found):
        raise InputError("the column in the middle loses its data", key=WORD_LINE)
    return found


def following_word_line(context: Context, part: float) -> float:
    """Return the word-line voltage at which BL in the middle is at a part of VDD, V.

    A loop around a replica column that holds as many +1 as -1 would settle there: an ideal one,
    without offset and without mismatch of the column.

    Parameters
    ----------
    context : Context
    part : float
        Of VDD, as by :func:`balance` of the typical condition.

    Raises
    ------
    InputError
        No word-line voltage of the process does that.
    """
    design = context.design
    low = LOWEST * design.conditions.vdd
    high = design_process(design).limits.of("word_line").high
    high = min(high, 1.5 * design.conditions.vdd)
    if not _at(context, low) > part:
        raise InputError(
            "no word-line voltage lifts BL in the middle so far", key=WORD_LINE, value=part
        )
    for _ in range(STEPS):  # BL falls as the word line rises; a column that loses data is too low
        middle = (low + high) / 2
        if _at(context, middle) > part:
            low = middle
        else:
            high = middle
    return float(f"{(low + high) / 2:.6g}")


def _at(context: Context, volts: float) -> float:
    return _middle(replace(context, design=context.design.replace({WORD_LINE: volts})))


def _middle(context: Context) -> float:
    design = context.design
    plus = design.column.rows // 2
    level = (plus, design.column.rows - plus)
    (result,) = context.pool.run([nominal_job(design, context.cards, *level)])
    found = nominal_level(*level, result)
    return found.v_bl / design.conditions.vdd if found.guess is not None else -math.inf
