"""What a run says of its wires, as key numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sram_spice.report.display import NOTHING, millivolts, percent, signed
from sram_spice.report.key_number import KeyNumber


def wire_numbers(wires: Mapping[str, Any]) -> list[KeyNumber]:
    """Return by how much wires with a resistance move the level in the middle; none if unknown.

    Parameters
    ----------
    wires : mapping
        As the manifest of a run holds it.
    """
    shifts = wires.get("shifts", [])
    if not shifts:
        return []
    middle = min(shifts, key=lambda one: abs(one["n_plus"] - one["n_minus"]))
    mine = [one for one in shifts if one["n_plus"] == middle["n_plus"]]
    whole = [one for one in mine if one["rails"]]
    lines = [one for one in mine if not one["rails"]]
    at = f"sum {signed(middle['n_plus'] - middle['n_minus'])}"
    lumped = wires["model"] == "lumped"
    named = f"{wires['bit_line_ohm']:.0f} ohm of bit line"
    rails = f"{wires['ground_ohm']:.0f} and {wires['supply_ohm']:.0f} ohm of ground and supply rail"
    said = (
        f"lumped wires: these numbers leave it out. {named} and {rails}, distributed, would move "
        if lumped
        else f"against lumped wires: {named} and {rails} move "
    )
    found = [
        KeyNumber(
            "Wires not in these numbers" if lumped else "What wires do",
            _range(whole, "readout"),
            f"{said}V_BL of {at} so far at the read-out and by {_range(whole, 'end')} at the "
            f"{wires['further_end']} end, as rows with product \N{MINUS SIGN}1 are at one end or "
            f"the other; bit lines alone by {_range(lines, 'readout')} and {_range(lines, 'end')}",
        )
    ]
    return found + _placement(wires.get("placement", []))


def _placement(spreads: Sequence[Mapping[str, Any]]) -> list[KeyNumber]:
    if not spreads:
        return []
    middle = min(spreads, key=lambda one: abs(one["n_plus"] - one["n_minus"]))
    worst = max(spreads, key=lambda one: one["share_bl"])
    return [
        KeyNumber(
            "Spread from where rows are",
            f"{millivolts(middle['sigma_bl'], 2)} ({percent(middle['share_bl'])} of the variance)",
            f"sigma of V_BL over {middle['samples']} placements without mismatch, at sum "
            f"{signed(middle['n_plus'] - middle['n_minus'])}, all rows active; at most "
            f"{percent(worst['share_bl'])}, at sum {signed(worst['n_plus'] - worst['n_minus'])}",
        )
    ]


def _range(shifts: Sequence[Mapping[str, Any]], where: str) -> str:
    found = sorted(one[f"{where}_bl"] for one in shifts)
    if not found:
        return NOTHING
    low, high = (("+" if v > 0 else "") + millivolts(v) for v in (found[0], found[-1]))
    return f"{low.removesuffix(' mV')} to {high}"
