"""What a run assumes, and how much each of it matters, as a reader sees it first."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from sram_spice.report.display import NOTHING, signed
from sram_spice.report.report_tables import Table
from sram_spice.report.run import Run
from sram_spice.results.tables import ASSUMPTIONS

SHOWN = (0.125, 0.5, 0.875)  # of the rows have product +1
ERRORS = "wrong codes: more (% points)"
NOTE = (
    "V_BL of nominal columns, all rows active, simulated at the changed condition. Wrong codes "
    "with the references kept at their voltages and an ideal amplifier. The spread is that of the "
    "run, moved with its level: what a corner does to the spread itself is not in it. References "
    "made for the condition, or that follow it, lose less; a sign-off says how much."
)


def assumptions(run: Run) -> Table | None:
    """Return what is assumed and how much it matters; None in runs that have not looked.

    Parameters
    ----------
    run : Run
    """
    if ASSUMPTIONS not in run.tables:
        return None
    table = run.tables[ASSUMPTIONS]
    full = table[table["n_plus"] + table["n_minus"] == run.design.column.rows]
    counts = sorted(full["n_plus"].unique())
    if not counts:
        return None
    wanted = [min(counts, key=lambda n: abs(n - part * run.design.column.rows)) for part in SHOWN]
    wanted = list(dict.fromkeys(wanted))
    sums = [2 * n - run.design.column.rows for n in wanted]
    headings = (
        *("what is assumed", "in this run", "if it were"),
        *(f"V_BL at sum {signed(s)}: up (mV)" for s in sums),
        ERRORS,
    )
    rows = tuple(
        _row(key, full.loc[group.index.intersection(full.index)], wanted)
        for key, group in table.groupby(["assumption", "assumed", "change"], sort=False)
    )
    return Table(headings, rows, frozenset({0, 1, 2}))


def assumption_lines(run: Run) -> list[str]:
    """Return a line for each assumption: the largest change of V_BL and of wrong codes."""
    if ASSUMPTIONS not in run.tables:
        return []
    table, lines = run.tables[ASSUMPTIONS], []
    for (name, assumed), group in table.groupby(["assumption", "assumed"], sort=False):
        volts, errors = (group[key].dropna() for key in ("v_bl_shift_v", "code_error_change"))
        if volts.empty or errors.empty:
            lines.append(f"assumed: {name}: {assumed}")
            continue
        changes = ", ".join(dict.fromkeys(group["change"]))
        far = 1e3 * float(volts.abs().max())
        moved = f"V_BL by up to {far:.1f} mV, " if far > 0 else ""
        ends = dict.fromkeys(f"{100 * end:+.1f}" for end in (errors.min(), errors.max()))
        lines.append(
            f"assumed: {name}: {assumed}; {changes} would move {moved}"
            f"wrong codes by {' to '.join(ends)} % points"
        )
    return lines


def _row(key: Hashable, group: pd.DataFrame, wanted: list[int]) -> tuple[str, ...]:
    assert isinstance(key, tuple)
    volts = dict(zip(group["n_plus"], group["v_bl_shift_v"], strict=True))
    shifts = (_changed(1e3 * volts.get(n, float("nan")), 2) for n in wanted)
    return (*map(str, key), *shifts, _changed(100 * float(group["code_error_change"].iloc[0]), 1))


def _changed(value: float, digits: int) -> str:
    if pd.isna(value):
        return NOTHING
    return "0" if value == 0 else f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")
