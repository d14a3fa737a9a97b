"""A picture of a lookup table: what the bit line does, and which codes come out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sram_spice.atomic import write_atomically
from sram_spice.errors import InputError
from sram_spice.lut.amplifier import amplifier_text
from sram_spice.wording import count

FloatArray = NDArray[Any]

if TYPE_CHECKING:
    from sram_spice.lut.lookup import Lut

_INK, _LINE, _REFERENCE = "#222222", "#0072B2", "#E69F00"
_SUFFIXES = (".png", ".svg", ".pdf")


def plot(lut: Lut, n_active: int, path: Path | str | None) -> Figure:
    """Draw the sensed voltage with the references above P(code | sum), at one n_active.

    Parameters
    ----------
    lut : Lut
        At one point of its conditions.
    n_active : int
        Active rows.
    path : Path or str or None
        Where to write it; the suffix says how.

    Raises
    ------
    InputError
        No such number of active rows, or a suffix that cannot be written.
    """
    sums = np.arange(-n_active, n_active + 1, 2)
    mean, spread = lut.voltage(sums, n_active=n_active)
    figure = Figure(figsize=(8, 6.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    differential = lut.sensing == "differential"
    _draw_voltage(upper, sums, mean, spread, lut.references(_set(lut, n_active)))
    upper.set_ylabel("$V_{BL} - V_{BLB}$ (V)" if differential else "$V_{BL}$ (V)")
    _draw_codes(lower, lut, sums, n_active)
    title = lut.name
    rows = f"{n_active} of {count(lut.rows, 'row')} active"
    figure.suptitle(f"{title}: {rows}, {amplifier_text(lut.data)}", parse_math=False)
    if path is not None:
        target = Path(path)
        if target.suffix not in _SUFFIXES:
            allowed = ", ".join(_SUFFIXES)
            raise InputError("cannot write this kind of figure", file=str(path), allowed=allowed)
        write_atomically(target, lambda file: figure.savefig(file))
    return figure


def _set(lut: Lut, n_active: int) -> int | None:
    return n_active if n_active in lut.data["set_n_active"].to_numpy() else None


def _draw_voltage(
    axes: Axes,
    sums: FloatArray,
    mean: FloatArray,
    spread: FloatArray,
    references: FloatArray,
) -> None:
    for number, reference in enumerate(references):
        label = "references" if number == 0 else None
        axes.axhline(reference, color=_REFERENCE, lw=0.8, label=label)
    axes.plot(sums, mean, ".-", ms=3, color=_LINE, label="mean")
    if spread.any():
        low, high = mean - 3 * spread, mean + 3 * spread
        axes.fill_between(sums, low, high, color=_LINE, alpha=0.2, lw=0, label=r"mean ± 3 $\sigma$")
    axes.legend(loc="upper left")


def _draw_codes(axes: Axes, lut: Lut, sums: FloatArray, n_active: int) -> None:
    table = lut.probability(sums, n_active=n_active)
    image = np.ma.masked_equal(table[:, :-1].T, 0.0)
    reach = 1 if n_active else 0.5
    axes.imshow(
        image,
        origin="lower",
        aspect="auto",
        cmap="Blues",
        vmin=0,
        vmax=1,
        extent=(sums[0] - reach, sums[-1] + reach, -0.5, lut.codes - 0.5),
    )
    axes.step(
        sums,
        lut.quantize(sums, n_active=n_active),
        where="mid",
        color=_INK,
        lw=1,
        label="nominal circuit",
    )
    lost = table[:, -1]
    if lost.any():
        axes.plot(sums[lost > 0], np.full((lost > 0).sum(), -0.4), "kx", label="some have no code")
    axes.set_ylabel("code, shade: P(code | sum)")
    axes.set_xlabel("sum = $n_{plus} - n_{minus}$ (rows)")
    axes.legend(loc="upper left")
