"""One number that a reader looks for first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyNumber:
    """One number with its name and what it is.

    Attributes
    ----------
    name : str
    value : str
        With its unit.
    note : str
        One short sentence.
    """

    name: str
    value: str
    note: str
