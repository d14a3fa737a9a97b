"""A row of a sign-off against the limits of its design."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sram_spice.design.limits import LimitsDesign

LOW_MARGIN = "_low_v"  # end of the columns that hold a margin 5 sigma below its mean


def broken_limits(limits: LimitsDesign, row: Mapping[str, Any], code_error: str) -> list[str]:
    """Return which limits a condition breaks, each with its value; a value not known breaks its.

    Parameters
    ----------
    limits : LimitsDesign
    row : mapping of str to value
        As in signoff.csv.
    code_error : str
        The column with the code errors of the design's own references.
    """
    if "loss_probability" not in row:
        return [str(row.get("status", "no result"))]
    found = []

    def highest(name: str, limit: float | None, value: float) -> None:
        if limit is not None and not value <= limit:
            found.append(f"{name} {value:.3g} > {limit:g}")

    def lowest(name: str, limit: float | None, value: float) -> None:
        if limit is not None and not value >= limit:
            found.append(f"{name} {value:.3g} < {limit:g}")

    # The upper end of its interval: what is not known to be kept is not signed off.
    highest("data_loss", limits.data_loss, float(row["loss_high"]))
    highest("code_errors", limits.code_errors, float(row[code_error]))
    lowest("swing", limits.swing, float(row["swing_v"]))
    for name, value in row.items():
        if name.endswith(LOW_MARGIN):
            one = float(value)
            lowest("margin", limits.margin, float(row[_nominal(name)]) if math.isnan(one) else one)
    highest("energy", limits.energy, float(row["energy_j"]))
    highest("settling_time", limits.settling_time, float(row["settling_time_s"]))
    if limits.undecided and row["undecided"]:
        found.append(f"undecided at {row['undecided']} reference levels")
    return found


def lowest_margin(row: Mapping[str, Any]) -> float:
    """Return the lowest margin of a condition: 5 sigma below its mean, nominal without mismatch."""
    found = [
        float(row[_nominal(name)]) if math.isnan(float(value)) else float(value)
        for name, value in row.items()
        if name.endswith(LOW_MARGIN)
    ]
    # Not `min`: a margin that is not known is not the second lowest one.
    return math.nan if not found or any(map(math.isnan, found)) else min(found)


def _nominal(name: str) -> str:
    return name.removesuffix(LOW_MARGIN) + "_v"
