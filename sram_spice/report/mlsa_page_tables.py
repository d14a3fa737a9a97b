"""Tables of the page: the sense amplifier at transistor level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from sram_spice.report.display import NOTHING, millivolts, nanoseconds, percent, picojoules, plain
from sram_spice.report.mlsa_results import MlsaResults
from sram_spice.report.report_tables import STATUSES, Table
from sram_spice.report.run import Run


def mlsa_tables(run: Run) -> list[tuple[str, Table]]:
    """Return the tables with their headings; none where there is no sense amplifier."""
    found = run.mlsa
    tables: list[tuple[str, Table | None]] = [
        ("Offset of the amplifier", _offsets(run.sensing.get("sense_amplifier"))),
        ("References that columns make", _made(run.sensing.get("sense_amplifier"))),
    ]
    if found.tables:
        tables += [
            ("Code errors", _sensing(found.tables.get("sensing"))),
            ("Energy and latency of one access", _energy(found.tables["energy"])),
            ("References, and their taps", _thresholds(found.tables["thresholds"])),
            ("Offset by bisection", _offset_check(found.tables.get("offset_check"))),
            ("Code probabilities counted on full transients", _check(found.tables.get("check"))),
            ("Decisions on full transients", _check(found.tables.get("check_thresholds"))),
            ("Accesses simulated", _statuses(found)),
        ]
    return [(heading, table) for heading, table in tables if table is not None]


def _offsets(record: Mapping[str, object] | None) -> Table | None:
    sigmas = (record or {}).get("offset_sigma_v")
    if not isinstance(sigmas, Mapping):
        return None
    rows = tuple((str(where), millivolts(float(v), 2)) for where, v in sigmas.items())
    return Table(("input pair and level", "sigma of the offset"), rows, frozenset({0}))


def _made(record: Mapping[str, Any] | None) -> Table | None:
    """Return where references are that columns make, for all rows active."""
    sets = (record or {}).get("references")
    if not sets:
        return None
    one = max(sets, key=lambda made: made["n_active"])
    values = (one[name] for name in ("threshold_sum", "mean_v", "sigma_v", "decides_at_v"))
    rows = (
        (f"{i}|{i + 1}", f"{total:g}", *(millivolts(v, 2) for v in volts), percent(flipped))
        for i, (total, *volts, flipped) in enumerate(zip(*values, one["flipped"], strict=True))
    )
    headings = (
        "between codes", "mean sum of the columns", "mean of the tap", "sigma", "decides at",
        "data lost",
    )  # fmt: skip
    return _table(headings, rows, 1)


def _sensing(sensing: pd.DataFrame | None) -> Table | None:
    if sensing is None:
        return None
    rows = (
        (
            str(row["sensing"]).replace("_", "-"),
            str(row["references"]),
            str(row["amplifier"]),
            str(row.get("errors", NOTHING)),
            percent(row["error_probability"]),
            percent(row["no_code_probability"]),
            plain(row["mean_square_error"]),
        )
        for row in sensing.to_dict("records")
    )
    headings = (
        "sensing",
        "references",
        "amplifier",
        "errors of the amplifier",
        "wrong codes",
        "no code",
        "mean square error",
    )
    return _table(headings, rows, 4)


def _energy(energy: pd.DataFrame) -> Table:
    rows = (
        (
            str(row["mode"]),
            str(row["average"]),
            *(picojoules(row[f"energy_{part}_j"]) for part in
              ("bit_line", "pre_charge", "amplifiers", "references")),
            picojoules(row["energy_j"]),
            nanoseconds(row["latency_read_s"]),
            nanoseconds(row["latency_s"]),
        )
        for row in energy.to_dict("records")
    )  # fmt: skip
    headings = (
        "mode", "average", "bit line", "pre-charge", "amplifiers", "references", "energy in all",
        "code after", "next access after",
    )  # fmt: skip
    return _table(headings, rows, 2)


def _thresholds(thresholds: pd.DataFrame) -> Table:
    rows = (
        (
            str(row["mode"]),
            str(row.get("sensing", "single_ended")).replace("_", "-"),
            str(row["n_active"]),
            f"{row['index_']}|{row['index_'] + 1}",
            *(millivolts(row[name], 2) for name in
              ("v_ref_v", "v_tap_v", "shift_before_v", "shift_after_v", "dead_zone_v")),
        )
        for row in thresholds.rename(columns={"index": "index_"}).to_dict("records")
    )  # fmt: skip
    headings = (
        "mode", "sensing", "active rows", "between codes", "reference", "tap",
        "shift before trimming", "shift after", "dead zone",
    )  # fmt: skip
    return _table(headings, rows, 2)


def _offset_check(check: pd.DataFrame | None) -> Table | None:
    if check is None:
        return None
    rows = (
        (
            str(row["polarity"]),
            millivolts(row["v_ref_v"]),
            plain(row["area"]),
            str(row["samples"]),
            str(row["failed"]),
            millivolts(row["sigma_bisection_v"], 2),
            f"{millivolts(row['sigma_low_v'], 2)} to {millivolts(row['sigma_high_v'], 2)}",
            millivolts(row["sigma_fast_same_samples_v"], 2),
            "yes" if row["agrees"] else "no",
        )
        for row in check.to_dict("records")
    )
    headings = (
        "input pair", "level", "area", "samples", "failed", "sigma by bisection", "95 % interval",
        "sigma by the fast method", "agrees",
    )  # fmt: skip
    return _table(headings, rows, 1)


def _check(check: pd.DataFrame | None) -> Table | None:
    if check is None:
        return None
    names = [str(name) for name in check.columns]
    rows = ([_cell(value) for value in row] for row in check.itertuples(index=False))
    return Table(tuple(names), tuple(tuple(row) for row in rows))


def _statuses(found: MlsaResults) -> Table:
    rows = ((s, STATUSES.get(s, ""), f"{n:,}") for s, n in found.statuses.items())
    return _table(("status", "meaning", "accesses"), rows, 2)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]], words: int) -> Table:
    return Table(headings, tuple(rows), frozenset(range(words)))
