"""Words of the messages: a number with its noun, a probability with what is known of it."""

from __future__ import annotations

LEAST_PROBABILITY = 1e-15  # below it normal mismatch is extrapolated beyond any silicon: no digits


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


def probability(value: float, bound: bool = False) -> str:
    """Return a probability, with no more digits than anybody can defend.

    Parameters
    ----------
    value : float
        0 to 1.
    bound : bool
        It is an upper bound.

    Returns
    -------
    str
        ``0.0023``, ``below 2e-05``, ``below 1e-15``.
    """
    if value <= LEAST_PROBABILITY:
        return f"below {LEAST_PROBABILITY:g}"
    return f"below {value:.2g}" if bound else f"{value:.2g}"
