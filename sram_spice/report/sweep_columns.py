"""The columns of a sweep's table as a reader sees them: names with units, numbers scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from sram_spice.report.map_figure import axis_scale

_WORDS: Final = {
    "swing_v": "swing of V_BL",
    "step_v": "step to the next sum (LSB)",
    "sigma_v": "sigma of V_BL",
    "sigma_rows": "sigma in rows",
    "energy_j": "largest energy of one access",
    "settling_time_s": "slowest settling",
    "code_error_probability": "wrong codes",
    "mean_square_error": "mean square error of the sum",
    "loss_probability": "probability of losing data",
    "loss_low": "probability of losing data, low end",
    "loss_high": "probability of losing data, high end",
    "samples": "samples",
    "failed": "samples that failed",
    "flipped": "samples that lost data",
    "nominal_flipped": "levels that lose data without mismatch",
    "nominal_failed": "levels that fail without mismatch",
}
# Endings of measures: factor and unit on the page.
_UNITS: Final = (
    ("_v", 1e3, "mV"),
    ("_j", 1e12, "pJ"),
    ("_s", 1e9, "ns"),
    ("_a", 1e6, "\N{MICRO SIGN}A"),
    ("_f", 1e15, "fF"),
    ("error_probability", 100.0, "%"),
)
DONE: Final = ("ok", "done")
NO_MEASURES: Final = ("folder", "status", "detail")


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes
    ----------
    name : str
        As in sweep.csv.
    label : str
        With its unit.
    swept : bool
        Whether it is a key of the design, not a measure.
    values : Series
        In the unit of the label; numbers or words.
    """

    name: str
    label: str
    swept: bool
    values: pd.Series


def sweep_columns(table: pd.DataFrame) -> list[Column]:
    """Return the swept keys (`section.key`) and the measures that are numbers, in their order."""
    found = []
    for name in (str(column) for column in table.columns):
        numeric = pd.api.types.is_numeric_dtype(table[name])
        if "." in name:
            scale = axis_scale(name)
            values = (scale.factor * table[name]).map(_round) if numeric else table[name].map(str)
            found.append(Column(name, scale.label, True, values))
        elif numeric and name not in NO_MEASURES:
            factor, unit = next(
                ((f, f" ({u})") for end, f, u in _UNITS if name.endswith(end)), (1, "")
            )
            values = (factor * table[name].astype(float)).map(_round)
            found.append(
                Column(name, f"{_WORDS.get(name, name.replace('_', ' '))}{unit}", False, values)
            )
    return found


def failed_points(table: pd.DataFrame) -> pd.Series:
    """Return which points have anything without a valid solution, or did not finish."""
    failed = _any_above_zero(table, ("failed", "nominal_failed"), missing=1)
    if "status" in table:
        failed |= ~table["status"].isin(DONE)
    return failed


def lost_points(table: pd.DataFrame) -> pd.Series:
    """Return which points lose data at some level, with or without mismatch."""
    return _any_above_zero(table, ("flipped", "nominal_flipped"), missing=0)


def _any_above_zero(table: pd.DataFrame, names: tuple[str, ...], missing: int) -> pd.Series:
    counts = table[[name for name in names if name in table]].fillna(missing)
    return (counts > 0).any(axis=1)


def _round(value: float) -> float:
    return float(f"{value:.9g}")
