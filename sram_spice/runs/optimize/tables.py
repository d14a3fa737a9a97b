"""The tables of a search: every point, and the front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from sram_spice.results.design_numbers import NUMBERS
from sram_spice.runs.optimize.confirm import ConfirmReport
from sram_spice.runs.optimize.point_task import Plan
from sram_spice.runs.optimize.search import Outcome, best_of
from sram_spice.runs.optimize.variable import Variable


def points_table(
    outcomes: Sequence[Outcome],
    variables: Sequence[Variable],
    plan: Plan,
    confirmed: Mapping[int, ConfirmReport],
) -> pd.DataFrame:
    """Return every point in the order in which points were proposed, also those that failed.

    Returns
    -------
    DataFrame
        `point`, the varied keys, all numbers that were found (SI, typical condition), `status`,
        `failed_at` (part or condition in which a constraint is broken), `detail`, `violation`,
        `front` (place in it from 1; missing: not in it), `confirmed`, `folder`.
    """
    place = {number: i + 1 for i, number in enumerate(best_of(outcomes, plan.objectives))}
    known = {name for one in outcomes for name in one.judgement.numbers}
    rows = []
    for one in sorted(outcomes, key=lambda one: one.number):
        judgement = one.judgement
        found = confirmed.get(one.number)
        rows.append(
            {
                "point": one.number,
                **dict(one.values),
                **{name: judgement.numbers.get(name) for name in NUMBERS if name in known},
                "status": judgement.status,
                "failed_at": judgement.failed_at,
                "detail": judgement.said,
                "violation": judgement.violation,
                "front": place.get(one.number),
                "confirmed": found.confirmed if found else "",
                "folder": one.folder,
            }
        )
    table = pd.DataFrame(rows, columns=list(rows[0]) if rows else _headings(variables))
    return table.assign(front=table["front"].astype("Int64"))


def front_table(
    table: pd.DataFrame, confirmed: Mapping[int, ConfirmReport], files: Mapping[int, str]
) -> pd.DataFrame:
    """Return the points of the front in their order, with what full SPICE makes of their numbers.

    Returns
    -------
    DataFrame
        As :func:`points_table`, with `NAME_spice` (missing: not confirmed) and `file`.
    """
    front = table.dropna(subset=["front"]).sort_values("front").reset_index(drop=True)
    names = dict.fromkeys(name for one in confirmed.values() for name in one.numbers)
    for name in names:
        front[f"{name}_spice"] = [
            confirmed[n].numbers.get(name) if n in confirmed else None for n in front["point"]
        ]
    return front.assign(file=[files[int(n)] for n in front["point"]])


def _headings(variables: Sequence[Variable]) -> list[str]:
    own = [one.key for one in variables]
    more = ["status", "failed_at", "detail", "violation", "front", "confirmed", "folder"]
    return ["point", *own, *more]
