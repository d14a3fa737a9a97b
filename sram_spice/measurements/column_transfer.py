"""V_BL against n_plus with all rows active: for several N, word-line voltages and read-outs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from sram_spice.column.context import Context
from sram_spice.column.levels import NominalLevel, nominal_job, nominal_level
from sram_spice.design import Design, with_values
from sram_spice.generators.readout import readout_of
from sram_spice.measurements.measurement import MeasurementResult
from sram_spice.wording import count

ROWS = (16, 32, 64, 128)
WORD_LINE_OFFSETS = (-0.1, 0.0, 0.1, 0.3)  # V, around the design's
POINTS = 33  # levels per curve at most


@dataclass(frozen=True)
class Curve:
    """One curve: a variation of the design and its label."""

    family: str
    label: str
    design: Design

    def levels(self) -> list[tuple[int, int]]:
        """Return the levels of the curve, evenly spread over n_plus."""
        rows = self.design.column.rows
        count = min(POINTS, rows + 1)
        pluses = sorted({round(i * rows / (count - 1)) for i in range(count)})
        return [(n_plus, rows - n_plus) for n_plus in pluses]


class ColumnTransfer:
    """Transfer curve of the column."""

    title: ClassVar[str] = "column transfer curve"
    definition: ClassVar[str] = (
        "V_BL and V_BLB against n_plus with all rows active, without mismatch; over N the load "
        "grows with N, so that the load per row stays the same"
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = "Liu et al., DAC 2018, fig. 2 and 3"

    def run(self, context: Context) -> MeasurementResult:
        """Simulate every curve; a level without a valid solution or with lost data is noted."""
        points = [(c, level) for c in curves(context.design) for level in c.levels()]
        context.progress.begin(self.title, len(points))
        found: dict[int, NominalLevel] = {}
        jobs = (nominal_job(c.design, context.cards, *level) for c, level in points)
        for result in context.pool.run(jobs):
            found[result.job] = nominal_level(*points[result.job][1], result)
            context.progress.point(result.status)
        table = pd.DataFrame([_row(c, found[i]) for i, (c, _) in enumerate(points)])
        return MeasurementResult(_summary(table), curves=table, notes=tuple(_notes(table)))


def curves(design: Design) -> Iterator[Curve]:
    """Yield the variations of a design, one curve each."""
    column, readout = design.column, readout_of(design)
    for rows in ROWS:
        varied = with_values(design, {"column.rows": rows, **readout.scaled_to(rows)})
        yield Curve("rows", f"N = {rows}", varied)
    for offset in WORD_LINE_OFFSETS:
        voltage = round(column.word_line_voltage + offset, 6)
        if 0 < voltage <= design.conditions.vdd:
            varied = with_values(design, {"column.word_line_voltage": voltage})
            yield Curve("word line", f"V_WL = {voltage:g} V", varied)
    for name in readout.alternatives or (column.readout,):
        yield Curve("read-out", name, with_values(design, {"column.readout": name}))


def _row(curve: Curve, level: NominalLevel) -> dict[str, object]:
    return {
        "family": curve.family,
        "curve": curve.label,
        "rows": curve.design.column.rows,
        "n_plus": level.n_plus,
        "n_minus": level.n_minus,
        "v_bl_v": level.v_bl,
        "v_blb_v": level.v_blb,
        "status": str(level.status),
    }


def _summary(table: pd.DataFrame) -> pd.DataFrame:
    grouped = table.groupby(["family", "curve"], sort=False)
    swing = grouped["v_bl_v"].max() - grouped["v_bl_v"].min()
    lost = grouped["status"].apply(lambda column: int((column != "ok").sum()))
    return pd.DataFrame(
        {
            "quantity": "swing of V_BL",
            "condition": [label for _, label in swing.index],
            "unit": "V",
            "nominal": swing.to_numpy(),
            "levels_not_ok": lost.to_numpy(),
        }
    )


def _notes(table: pd.DataFrame) -> Iterator[str]:
    lost = table[table["status"] == "flipped"]
    for label, group in lost.groupby("curve", sort=False):
        where = count(len(group), "level")
        yield f"{label}: data is lost at {where}, n_plus {list(group['n_plus'])}"
    failed = table[~table["status"].isin(["ok", "flipped"])]
    for label, group in failed.groupby("curve", sort=False):
        yield f"{label}: no valid solution at n_plus {list(group['n_plus'])}"
