"""What went wrong in a run, point by point, worst first."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from sram_spice.report.display import percent, signed
from sram_spice.report.mlsa_results import MlsaResults
from sram_spice.report.report_tables import STATUSES, Table
from sram_spice.report.run import Run
from sram_spice.wording import count

MOST = 200  # levels that are named; all are in levels.csv
HEADINGS = ("what", "where", "outcome", "how many")


def failures_table(run: Run) -> Table | None:
    """Return every point that failed, lost data, or is beyond the certificate; None if none is.

    First levels without a valid solution, then levels that lose data, then the rest.
    """
    levels = list(_level_rows(run.levels))
    more = len(levels) - MOST
    if more > 0:
        levels = [*levels[:MOST], ("levels", f"{more} more, see levels.csv", "", "")]
    rows = (
        *levels,
        *_access_rows(run.access),
        *_mlsa_rows(run.mlsa),
        *_certificate_rows(run),
        *_incident_rows(run),
    )
    return Table(HEADINGS, rows, frozenset({0, 1, 2})) if rows else None


def _certificate_rows(run: Run) -> Iterator[tuple[str, ...]]:
    if run.certificate is None:
        return
    for level in run.certificate["levels"]:
        if not level["ok"]:
            where = f"n_plus={level['n_plus']}, n_minus={level['n_minus']}"
            outcome = f"tables and SPICE differ by {1e3 * level['largest_v']:.2f} mV at most"
            yield "certificate", where, outcome, count(level["columns"], "column")


def _level_rows(levels: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    status = levels["nominal_status"].astype(str)
    for name in ("failed", "flipped"):
        own = status == "flipped" if name == "flipped" else ~status.isin(["ok", "flipped"])
        for row in levels[own].to_dict("records"):
            yield "nominal level", _level(row), _words(str(row["nominal_status"])), "1"
        bad = levels[levels[name] > 0].sort_values(name, ascending=False, kind="stable")
        for row in bad.to_dict("records"):
            number = int(row[name])
            outcome = "no valid solution" if name == "failed" else _words("flipped")
            share = f"{number:,} of {count(row['samples'], 'sample')}"
            share += f" ({percent(number / row['samples'])})"
            yield "level under mismatch", _level(row), outcome, share


def _access_rows(access: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    for row in access.to_dict("records"):
        if row["status"] != "ok":
            yield "access", _level(row), _words(str(row["status"])), "1"
        elif not row["recovered"]:
            yield "access", _level(row), "bit lines not pre-charged again in time", "1"


def _mlsa_rows(mlsa: MlsaResults) -> Iterator[tuple[str, ...]]:
    if not mlsa.tables:
        return
    codes = mlsa.tables["codes"]
    wrong = ~codes["agrees"].astype(bool) & ~codes["in_dead_zone"].astype(bool)
    for row in codes[(codes["status"] != "ok") | wrong].to_dict("records"):
        outcome = _words(str(row["status"])) if row["status"] != "ok" else "not the ideal code"
        yield f"sense amplifier, {row['mode']}", _level(row), outcome, "1"


def _incident_rows(run: Run) -> Iterator[tuple[str, ...]]:
    for incident in run.incidents:
        where = f"{incident.get('job', '')}, point {incident.get('point', '')}"
        yield "simulator process", where, f"{incident.get('status', '')}, replaced", "1"


def _level(row: Mapping[Hashable, Any]) -> str:
    n_plus, n_minus = (int(row[name]) for name in ("n_plus", "n_minus"))
    return f"n_plus={n_plus}, n_minus={n_minus}, sum {signed(n_plus - n_minus)}"


def _words(status: str) -> str:
    return STATUSES.get(status, status)
