"""Words of the messages: a number with its noun."""

from __future__ import annotations


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, singular or plural.

    Parameters
    ----------
    number : int
    one : str
        After a 1: ``level``, or ``level lies``.
    many : str, optional
        After any other number; `one` with an s where it is not given.

    Returns
    -------
    str
        ``1 level lies``, ``2,145 levels lie``.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
