"""Keys of a design near to one that it does not have."""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches

from sram_spice.design.keys import all_keys

MOST = 2  # suggestions
LONGEST = 100  # characters; longer ones are no slip
CLOSE = 0.75  # ratio of difflib; "rowz" for "rows" is 0.75


def did_you_mean(key: str, data: object) -> str:
    """Return ``; did you mean column.rows?`` for a key that is nearly one, else nothing.

    Parameters
    ----------
    key : str
        As it was given: the end of a key, a key in another section, or a misspelled one.
    data : mapping
        The design as nested mappings; it says which plug-ins, and so which keys, it has.
    """
    if len(key) > LONGEST:
        return ""
    keys = [one for one in all_keys(data) if one != key]
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
