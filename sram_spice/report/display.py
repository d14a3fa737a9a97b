"""Numbers as a reader wants them: SI in the tables, mV, ns, pJ and % on paper."""

from __future__ import annotations

import math

NOTHING = "\N{EN DASH}"
_PREFIXES = {0: "", -1: "m", -2: "\N{MICRO SIGN}", -3: "n", -4: "p", -5: "f"}


def millivolts(volts: float, digits: int = 1) -> str:
    """Return a voltage (V) in mV."""
    return _scaled(volts, 1e3, digits, "mV")


def nanoseconds(seconds: float, digits: int = 3) -> str:
    """Return a time (s) in ns."""
    return _scaled(seconds, 1e9, digits, "ns")


def picojoules(joules: float, digits: int = 3) -> str:
    """Return an energy (J) in pJ."""
    return _scaled(joules, 1e12, digits, "pJ")


def femtojoules(joules: float, digits: int = 2) -> str:
    """Return an energy (J) in fJ."""
    return _scaled(joules, 1e15, digits, "fJ")


def percent(part: float) -> str:
    """Return a probability (0 .. 1) in %: three significant digits, never a false 0."""
    if not math.isfinite(part):
        return NOTHING
    if part == 0:
        return "0 %"
    return f"{100 * part:.1f} %" if part >= 0.001 else f"{100 * part:.1e} %"


def signed(number: float) -> str:
    """Return a sum with its sign; 0 has none."""
    text = f"{number:g}"
    return text.replace("-", "\N{MINUS SIGN}") if number <= 0 else f"+{text}"


def plain(number: float, digits: int = 3) -> str:
    """Return a number with some significant digits."""
    return f"{number:#.{digits}g}".rstrip(".") if math.isfinite(number) else NOTHING


def quantity(value: float, unit: str) -> str:
    """Return a value of an SI unit with a prefix, for example ``120 nm``; no digit is lost."""
    if unit not in ("m", "V", "s", "F") or not value or not math.isfinite(value):
        return f"{value:g} {unit}" if math.isfinite(value) else NOTHING
    power = min(max(math.floor(math.log10(abs(value)) / 3 + 1e-9), -5), 0)
    number = float(f"{value / 1000.0**power:.12g}")
    return f"{number!r} {_PREFIXES[power]}{unit}".replace(".0 ", " ").replace("-", "\N{MINUS SIGN}")


def _scaled(value: float, factor: float, digits: int, unit: str) -> str:
    if not math.isfinite(value):
        return NOTHING
    return f"{value * factor:.{digits}f} {unit}".replace("-", "\N{MINUS SIGN}")
