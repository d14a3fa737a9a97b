"""The points of a sweep: axes over keys of the design, and their Cartesian product."""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, overload

from sram_spice.design import Design, with_values
from sram_spice.design.spice_number import plain_number
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
        return _range(text, key.strip(), values.split(":"))
    return Axis(key.strip(), tuple(_value(part.strip()) for part in values.split(",")))


@dataclass(frozen=True)
class Grid(Sequence[GridPoint]):
    """The points over some axes, made one by one as they are asked for.

    Attributes
    ----------
    design : Design
        With every key that is not swept.
    axes : tuple of Axis
    zipped : bool
        Take the axes' values together, the first of each, the second of each, ...; else every
        combination, the last axis fastest.
    """

    design: Design
    axes: tuple[Axis, ...]
    zipped: bool = False

    def __len__(self) -> int:
        """Return the number of points."""
        lengths = [len(axis.values) for axis in self.axes]
        return lengths[0] if self.zipped else math.prod(lengths)

    @overload
    def __getitem__(self, index: int) -> GridPoint: ...

    @overload
    def __getitem__(self, index: slice) -> list[GridPoint]: ...

    def __getitem__(self, index: int | slice) -> GridPoint | list[GridPoint]:
        """Return a point; its design is validated.

        Raises
        ------
        InputError
            A key is unknown, or a value is not allowed.
        """
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        values = tuple(
            (axis.key, axis.values[i])
            for axis, i in zip(self.axes, self._positions(number), strict=True)
        )
        return GridPoint(values, with_values(self.design, dict(values)), _folder(values))

    def _positions(self, number: int) -> list[int]:
        if self.zipped:
            return [number] * len(self.axes)
        found = []
        for axis in reversed(self.axes):
            number, position = divmod(number, len(axis.values))
            found.append(position)
        return found[::-1]


def base_of(points: Sequence[GridPoint]) -> Design:
    """Return the design that a grid is over; of single points the first one's."""
    return points.design if isinstance(points, Grid) else points[0].design


def grid(design: Design, axes: Sequence[Axis], zipped: bool = False) -> Grid:
    """Return all points, the last axis fastest; every design is validated here.

    Parameters
    ----------
    design : Design
    axes : sequence of Axis
        At least one.
    zipped : bool
        As in :class:`Grid`.

    Raises
    ------
    InputError
        A key is unknown or given twice, a value is not allowed, there are too many points, or
        zipped axes do not have as many values each.
    """
    keys = [axis.key for axis in axes]
    if len(set(keys)) != len(keys):
        raise InputError("axis given twice", key="--over", value=", ".join(keys))
    if zipped and len({len(axis.values) for axis in axes}) > 1:
        lengths = ", ".join(f"{axis.key}: {len(axis.values)}" for axis in axes)
        raise InputError(
            "axes that are zipped have different numbers of values",
            key="--over",
            value=lengths,
            allowed="as many each",
        )
    points = Grid(design, tuple(axes), zipped)
    if math.prod(1 if zipped else len(axis.values) for axis in axes) > MAX_POINTS:
        raise InputError("too many points", key="--over", allowed=f"{MAX_POINTS} together")
    for _ in points:  # a bad value far behind is found before the first is simulated
        pass
    return points


def axis_of_range(key: str, first: float, last: float, step: float) -> Axis:
    """Return the axis from `first` to `last`, both included.

    Raises
    ------
    InputError
        The range does not lead from its start to its end, or has too many values.
    """
    try:
        steps = (last - first) / step
    except (OverflowError, ZeroDivisionError):
        steps = math.nan
    if not -1e-9 <= steps < MAX_VALUES:
        raise InputError(
            "range does not lead from its start to its end",
            key="--over",
            value=f"{key}={first}:{last}:{step}",
            allowed=f"a:b:step with at most {MAX_VALUES} values",
        )
    count = math.floor(steps + 1e-9) + 1
    # Twelve digits: 0.1 + 2 * 0.1 is to be 0.3, also in the name of a folder.
    values = [float(f"{first + i * step:.12g}") for i in range(count)]
    if all(isinstance(number, int) for number in (first, last, step)):
        return Axis(key, tuple(round(value) for value in values))
    return Axis(key, tuple(values))


def _range(text: str, key: str, parts: list[str]) -> Axis:
    numbers = [_value(part.strip()) for part in parts]
    if len(numbers) != 3 or any(isinstance(number, str) for number in numbers):
        raise _wrong(text)
    try:
        ends = [float(number) for number in numbers]
    except OverflowError:
        raise _wrong(text) from None
    if not all(map(math.isfinite, ends)) or ends[2] == 0:
        raise _wrong(text)
    return axis_of_range(key, *(number for number in numbers if not isinstance(number, str)))


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
    parts = text.partition("=")[2].split(":")
    plain = ":".join(plain_number(part) or part.strip() for part in parts)
    suffixes = plain != ":".join(part.strip() for part in parts)
    return InputError(
        f"not an axis; did you mean {plain}?" if suffixes else "not an axis",
        key="--over",
        value=text,
        allowed="section.key=start:stop:step, or section.key=value,value,...",
    )
