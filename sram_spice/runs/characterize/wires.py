"""What a run says of its wires: how far lumped ones are off, and how much places of rows matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from sram_spice.column.access import access_levels
from sram_spice.column.context import Context
from sram_spice.column.levels import NominalLevel
from sram_spice.column.wire_effect import (
    PlacementSpread,
    further_end,
    placement_spreads,
    wire_shifts,
)


def wires_record(
    context: Context, nominal: Sequence[NominalLevel], levels: pd.DataFrame
) -> dict[str, Any]:
    """Return what the manifest holds of wires: voltages in V, resistances in ohm.

    Parameters
    ----------
    context : Context
    nominal : sequence of NominalLevel
        All levels.
    levels : DataFrame
        As levels.csv.
    """
    design = context.design
    rows, wires = design.column.rows, design.wires
    record: dict[str, Any] = {
        "model": wires.model,
        "bit_line_ohm": rows * wires.bit_line_resistance_per_cell,
        "ground_ohm": rows * wires.ground_resistance_per_cell,
        "supply_ohm": rows * wires.supply_resistance_per_cell,
        "further_end": further_end(design),
        "shifts": [asdict(one) for one in wire_shifts(context, nominal)],
    }
    if wires.distributed and design.mismatch.a_vt > 0:
        wanted = [level for level in access_levels(design) if all(level)]
        spreads = placement_spreads(context, nominal, wanted)
        record["placement"] = [_with_share(one, levels) for one in spreads]
    return record


def _with_share(one: PlacementSpread, levels: pd.DataFrame) -> dict[str, Any]:
    """Add which part of the variance of both lines, mismatch included, comes from the places."""
    mine = levels[(levels["n_plus"] == one.n_plus) & (levels["n_minus"] == one.n_minus)].iloc[0]
    shares = {
        f"share_{line}": float((sigma / mine[f"v_{line}_std_v"]) ** 2)
        for line, sigma in (("bl", one.sigma_bl), ("blb", one.sigma_blb))
    }
    return asdict(one) | shares
