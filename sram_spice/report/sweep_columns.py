"""The columns of a sweep's table as a reader sees them: names with units, numbers scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sram_spice.report.display import NOTHING
from sram_spice.report.map_figure import axis_scale, said_losses
from sram_spice.wording import LEAST_PROBABILITY, probability

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
    "loss_bound": "only an upper bound of losing data is known (1)",
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


# Probabilities of losing data, and what those below 1e-15 are drawn at: nobody can defend a digit.
_LOSSES: Final = {
    "loss_probability": LEAST_PROBABILITY,
    "loss_low": 0.0,
    "loss_high": LEAST_PROBABILITY,
}


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
    shown : tuple of str or None
        What stands in a table, where that is not the value with five digits.
    """

    name: str
    label: str
    swept: bool
    values: pd.Series
    shown: tuple[str, ...] | None = None


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
            shown = None
            if name in _LOSSES:
                values = values.mask(values.between(0, LEAST_PROBABILITY), _LOSSES[name])
            if name == "loss_probability" and "loss_high" in table:
                losses = said_losses(table)
                values, shown = losses["value"], _losses(losses)
            label = f"{_WORDS.get(name, name.replace('_', ' '))}{unit}"
            found.append(Column(name, label, False, values, shown))
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


def _losses(losses: pd.DataFrame) -> tuple[str, ...]:
    pairs = zip(losses["value"], losses["bound"] > 0, strict=True)
    return tuple(probability(v, b) if np.isfinite(v) else NOTHING for v, b in pairs)


def _round(value: float) -> float:
    return float(f"{value:.9g}")
