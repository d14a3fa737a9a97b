"""One access of column and MLSA for each code, drawn like fig. 8c of Liu et al., DAC 2018."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sram_spice.amplifier.access import MlsaAccess
from sram_spice.design import Design
from sram_spice.report.display import signed
from sram_spice.report.figure_parts import add_title, say
from sram_spice.report.style import BL, FAINT, IDEAL, INK

_HEIGHTS = (1, 1, 3, 1.2, 1.6)
_LABELS = ("CLK", "WL", "BL, REF (V)", "SAEN", "SAOUT")
_APART = 1.25  # parts of VDD between the outputs of a parallel MLSA


def mlsa_access(design: Design, accesses: Sequence[MlsaAccess], mode: str) -> Figure:
    """Draw CLK, WL, BL and REF, SAEN and SAOUT of one access per code.

    Parameters
    ----------
    design : Design
    accesses : sequence of MlsaAccess
        One per code, with waveforms.
    mode : str
        For the title.
    """
    count = max(1, len(accesses))
    # Two columns are narrower than the title.
    figure = Figure(figsize=(max(2.0 * count + 1.5, 8.0), 7.5))
    add_title(figure, f"One access per code, {mode} MLSA", design)
    grid = figure.subplots(
        len(_HEIGHTS), count, height_ratios=_HEIGHTS, squeeze=False, sharex=True, sharey="row"
    )
    if not accesses:
        say(grid[2, 0], "no access has a code")
    for column, access in enumerate(accesses):
        _draw(list(grid[:, column]), access)
        total = access.bench.column.n_plus - access.bench.column.n_minus
        grid[0, column].set_title(f"code {access.code}\nsum {signed(total)}")
        grid[-1, column].set_xlabel("time (ns)")
    for axes, label in zip(grid[:, 0], _LABELS, strict=True):
        axes.set_ylabel(label)
    return figure


def _draw(panels: Sequence[Axes], access: MlsaAccess) -> None:
    bench, waves = access.bench, access.waves
    vdd, timing = bench.column.design.conditions.vdd, bench.timing
    time = 1e9 * waves["time"]
    # The clock that starts the access and, falling, pre-charges again; not a node of the circuit.
    edges = [0.0, timing.rise, timing.rise, timing.pre_charge, timing.pre_charge, timing.stop]
    panels[0].plot(1e9 * np.array(edges), [0, 0, vdd, vdd, 0, 0], color=FAINT)
    panels[1].plot(time, waves["wl"], color=INK)
    panels[2].plot(time, waves["bl"], color=BL, label="BL")
    if "ref" in waves:
        panels[2].plot(time, waves["ref"], color=IDEAL, label="REF")
    else:
        for v in bench.references:
            panels[2].axhline(v, color=IDEAL, lw=0.8)
        panels[2].plot([], [], color=IDEAL, lw=0.8, label="REF")
    panels[2].legend(loc="upper right", fontsize=7)
    numbers = range(len(bench.amplifiers))
    for i in numbers:
        panels[3].plot(time, waves[f"saen{i}"], color=INK)
        lift = _APART * vdd * i if bench.mode == "parallel" else 0.0
        panels[4].plot(time, lift + waves[f"out{i}"], color=BL, lw=1.0)
    panels[4].set_yticks([])
    for axes in panels:
        axes.margins(x=0)
