"""Chart of the page: bit-line voltages against the level, with bands, references and sigma."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sram_spice.report import captions
from sram_spice.report.chart import Axis, Chart, Colour, Line, Panel, Pick, Rules, Series, shade
from sram_spice.report.run import Run
from sram_spice.report.sensed import spread_choice
from sram_spice.wording import count

SIGMAS = 3
MOST_VIEWS = 8  # numbers of active rows that one can choose
SUM = "sum = n_plus - n_minus (rows)"
LINES = (("v_bl", "bl", "V_BL"), ("v_blb", "blb", "V_BLB"))


def level_chart(run: Run) -> Chart:
    """Return V_BL and V_BLB against the sum or n_plus, and sigma beside the step between sums.

    Of a cell with inactive rows one number of active rows at a time, or several together.
    """
    if run.always_active:
        levels = _levels(run, run.design.column.rows)
        pick = Pick("across", ("sum", "n_plus"))
        views = tuple(_view(run, levels, across) for across in ("sum", "n_plus"))
        caption = captions.level_curve_caption(run)
    else:
        counts = active_counts(run)
        names = ("several", *(str(one) for one in counts))
        pick = Pick("active rows", names)
        own = tuple(_view(run, _levels(run, one), "sum") for one in counts)
        views = (_several(run, counts), *own)
        caption = captions.level_several_caption(run)
    return Chart(
        name="level_curve",
        title="Bit-line voltages",
        caption=caption,
        views=views,
        picks=(pick,),
        height=640,
        files=("level_curve.png", "level_curve.svg"),
    )


def active_counts(run: Run) -> list[int]:
    """Return the numbers of active rows that a reader can choose: spread over those sampled."""
    levels = run.sensed_levels
    active = levels[levels["n_active"] > 0]
    sampled = active[active["samples"] > 0]
    known = (sampled if len(sampled) else active)["n_active"].unique()
    wanted = np.linspace(known.min(), known.max(), MOST_VIEWS) if known.size else np.array([])
    return spread_choice(known, wanted)


def level_notes(levels: pd.DataFrame) -> list[str]:
    """Return what is to say of each level beside its voltage."""
    return [
        f"n_plus {row['n_plus']}, n_minus {row['n_minus']}; "
        + (f"{count(row['samples'], 'sample')}, " if row["samples"] else "no samples, ")
        + f"{row['lost']} lost data, {row['failed']} failed"
        for row in levels.to_dict("records")
    ]


def own_rules(run: Run, n_active: int, axis: str) -> list[Rules]:
    """Return the references of a number of active rows, and the global ones, as straight lines."""
    references = run.references
    own = references[references["n_active"] == n_active]
    common = references[references["n_active"].isna()]
    found = []
    for table, name, colour in ((own, "reference", "ink"), (common, "global reference", "global")):
        if len(table):
            texts = [f"{i}|{i + 1}" for i in table["index"]]
            style = "solid" if colour == "ink" else "dash"
            side = "y" if axis == "y" else "x"
            found.append(Rules(name, side, table["v_ref_v"], texts, colour, style))  # type: ignore[arg-type]
    return found


def trouble_marks(levels: pd.DataFrame, x: pd.Series, y: pd.Series) -> list[Series]:
    """Return marks at the levels that lost data or have samples without a valid solution."""
    found: list[Series] = []
    for column, name, colour, mark in (
        ("lost", "data lost", "trouble", "x"),
        ("failed", "no valid solution", "failed", "triangle-down"),
    ):
        bad = levels[levels[column] > 0]
        if len(bad):
            label = f"{name} ({count(len(bad), 'level')})"
            at, height = x[bad.index], y[bad.index].fillna(0.0)
            notes = level_notes(bad)
            found.append(Line(label, at, height, colour, mark=mark, joined=False, notes=notes))
    return found


def _levels(run: Run, n_active: int) -> pd.DataFrame:
    """Return the levels of a number of active rows with both bit lines, sorted by the sum."""
    both = [f"{name}_{what}_v" for name, _, _ in LINES for what in ("nominal", "mean", "std")]
    table = run.levels[["n_plus", "n_minus", *both]]
    levels = run.sensed_levels.merge(table, on=["n_plus", "n_minus"])
    own = levels[levels["n_active"] == n_active]
    return own.sort_values("sum", ignore_index=True)


def _view(run: Run, levels: pd.DataFrame, across: str) -> tuple[Panel, ...]:
    x, sampled = levels[across], bool((levels["samples"] > 0).any())
    series: list[Series] = []
    for name, colour, label in LINES:
        series += _bit_line(levels, x, name, colour, label, sampled)
    height = levels["v_bl_mean_v"].fillna(levels["v_bl_nominal_v"])
    series += trouble_marks(levels, x, height)
    if not run.differential:
        series += own_rules(run, int(levels["n_active"].iloc[0]), "y")
    vdd = run.design.conditions.vdd
    title = SUM if across == "sum" else "n_plus (rows)"
    upper = Panel(
        Axis(title), Axis("bit-line voltage (V)", low=-0.05 * vdd, high=1.05 * vdd), tuple(series)
    )
    return upper, _resolution(run, levels, x, title, sampled)


def _bit_line(
    levels: pd.DataFrame, x: pd.Series, name: str, colour: Colour, label: str, sampled: bool
) -> list[Series]:
    nominal = levels[f"{name}_nominal_v"]
    if not sampled:
        notes = level_notes(levels)
        return [Line(f"{label} nominal", x, nominal, colour, notes=notes)]
    mean, std = levels[f"{name}_mean_v"], levels[f"{name}_std_v"]
    low, high = mean - SIGMAS * std, mean + SIGMAS * std
    notes = level_notes(levels)
    return [
        Line(f"{label} mean ± {SIGMAS} sigma", x, mean, colour, low=low, high=high, notes=notes),
        Line(f"{label} nominal", x, nominal, colour, "dash"),
    ]


def _resolution(run: Run, levels: pd.DataFrame, x: pd.Series, title: str, sampled: bool) -> Panel:
    at = x.to_numpy(dtype=float)
    step = 1e3 * np.diff(levels["nominal"].to_numpy(dtype=float))
    middle = (at[1:] + at[:-1]) / 2
    series: list[Series] = [Line("step to the next sum (LSB)", middle, step, "ink", mark="circle")]
    if sampled:
        series.append(Line("sigma", x, 1e3 * levels["std"], "bl"))
    axis = Axis(f"{'step, sigma' if sampled else 'step'} of {sensed(run)} (mV)")
    return Panel(Axis(title), axis, tuple(series), 0.5)


def sensed(run: Run) -> str:
    """Return the name of the sensed voltage."""
    return "V_BL - V_BLB" if run.differential else "V_BL"


def _several(run: Run, counts: Sequence[int]) -> tuple[Panel, ...]:
    levels = run.sensed_levels
    upper: list[Series] = []
    lower: list[Series] = []
    for position, one in enumerate(counts):
        own = levels[levels["n_active"] == one].reset_index(drop=True)
        colour, name = shade(position, len(counts)), count(one, "active row")
        shown = own["mean"].fillna(own["nominal"])
        notes = level_notes(own)
        upper.append(Line(name, own["sum"], shown, colour, notes=notes, group=str(one)))
        lower.append(Line(name, own["sum"], 1e3 * own["std"], colour, group=str(one)))
    bad = levels[levels["n_active"].isin(counts)].reset_index(drop=True)
    upper += trouble_marks(bad, bad["sum"], bad["mean"].fillna(bad["nominal"]))
    common = run.references["n_active"].isna()
    if common.any():
        upper += [rule for rule in own_rules(run, -1, "y") if rule.colour == "global"]
    first = Panel(Axis(SUM), Axis(f"mean {sensed(run)} (V)"), tuple(upper))
    return first, Panel(Axis(SUM), Axis(f"sigma of {sensed(run)} (mV)"), tuple(lower), 0.5)
