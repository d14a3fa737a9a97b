"""Figures of an MLSA at transistor level: codes, energy, code errors, frontier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sram_spice.amplifier.access import MlsaAccess
from sram_spice.design import Design
from sram_spice.report.figure_file import FigureFile, save_figure
from sram_spice.report.figure_parts import SUM_AXIS, add_title
from sram_spice.report.mlsa_access_figure import mlsa_access
from sram_spice.report.style import (
    BL,
    BLB,
    FAINT,
    GLOBAL,
    IDEAL,
    INK,
    TROUBLE,
    figure_style,
    sequential,
)

PARTS = {
    "energy_bit_line_j": ("bit line", BL),
    "energy_pre_charge_j": ("pre-charge", BLB),
    "energy_amplifiers_j": ("sense amplifiers", IDEAL),
    "energy_references_j": ("references", GLOBAL),
}
AMPLIFIERS = {"ideal": FAINT, "parallel": BL, "serial": IDEAL}


def write_access_figures(
    folder: Path,
    design: Design,
    codes: pd.DataFrame,
    energy: pd.DataFrame,
    accesses: Mapping[str, Sequence[MlsaAccess]],
) -> list[FigureFile]:
    """Write the figures of whole accesses.

    Parameters
    ----------
    folder : Path
    design : Design
    codes, energy : DataFrame
        As in mlsa_codes.csv, mlsa_energy.csv.
    accesses : mapping of str to sequence of MlsaAccess
        Per mode one access per code, with waveforms.
    """
    with figure_style():
        found = [
            save_figure(
                mlsa_access(design, chosen, mode),
                folder,
                f"mlsa_access_{mode}",
                f"One access, {mode} MLSA",
                "Pre-charge, word line, sensing, pre-charge again, for each code.",
            )
            for mode, chosen in accesses.items()
        ]
        for name, figure, caption in (
            ("mlsa_codes", code_figure(design, codes), "Code against sum, without mismatch."),
            ("mlsa_energy", energy_figure(design, energy), "Energy of one access, split."),
        ):
            found.append(save_figure(figure, folder, name, caption, caption))
    return found


def write_sensing_figure(folder: Path, design: Design, sensing: pd.DataFrame) -> FigureFile:
    """Write the figure of code errors: mlsa_sensing.csv."""
    caption = "What each way of sensing costs."
    with figure_style():
        return save_figure(
            sensing_figure(design, sensing), folder, "mlsa_sensing", caption, caption
        )


def code_figure(design: Design, codes: pd.DataFrame) -> Figure:
    """Draw the codes of full transients over the sum, one panel per mode."""
    modes = codes["mode"].unique().tolist()
    actives = sorted(codes["n_active"].unique().tolist())
    figure = Figure(figsize=(10, 1 + 2.1 * len(modes)))
    add_title(figure, "Codes of whole accesses without mismatch", design)
    colours = dict(zip(actives, sequential(len(actives)), strict=True))
    for axes, mode in zip(figure.subplots(len(modes), 1, squeeze=False)[:, 0], modes, strict=True):
        mine = codes[codes["mode"] == mode]
        ideal = mine.drop_duplicates("sum").sort_values("sum")
        axes.step(ideal["sum"], ideal["ideal_code"], where="mid", color=FAINT, label="ideal")
        for offset, n_active in enumerate(actives):
            some = mine[(mine["n_active"] == n_active) & mine["code"].notna()]
            label = f"$n_{{active}}$ = {n_active}"
            lift = 0.12 * (offset - (len(actives) - 1) / 2)
            axes.plot(
                some["sum"],
                some["code"].astype(float) + lift,
                ".",
                ms=4,
                color=colours[n_active],
                label=label,
            )
        dead = mine[mine["in_dead_zone"]]
        wrong = mine[~mine["agrees"] & ~mine["in_dead_zone"]]
        axes.plot(
            dead["sum"],
            dead["ideal_code"],
            "s",
            mfc="none",
            color=IDEAL,
            ms=9,
            label="in a dead zone" if len(dead) else None,
        )
        axes.plot(
            wrong["sum"],
            wrong["ideal_code"],
            "x",
            color=TROUBLE,
            ms=9,
            label="not the ideal code" if len(wrong) else None,
        )
        axes.set_ylabel(f"{mode}\ncode")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="upper left", fontsize=7, ncols=2)
    if len(actives) > 1:
        shifted = "points of each $n_{active}$ are shifted by a part of a code, to be seen"
        figure.text(0.99, 0.005, shifted, ha="right", fontsize=8, color=INK)
    axes.set_xlabel(SUM_AXIS)
    return figure


def energy_figure(design: Design, energy: pd.DataFrame) -> Figure:
    """Draw stacked energies per mode and average, with the paper's limit."""
    figure = Figure(figsize=(10, 5))
    add_title(figure, "Energy of one access", design)
    axes = figure.subplots()
    place = np.arange(len(energy))
    bottom = np.zeros(len(energy))
    for name, (label, colour) in PARTS.items():
        height = 1e12 * energy[name].to_numpy(dtype=np.float64)
        axes.bar(place, height, 0.7, bottom=bottom, color=colour, label=label)
        bottom += height
    for x, y in zip(place.tolist(), bottom.tolist(), strict=True):
        axes.text(x, y, f"{y:.2f}", ha="center", va="bottom", fontsize=8)
    limit = float(energy["paper_j"].max())
    if np.isfinite(limit):
        axes.axhline(1e12 * limit, color=INK, ls="--", lw=1, label="paper's limit (fig. 8b)")
    short = {
        "all levels, as often as they occur": "as they\noccur",
        "all rows active, mean over the sums": "all rows\nactive",
        "most expensive level": "worst",
    }
    words = [short.get(a, a) for a in energy["average"]]
    axes.set_xticks(
        place,
        [
            f"{w}\n{m}" if i % 3 == 1 else w
            for i, (w, m) in enumerate(zip(words, energy["mode"], strict=True))
        ],
        fontsize=8,
    )
    axes.set_ylabel("energy (pJ)")
    axes.grid(axis="x", visible=False)
    axes.legend(loc="upper left", fontsize=8)
    axes.margins(y=0.15)
    return figure


def sensing_figure(design: Design, sensing: pd.DataFrame) -> Figure:
    """Draw the code errors of every way of sensing side by side."""
    figure = Figure(figsize=(9, 4.5))
    add_title(figure, "Code errors of each way of sensing", design)
    axes = figure.subplots()
    ways = list(zip(sensing["sensing"], sensing["references"], strict=True))
    names: list[tuple[str, str]] = [(str(a), str(b)) for a, b in dict.fromkeys(ways)]
    for number, (amplifier, colour) in enumerate(AMPLIFIERS.items()):
        mine = sensing[sensing["amplifier"] == amplifier]
        keys = zip(mine["sensing"].astype(str), mine["references"].astype(str), strict=True)
        errors = dict(zip(keys, mine["error_probability"].astype(float), strict=True))
        height = [100 * errors[name] for name in names]
        place = np.arange(len(names)) + 0.27 * (number - 1)
        axes.bar(place, height, 0.25, color=colour, label=f"{amplifier} MLSA")
        for x, y in zip(place, height, strict=True):
            axes.text(x, y, f"{y:.0f}", ha="center", va="bottom", fontsize=8)
    labels = [f"{s.replace('_', '-')}\n{r} references" for s, r in names]
    axes.set_xticks(np.arange(len(names)), labels)
    axes.set_ylabel("codes that are not the ideal one (%)")
    axes.grid(axis="x", visible=False)
    axes.legend()
    return figure
