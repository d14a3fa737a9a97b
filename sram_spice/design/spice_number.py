"""Numbers with the suffixes of SPICE, which design files do not have."""

from __future__ import annotations

import re

# Powers of ten as SPICE reads them: m and M are both milli, and what follows is a unit.
SUFFIXES = {"meg": 6, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "k": 3, "g": 9, "t": 12}
_NUMBER = re.compile(
    rf"([+-]?(?:\d+\.?\d*|\.\d+))(?:e([+-]?\d{{1,3}}))?\s?(µ|μ|{'|'.join(SUFFIXES)})?[a-z]{{0,4}}",
    re.IGNORECASE | re.ASCII,
)


def plain_number(value: object, whole: bool = False) -> str | None:
    """Return ``65e-9`` for ``65n`` or ``65nm``; None where it is nothing that SPICE reads as one.

    Parameters
    ----------
    value : object
    whole : bool
        Only whole numbers, written without exponent.

    Examples
    --------
    >>> plain_number("65n"), plain_number("0.2fF"), plain_number("1.5Meg"), plain_number("1V")
    ('65e-9', '0.2e-15', '1.5e6', '1')
    >>> plain_number("1k", whole=True), plain_number("1u", whole=True), plain_number("linear")
    ('1000', None, None)
    """
    found = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    digits, exponent, suffix = found.groups()
    micro = suffix in ("µ", "μ")
    power = int(exponent or 0)
    if suffix:
        power += SUFFIXES["u" if micro else suffix.lower()]
    plain = f"{digits}e{power}" if power else digits
    if not whole:
        return plain
    return str(int(float(plain))) if float(plain).is_integer() else None


def did_you_mean_number(value: object, whole: bool = False) -> str:
    """Return ``; did you mean 65e-9?`` for a number with a suffix of SPICE, else nothing."""
    number = plain_number(value, whole)
    return f"; did you mean {number}?" if number and number != value else ""
