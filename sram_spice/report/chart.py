"""A chart of the page as data: what is drawn, not how. `static/charts.js` draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DIGITS = 6  # significant digits of a number in a chart: tens of microvolts at 1 V are not seen

# Roles; light and dark pages have their own colours for each. "step:i/n" is the i-th of n shades.
Colour: TypeAlias = str
Style: TypeAlias = Literal["solid", "dash", "dot"]
Values: TypeAlias = Sequence[Any] | NDArray[Any] | pd.Series


def shade(position: int, count: int) -> Colour:
    """Return the colour of one of `count` ordered curves."""
    return f"step:{position}/{max(count, 1)}"


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis.

    Attributes
    ----------
    title : str
        With its unit in brackets.
    ticks : sequence of float, optional
        Where ticks are; chosen by the page when left out.
    texts : sequence of str, optional
        What stands at `ticks`.
    low, high : float, optional
        What is shown at first.
    """

    title: str
    ticks: Values | None = None
    texts: Sequence[str] | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, eq=False)
class Line:
    """A curve, or marks, with an optional band.

    Attributes
    ----------
    name : str
        For the legend.
    x, y : array_like, shape (points,)
    colour : str
    style : {"solid", "dash", "dot"}
    mark : str, optional
        Symbol at every point: "circle", "x", "triangle-down".
    joined : bool
        Whether the points are joined.
    stairs : bool
        Whether they are joined by stairs with the steps midway.
    low, high : array_like, optional
        Band around the curve.
    notes : sequence of str, optional
        More to say of each point when it is pointed at.
    group : str, optional
        Curves of one group are switched on and off together; the first is in the legend.
    """

    kind: ClassVar[str] = "line"
    name: str
    x: Values
    y: Values
    colour: Colour
    style: Style = "solid"
    mark: str | None = None
    joined: bool = True
    stairs: bool = False
    low: Values | None = None
    high: Values | None = None
    notes: Sequence[str] | None = None
    group: str | None = None


@dataclass(frozen=True, eq=False)
class HeatMap:
    """A number over two axes as colour; NaN stays empty.

    Attributes
    ----------
    name : str
        With its unit, for the colour bar.
    x, y : array_like, shape (columns,) and (rows,)
        Middles of the cells.
    z : ndarray, shape (rows, columns)
    scale : {"value", "share"}
        Colours: of an ordered number, or of a share (0 is the page itself).
    top : float, optional
        Value of the last colour; the largest when left out.
    """

    kind: ClassVar[str] = "map"
    name: str
    x: Values
    y: Values
    z: NDArray[np.float64]
    scale: Literal["value", "share"] = "value"
    top: float | None = None


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars beside or on top of those of the same panel."""

    kind: ClassVar[str] = "bars"
    name: str
    x: Values
    y: Values
    colour: Colour
    notes: Sequence[str] | None = None


@dataclass(frozen=True, eq=False)
class Rules:
    """Straight lines across a panel.

    Attributes
    ----------
    name : str
        For the legend.
    axis : {"x", "y"}
        Axis that the values are on: "y" makes horizontal lines.
    values : array_like
    texts : sequence of str
        What stands at each line.
    colour : str
    style : {"solid", "dash", "dot"}
    """

    kind: ClassVar[str] = "rules"
    name: str
    axis: Literal["x", "y"]
    values: Values
    texts: Sequence[str]
    colour: Colour
    style: Style = "solid"


Series: TypeAlias = Line | HeatMap | Bars | Rules


@dataclass(frozen=True, eq=False)
class Panel:
    """Axes with what is drawn in them.

    Attributes
    ----------
    x, y : Axis
    series : tuple of Series
    height : float
        Relative to the other panels of a view.
    stacked : bool
        Bars on top of each other.
    """

    x: Axis
    y: Axis
    series: tuple[Series, ...]
    height: float = 1.0
    stacked: bool = False


@dataclass(frozen=True)
class Pick:
    """A choice that the reader has.

    Attributes
    ----------
    label : str
    options : tuple of str
    first : int
        Option at first.
    """

    label: str
    options: tuple[str, ...]
    first: int = 0


@dataclass(frozen=True, eq=False)
class Histogram:
    """One histogram: `share` (%) of bins that begin at the one around `first`."""

    name: str
    first: float
    share: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HistogramGroup:
    """Histograms in order, of which the page shows a chosen one and its neighbours.

    Attributes
    ----------
    label : str
        What tells this group from the others.
    x, y : Axis
    step : float
        Width of a bin.
    levels : tuple of Histogram
    rules : tuple of Rules
    """

    label: str
    x: Axis
    y: Axis
    step: float
    levels: tuple[Histogram, ...]
    rules: tuple[Rules, ...]


@dataclass(frozen=True, eq=False)
class Chart:
    """A chart of the page: panels on top of each other with a common x axis.

    Attributes
    ----------
    name : str
        Unique on the page, a word.
    title : str
    caption : str
        What it shows and what to look for.
    views : tuple of tuple of Panel
        One per combination of the picks' options, the last pick fastest.
    picks : tuple of Pick
    height : int
        px.
    files : tuple of str
        The same as files beside the page.
    groups : tuple of HistogramGroup
        Histograms to choose from, instead of views.
    """

    name: str
    title: str
    caption: str
    views: tuple[tuple[Panel, ...], ...]
    picks: tuple[Pick, ...] = ()
    height: int = 460
    files: tuple[str, ...] = ()
    groups: tuple[HistogramGroup, ...] = ()


def drawn(chart: Chart) -> dict[str, Any]:
    """Return what `static/charts.js` needs of a chart, ready for JSON."""
    names = ("name", "title", "height", "picks", "views", "groups")
    return {name: _plain(getattr(chart, name)) for name in names}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.ndarray | pd.Series):
        return _numbers(np.asarray(value))
    if isinstance(value, float | np.floating):
        return _short(float(value))
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    assert is_dataclass(value), type(value)
    found = {} if not hasattr(value, "kind") else {"kind": value.kind}
    for field in fields(value):
        item = getattr(value, field.name)
        if item is not field.default:  # what is as ever is left out: pages stay small
            found[field.name] = _plain(item)
    return found


def _numbers(array: NDArray[Any]) -> list[Any]:
    if array.ndim > 1:
        return [_numbers(row) for row in array]
    if np.issubdtype(array.dtype, np.integer):
        return [int(number) for number in array]
    return [_plain(item) for item in array.tolist()]


def _short(number: float) -> float | int | None:
    if not np.isfinite(number):
        return None
    rounded = float(f"{number:.{DIGITS}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
