"""Figure `map`: where data is safe, how large the swing is, the sensing error, the energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from sram_spice.report.style import FAINT, INK, TROUBLE
from sram_spice.wording import LEAST_PROBABILITY, probability

SAFE: Final = 1e-6  # probability of losing any cell in one access that a design may have
FLOOR: Final = 1e-12  # below it colours do not tell apart any more
LARGEST_WITH_NUMBERS: Final = 150  # cells; beyond that numbers in them are too small to read

_SCALES: Final = (
    ("width", 1e6, "µm"),
    ("length", 1e9, "nm"),
    ("voltage", 1.0, "V"),
    ("vdd", 1.0, "V"),
    ("time", 1e9, "ns"),
    ("pulse", 1e9, "ns"),
    ("capacitance", 1e15, "fF"),
    ("temperature", 1.0, "°C"),
    ("a_vt", 1e9, "mV µm"),
)


@dataclass(frozen=True)
class AxisScale:
    """How a swept key is shown: its values times `factor` are in `unit`."""

    label: str
    factor: float


@dataclass(frozen=True)
class _Panel:
    title: str
    values: NDArray[np.float64]
    texts: NDArray[np.str_]
    norm: Normalize
    colours: str


def axis_scale(key: str) -> AxisScale:
    """Return how a swept key is labelled, for example ``load width (µm)``."""
    name = key.rpartition(".")[2]
    for word, factor, unit in _SCALES:
        if word in name:
            return AxisScale(f"{name.replace('_', ' ')} ({unit})", factor)
    return AxisScale(name.replace("_", " "), 1.0)


def design_map(table: pd.DataFrame, x_key: str, y_key: str, title: str) -> Figure:
    """Draw the four maps of a sweep over two keys.

    Parameters
    ----------
    table : DataFrame
        As written by a sweep: one row per point.
    x_key, y_key : str
        The swept keys; their values are numbers.
    title : str
        What was swept, one line.
    """
    wide = table.set_index([y_key, x_key]).sort_index()
    xs, ys = (np.unique(table[key].to_numpy(dtype=float)) for key in (x_key, y_key))
    figure = Figure(figsize=(12, 9.5))
    figure.suptitle(title, fontsize=12)
    unsafe = _grid(_unsafe(wide), ys, xs) > 0
    for axes, panel in zip(figure.subplots(2, 2).flat, _panels(wide, ys, xs), strict=True):
        _draw(axes, panel, unsafe)
        _label(axes, x_key, y_key, xs, ys)
    figure.legend(
        handles=[
            Patch(
                facecolor="none",
                edgecolor=TROUBLE,
                hatch="////",
                label=f"unsafe: a cell loses its data with probability > {SAFE:g} per access, "
                "in a sample, or without mismatch",
            )
        ],
        loc="outside lower center",
    )
    return figure


def _panels(wide: pd.DataFrame, ys: NDArray[np.float64], xs: NDArray[np.float64]) -> list[_Panel]:
    losses = said_losses(wide)
    loss, bound = (_grid(losses[name], ys, xs) for name in ("value", "bound"))
    swing = _grid(wide["swing_v"], ys, xs)
    sigma = _grid(wide["sigma_rows"], ys, xs)
    energy = 1e12 * _grid(wide["energy_j"], ys, xs)
    return [
        _Panel(
            "Probability that one access loses data",
            np.clip(loss, FLOOR, 1.0),
            np.vectorize(_loss_text, otypes=[str])(loss, bound),
            LogNorm(FLOOR, 1.0),
            "RdYlGn_r",
        ),
        _Panel("Swing of the bit line (V)", swing, _texts(swing), _range(swing), "viridis"),
        _Panel(
            "Sensing error: sigma of the middle level, in rows",
            sigma,
            _texts(sigma),
            _range(sigma),
            "viridis_r",
        ),
        _Panel("Energy of one access (pJ)", energy, _texts(energy), _range(energy), "viridis_r"),
    ]


def _loss_text(value: float, bound: float) -> str:
    return probability(value, bound > 0) if np.isfinite(value) else "no value"


def said_losses(table: pd.DataFrame) -> pd.DataFrame:
    """Return the losses of a sweep, value and whether it is only a bound, as a reader is told them.

    A sweep of before has digits that nobody can defend: there the upper end is what is known.
    """
    value, high = (table[name].astype(float) for name in ("loss_probability", "loss_high"))
    bound = table.get("loss_bound", pd.Series(np.nan, table.index)).astype(float)
    bound = bound.fillna((value < LEAST_PROBABILITY).astype(float))
    known = value.mask(bound > 0, np.fmax(value, high)).clip(lower=LEAST_PROBABILITY)
    return pd.DataFrame({"value": known, "bound": bound})


def _texts(values: NDArray[np.float64]) -> NDArray[np.str_]:
    words = [f"{v:.2f}" if np.isfinite(v) else "no value" for v in values.ravel()]
    return np.array(words, dtype=str).reshape(values.shape)


def _unsafe(wide: pd.DataFrame) -> pd.Series[float]:
    lost = (wide["flipped"] > 0) | (wide["nominal_flipped"] > 0) | (wide["nominal_failed"] > 0)
    return (lost | ~(wide["loss_probability"] <= SAFE)).astype(float)


def _grid(
    values: pd.Series[float], ys: NDArray[np.float64], xs: NDArray[np.float64]
) -> NDArray[np.float64]:
    return values.unstack().reindex(index=ys, columns=xs).to_numpy(dtype=float)


def _range(values: NDArray[np.float64]) -> Normalize:
    known = values[np.isfinite(values)]
    return Normalize(known.min(), known.max()) if known.size else Normalize(0, 1)


def _draw(axes: Axes, panel: _Panel, unsafe: NDArray[np.bool_]) -> None:
    colours = mpl.colormaps[panel.colours]
    image = axes.imshow(panel.values, origin="lower", aspect="auto", cmap=colours, norm=panel.norm)
    axes.set_title(panel.title)
    axes.grid(visible=False)
    bar = axes.figure.colorbar(image, ax=axes)
    bar.outline.set_visible(False)
    for (row, column), lost in np.ndenumerate(unsafe):
        if lost:
            axes.add_patch(
                Rectangle(
                    (column - 0.5, row - 0.5),
                    1,
                    1,
                    fill=False,
                    edgecolor=TROUBLE,
                    hatch="//",
                    lw=0,
                    alpha=0.55,
                )
            )
    if panel.values.size <= LARGEST_WITH_NUMBERS:
        _write_numbers(axes, panel)


def _write_numbers(axes: Axes, panel: _Panel) -> None:
    for (row, column), text in np.ndenumerate(panel.texts):
        axes.text(
            column,
            row,
            str(text),
            ha="center",
            va="center",
            fontsize=8,
            color=INK,
            bbox={"facecolor": "white", "alpha": 0.72, "lw": 0, "boxstyle": "round,pad=0.15"},
        )


def _label(
    axes: Axes, x_key: str, y_key: str, xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> None:
    x, y = axis_scale(x_key), axis_scale(y_key)
    axes.set_xticks(range(len(xs)), [f"{x.factor * value:g}" for value in xs])
    axes.set_yticks(range(len(ys)), [f"{y.factor * value:g}" for value in ys])
    axes.set_xlabel(x.label)
    axes.set_ylabel(y.label)
    axes.tick_params(colors=INK, length=2, color=FAINT)
