"""The version of a model: text, as ngspice compares it."""

from __future__ import annotations

import re

_VERSION = re.compile(r"\d+(?:\.\d+){0,2}", re.ASCII)


def version_text(text: str) -> str | None:
    """Return a version as it stands in a card, for example ``4.0`` or ``3.2.4``; None: it is none.

    Read as a number, 4.0 would be written as 4, for which ngspice has no model.
    """
    text = text.strip("{}'\"")
    return text if _VERSION.fullmatch(text) else None
