"""Which amplifier a table's codes are of: the design's own, as measured, or an ideal one."""

from __future__ import annotations

import json
from typing import Literal, cast, get_args

import xarray as xr

from sram_spice.errors import InputError
from sram_spice.lut.schema import AMPLIFIER

Amplifier = Literal["real", "ideal"]
REMEDY = (
    "sram-spice references DIR --sense-amplifier measures the amplifier of a run's design with "
    "[sense_amplifier] (characterize does so, too)"
)


def characterized(data: xr.Dataset) -> bool:
    """Return whether a table has the codes of a real amplifier."""
    return "probability_mlsa" in data


def amplifier_of(data: xr.Dataset) -> Amplifier:
    """Return whose codes a table gives: as it says, else the real amplifier's where it has them."""
    default = "real" if characterized(data) else "ideal"
    return cast(Amplifier, str(data.attrs.get(AMPLIFIER, default)))


def with_amplifier(data: xr.Dataset, wanted: Amplifier | None, file: str = "") -> xr.Dataset:
    """Return a table that gives the codes of one amplifier.

    Parameters
    ----------
    data : xarray.Dataset
    wanted : {"real", "ideal"} or None
        None: as the table says.
    file : str
        For the messages.

    Raises
    ------
    InputError
        No such amplifier, or the real one was not characterized.
    """
    chosen = amplifier_of(data) if wanted is None else wanted
    found = data.assign_attrs({AMPLIFIER: chosen})
    check_amplifier(found, file)
    return found


def check_amplifier(data: xr.Dataset, file: str) -> None:
    """Raise the InputError of a table that says it has an amplifier and does not."""
    name = data.attrs.get(AMPLIFIER, "ideal")
    if name not in get_args(Amplifier):
        raise InputError(
            "no such amplifier", file=file or None, key=AMPLIFIER, value=name, allowed="real, ideal"
        )
    if name == "real" and not characterized(data):
        raise InputError(
            "a real amplifier was not characterized: this table has codes of an ideal one only",
            file=file or None,
            key=AMPLIFIER,
            value=name,
            allowed=f"ideal; {REMEDY}",
        )


def amplifier_text(data: xr.Dataset) -> str:
    """Return in words whose codes a table gives."""
    if amplifier_of(data) == "real":
        return "real amplifier"
    why = "" if characterized(data) else " (a real one was not characterized)"
    return f"ideal amplifier{why}"


def silent_ideal(data: xr.Dataset) -> str:
    """Return what to tell who has not chosen: the design's amplifier is not in the table.

    Nothing where the design has none. Format version 1 never had one.
    """
    design = json.loads(data.attrs.get("design", "{}"))
    expected = design.get("sense_amplifier") or data.attrs["format_version"] == 1
    if characterized(data) or not expected:
        return ""
    return (
        "the codes are those of an ideal amplifier: a real one was not characterized for this "
        f"table. {REMEDY}"
    )
