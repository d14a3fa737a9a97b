"""`ss.compare`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from sram_spice.design import Design
from sram_spice.design.section import leaves
from sram_spice.errors import InputError
from sram_spice.report.measure_run import MeasureRun
from sram_spice.report.run import Run

COLUMNS = ["what", "name", "first", "second", "difference"]
VOLTAGES = ("v_bl_nominal_v", "v_blb_nominal_v", "v_bl_mean_v", "v_blb_mean_v", "v_bl_std_v")
SAME = 1e-8  # relative: tables that were read have nine digits, those of a new run have more
_LEVEL = ["n_plus", "n_minus"]
_QUANTITY = ["measurement", "quantity", "condition", "unit"]


def compare(first: Run | MeasureRun, second: Run | MeasureRun) -> pd.DataFrame:
    """Return what differs between two runs, or between two sets of measurements.

    Parameters
    ----------
    first, second : Run, or MeasureRun
        Both of the same kind.

    Returns
    -------
    DataFrame
        Columns `what`, `name`, `first`, `second`, `difference` (second - first; NaN of words).
        `what` is ``design`` (keys that differ), then of runs ``number`` (every key number that
        differs) and ``level`` (of each voltage the level at which it differs most), of measurements
        the measurement. Numbers are SI, the unit stands in the name.

    Raises
    ------
    InputError
        They are not of one kind.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> hot = design.replace({"conditions.temperature": 85.0})
    >>> found = ss.compare(ss.characterize(design), ss.characterize(hot))
    >>> found[["name", "difference"]].head(1)
                         name  difference
    0  conditions.temperature        58.0
    """
    if isinstance(first, Run) and isinstance(second, Run):
        rows = [*_designs(first.design, second.design), *_numbers(first, second)]
        rows += _levels(first.levels, second.levels)
    elif isinstance(first, MeasureRun) and isinstance(second, MeasureRun):
        rows = [*_designs(first.design, second.design), *_measured(first, second)]
    else:
        kinds = f"{type(first).__name__}, {type(second).__name__}"
        raise InputError("cannot be compared", value=kinds, allowed="two runs, or two measurements")
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(what: str, name: str, first: Any, second: Any) -> list[Any]:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (first, second))
    return [what, name, first, second, second - first if numbers else float("nan")]


def _designs(first: Design, second: Design) -> Iterator[list[Any]]:
    one, other = dict(leaves(first.model_dump())), dict(leaves(second.model_dump()))
    for name in dict.fromkeys([*one, *other]):
        if one.get(name) != other.get(name):
            yield _row("design", name, one.get(name), other.get(name))


def _same(first: float, second: float) -> bool:
    return math.isclose(first, second, rel_tol=SAME) or (math.isnan(first) and math.isnan(second))


def _numbers(first: Run, second: Run) -> Iterator[list[Any]]:
    for name, value in first.numbers.items():
        other = second.numbers[name]
        if not _same(value, other):
            yield _row("number", name, value, other)


def _levels(first: pd.DataFrame, second: pd.DataFrame) -> Iterator[list[Any]]:
    both = first.merge(second, on=_LEVEL, suffixes=("_first", "_second"))
    for name in VOLTAGES:
        one, other = both[f"{name}_first"], both[f"{name}_second"]
        distance = (other - one).abs()
        if (distance > SAME * one.abs()).any():
            at = int(distance.argmax())
            level = both.iloc[at]
            where = f"{name} at n_plus={level['n_plus']:g}, n_minus={level['n_minus']:g}"
            yield _row("level", where, float(one.iloc[at]), float(other.iloc[at]))


def _measured(first: MeasureRun, second: MeasureRun) -> Iterator[list[Any]]:
    keys = [*(key for key in first.keys if key in second.keys), *_QUANTITY]
    both = first.table.merge(second.table, on=keys, suffixes=("_first", "_second"))
    for row in both.to_dict("records"):
        words = [str(row[key]) for key in keys[:-1] if key != "measurement" and pd.notna(row[key])]
        for kind in ("nominal", "mean", "sigma"):
            one, other = (row.get(f"{kind}_{which}") for which in ("first", "second"))
            if pd.notna(one) and pd.notna(other) and not _same(float(one), float(other)):
                name = f"{', '.join(words)}, {kind} ({row['unit']})"
                yield _row(str(row["measurement"]), name, one, other)
