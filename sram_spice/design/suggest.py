"""Keys of a design near to one that it does not have."""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from sram_spice.design.model import Design

MOST = 2  # suggestions
LONGEST = 100  # characters; longer ones are no slip
CLOSE = 0.75  # ratio of difflib; "rowz" for "rows" is 0.75


def section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a field holds, also where it may be left out; None for a value."""
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def keys_of(model: type[BaseModel] = Design, above: str = "") -> list[str]:
    """Return every key of a design as ``section.key``, sections included."""
    found = []
    for name, field in model.model_fields.items():
        found.append(above + name)
        section = section_of(field.annotation)
        if section is not None:
            found += keys_of(section, f"{above}{name}.")
    return found


def did_you_mean(key: str) -> str:
    """Return ``; did you mean column.rows?`` for a key that is nearly one, else nothing.

    Parameters
    ----------
    key : str
        As it was given: the end of a key, a key in another section, or a misspelled one.
    """
    if len(key) > LONGEST:
        return ""
    keys = [one for one in keys_of() if one != key]
    section, _, end = key.rpartition(".")
    own = [one for one in keys if one.rpartition(".")[0] == section]
    near = [one for one in keys if one.endswith(f".{end}")] or _close(end, own) or _close(end, keys)
    near.sort(key=lambda one: SequenceMatcher(None, key, one).ratio(), reverse=True)
    return f"; did you mean {' or '.join(near[:MOST])}?" if near else ""


def _close(end: str, keys: list[str]) -> list[str]:
    """Return the keys whose last part is nearly this one."""
    ends = [one.rpartition(".")[2] for one in keys]
    close = get_close_matches(end, ends, MOST, CLOSE)
    return [one for one in keys if one.rpartition(".")[2] in close]
