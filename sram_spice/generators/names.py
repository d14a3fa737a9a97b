"""Names that reach a deck: of cells, transistors and nodes, also those of plug-ins."""

from __future__ import annotations

import re
from functools import lru_cache

from sram_spice.errors import InputError

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)


@lru_cache(maxsize=4096)  # a column asks for the same few names thousands of times
def deck_name(name: str, what: str) -> str:
    """Return a name that may stand in a deck.

    Parameters
    ----------
    name : str
    what : str
        What it is the name of, for the message.

    Raises
    ------
    InputError
        It holds anything but letters, digits and `_`: a line end, a space, `;` or `$` would begin
        something else in the deck, a `.` belongs to names in sub-circuits.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            "not a name for a deck", key=what, value=name, allowed="1 to 64 letters, digits and _"
        )
    return name
