"""The points of a sweep: axes over keys of the design, and their Cartesian product."""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from sram_spice.design import Design, with_values
from sram_spice.errors import InputError

Value: TypeAlias = int | float | str
MAX_VALUES = 10_000  # per axis; more is a typing error in the step
MAX_POINTS = 100_000  # of a grid; every one is validated before the first is simulated
_SAFE = re.compile(r"[A-Za-z0-9_.+-]+\Z")


@dataclass(frozen=True)
class Axis:
    """One key of the design and the values it takes."""

    key: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class GridPoint:
    """One point: its values by key, its design, and the name of its folder."""

    values: tuple[tuple[str, Value], ...]
    design: Design
    folder: str


def single(design: Design) -> list[GridPoint]:
    """Return the grid without axes: the design itself."""
    return [GridPoint((), design, "")]


def parse_axis(text: str) -> Axis:
    """Read an axis.

    Parameters
    ----------
    text : str
        ``section.key=a:b:step`` (both ends included) or ``section.key=v1,v2,...``.

    Raises
    ------
    InputError
        Not of that form, or a range without end.
    """
    key, separator, values = text.partition("=")
    if not (separator and key.strip() and values.strip()):
        raise _wrong(text)
    if ":" in values:
        return Axis(key.strip(), _range(text, values.split(":")))
    return Axis(key.strip(), tuple(_value(part.strip()) for part in values.split(",")))


def grid(design: Design, axes: Sequence[Axis]) -> list[GridPoint]:
    """Return all points, the last axis fastest; every design is validated.

    Raises
    ------
    InputError
        A key is unknown or given twice, or a value is not allowed.
    """
    keys = [axis.key for axis in axes]
    if len(set(keys)) != len(keys):
        raise InputError("axis given twice", key="--over", value=", ".join(keys))
    if math.prod(len(axis.values) for axis in axes) > MAX_POINTS:
        raise InputError("too many points", key="--over", allowed=f"{MAX_POINTS} together")
    points = []
    for combination in product(*(axis.values for axis in axes)):
        values = tuple(zip(keys, combination, strict=True))
        points.append(GridPoint(values, with_values(design, dict(values)), _folder(values)))
    return points


def _range(text: str, parts: list[str]) -> tuple[Value, ...]:
    numbers = [_value(part.strip()) for part in parts]
    if len(numbers) != 3 or any(isinstance(number, str) for number in numbers):
        raise _wrong(text)
    try:
        first, last, step = (float(number) for number in numbers)
    except OverflowError:
        raise _wrong(text) from None
    if not all(map(math.isfinite, (first, last, step))) or step == 0:
        raise _wrong(text)
    steps = (last - first) / step
    if not -1e-9 <= steps < MAX_VALUES:
        raise InputError(
            "range does not lead from its start to its end",
            key="--over",
            value=text,
            allowed=f"a:b:step with at most {MAX_VALUES} values",
        )
    count = math.floor(steps + 1e-9) + 1
    # Twelve digits: 0.1 + 2 * 0.1 is to be 0.3, also in the name of a folder.
    values = [float(f"{first + i * step:.12g}") for i in range(count)]
    if all(isinstance(number, int) for number in numbers):
        return tuple(round(value) for value in values)
    return tuple(values)


def _value(text: str) -> Value:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):  # no TOML, or an integer of more digits than Python takes
        return text
    value = parsed["value"]
    return value if isinstance(value, int | float | str) and len(parsed) == 1 else text


def _folder(values: tuple[tuple[str, Value], ...]) -> str:
    words = []
    for key, value in values:
        text = str(value)
        if not _SAFE.match(text) or len(text) > 40:
            text = hashlib.sha256(text.encode()).hexdigest()[:8]
        words.append(f"{key.rpartition('.')[2]}={text}")
    return ",".join(words)


def _wrong(text: str) -> InputError:
    return InputError(
        "not an axis",
        key="--over",
        value=text,
        allowed="section.key=start:stop:step, or section.key=value,value,...",
    )
