"""Keys of the design that a search may choose, and what it may choose for each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sram_spice.design import Design, with_values
from sram_spice.design.spice_number import plain_number
from sram_spice.errors import InputError
from sram_spice.runs.sweep.design_grid import Value, parse_axis

OPTION = "--vary"
FORM = "section.key=low:high, section.key=low:high:log, or section.key=a,b,..."
GOLDEN = 0.381966  # part of the way to a number that is not whole
WHOLE = "integer"  # in what is said of a number where only whole ones are allowed
DIGITS = 6  # of a value: what is drawn is what stands in a design file
Values: TypeAlias = tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Variable:
    """One key: a range of numbers, or choices.

    Attributes
    ----------
    key : str
        ``section.key`` of the design.
    low, high : float or int
        Ends of the range, both included; whole numbers stay whole.
    log : bool
        Equal factors are equally far apart.
    choices : tuple of value
        Instead of a range.
    """

    key: str
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    choices: tuple[Value, ...] = ()

    def __post_init__(self) -> None:
        """Check range or choices.

        Raises
        ------
        InputError
            The range does not rise, or a logarithmic one reaches zero; fewer than two choices.
        """
        if self.choices:
            if len(set(self.choices)) < max(len(self.choices), 2):
                raise self._wrong("not two or more different values", self.choices)
            return
        ends = (self.low, self.high)
        if not all(map(math.isfinite, ends)) or not self.low < self.high:
            raise self._wrong("the range does not rise", f"{self.low}:{self.high}")
        if self.log and self.low <= 0:
            raise self._wrong("a logarithmic range begins above 0", f"{self.low}:{self.high}:log")

    @property
    def whole(self) -> bool:
        """Whether it is a range of whole numbers."""
        return not self.choices and isinstance(self.low, int) and isinstance(self.high, int)

    def of_kind(self, whole: bool) -> Variable:
        """Return it over whole numbers, or over all numbers."""
        if self.choices or whole == self.whole:
            return self
        if not whole:
            return replace(self, low=float(self.low), high=float(self.high))
        if not (float(self.low).is_integer() and float(self.high).is_integer()):
            raise self._wrong("not a range of whole numbers", f"{self.low}:{self.high}")
        return replace(self, low=int(self.low), high=int(self.high))

    def at(self, part: float) -> Value:
        """Return the value at a part (0 .. 1) of the way."""
        if self.choices:
            return self.choices[min(int(part * len(self.choices)), len(self.choices) - 1)]
        low, high = (self.low, self.high)
        if self.whole:
            wide = (low, high + 1)
            drawn = _between(*wide, part, self.log)
            return min(int(drawn), int(high))
        return self.rounded(_between(low, high, part, self.log))

    def rounded(self, value: Any) -> Value:
        """Return a value as it goes into the design: few digits, within the range."""
        if self.choices:
            return value  # type: ignore[no-any-return]
        if self.whole:
            return int(value)
        return min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high)

    def holds(self, value: object) -> bool:
        """Whether a value is one that may be chosen."""
        if self.choices:
            return value in self.choices
        return isinstance(value, int | float) and self.low <= value <= self.high

    def record(self) -> dict[str, Any]:
        """Return it for a record."""
        if self.choices:
            return {"key": self.key, "choices": list(self.choices)}
        return {"key": self.key, "low": self.low, "high": self.high, "log": self.log}

    def _wrong(self, why: str, value: object) -> InputError:
        return InputError(why, key=f"{OPTION} {self.key}", value=value, allowed=FORM)


def parse_variable(text: str) -> Variable:
    """Read ``section.key=low:high[:log]`` or ``section.key=a,b,...``.

    Raises
    ------
    InputError
        Not of that form.
    """
    key, _, values = (part.strip() for part in text.partition("="))
    if not key or not values:
        raise InputError("not a range", key=OPTION, value=text, allowed=FORM)
    if ":" not in values:
        return Variable(key, choices=parse_axis(text).values)
    ends = [part.strip() for part in values.split(":")]
    if len(ends) not in (2, 3) or ends[2:] not in ([], ["log"]):
        raise InputError("not a range", key=OPTION, value=text, allowed=FORM)
    low, high = (_number(text, part) for part in ends[:2])
    return Variable(key, low, high, len(ends) == 3)


def variable_of(key: str, values: Any) -> Variable:
    """Return a variable from Python: ``(low, high)``, ``(low, high, "log")`` or a list of choices.

    Raises
    ------
    InputError
        Neither.
    """
    if isinstance(values, tuple) and len(values) in (2, 3) and values[2:] in ((), ("log",)):
        low, high = (one.item() if hasattr(one, "item") else one for one in values[:2])
        if all(isinstance(one, int | float) and not isinstance(one, bool) for one in (low, high)):
            return Variable(key, low, high, len(values) == 3)
    elif isinstance(values, Sequence) and not isinstance(values, str | tuple):
        plain = [one.item() if hasattr(one, "item") else one for one in values]
        return Variable(key, choices=tuple(plain) or ("",))
    raise InputError(
        "not a range",
        key=f"vary {key}",
        value=values,
        allowed='(low, high), (low, high, "log"), or a list of choices',
    )


def variables_of(vary: Mapping[str, Any]) -> list[Variable]:
    """Return the variables of a mapping from ``section.key``."""
    return [variable_of(key, values) for key, values in vary.items()]


def checked_variables(design: Design, variables: Sequence[Variable]) -> tuple[Variable, ...]:
    """Return variables of the kinds that the design has; each end and choice is one that it takes.

    Two keys may still contradict each other: such a point is refused, and learnt from.

    Raises
    ------
    InputError
        No key, a key twice, one that the design has not, or a value that it does not take.
    """
    if not variables:
        raise InputError("nothing is varied", key=OPTION, allowed=FORM)
    keys = [one.key for one in variables]
    if len(set(keys)) != len(keys):
        raise InputError("key given twice", key=OPTION, value=", ".join(keys))
    return tuple(_checked(design, one) for one in variables)


def _checked(design: Design, one: Variable) -> Variable:
    if not one.choices:
        inner = _refusal(design, one.key, one.low + GOLDEN * (one.high - one.low))
        one = one.of_kind(inner is not None and WHOLE in inner.message)
    refused = [_refusal(design, one.key, v) for v in one.choices or (one.low, one.high)]
    for error in refused:
        # One end alone may contradict another key that moves, too; not where the key itself is bad.
        if error is not None and (all(refused) or error.key == one.key):
            raise InputError(
                error.message,
                key=f"{OPTION} {one.key}",
                value=error.value,
                allowed=error.allowed,
            )
    return one


def _refusal(design: Design, key: str, value: Value) -> InputError | None:
    try:
        with_values(design, {key: value})
    except InputError as error:
        return error
    return None


def _between(low: float, high: float, part: float, log: bool) -> float:
    if log:
        return float(math.exp(math.log(low) + part * math.log(high / low)))
    return low + part * (high - low)


def _number(text: str, part: str) -> float | int:
    try:
        return int(part)
    except ValueError:
        pass
    try:
        return float(part)
    except ValueError:
        plain = plain_number(part)
        hint = f"; did you mean {plain}?" if plain else ""
        raise InputError(
            f"not a number{hint}", key=f"{OPTION} {text}", value=part, allowed=FORM
        ) from None
