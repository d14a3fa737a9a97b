"""The tables of the page: text in cells, units in headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import BaseModel

from sram_spice.design import Design
from sram_spice.report.display import (
    NOTHING,
    femtojoules,
    millivolts,
    nanoseconds,
    percent,
    picojoules,
    quantity,
    signed,
)
from sram_spice.report.run import Run

PHASES = {
    "nominal": "nominal levels",
    "monte_carlo": "Monte Carlo samples",
    "access": "access transients",
}
STATUSES = {
    "ok": "valid solution, every cell holds its data",
    "flipped": "valid solution, but a cell lost its data",
    "nonconverged": "the simulator found no solution",
    "timeout": "stopped, took too long",
    "crashed": "the simulator process ended",
    "value missing": "a value is missing or out of range",
}


_MISSING = float("nan")
_UNIT = re.compile(
    r", (m|V|s|F|V m|ohm|degC)(?=$|[ ;,(])"
)  # as design/model.py ends its descriptions


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes
    ----------
    headings : tuple of str
        With units.
    rows : tuple of tuple of str
    text_columns : frozenset of int
        Columns that are words, not numbers.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: frozenset[int] = frozenset()


def certificate_table(certificate: Mapping[str, Any]) -> Table:
    """Return how columns of the tables compare with full SPICE, level by level."""
    rows = tuple(
        (
            str(level["n_plus"]),
            str(level["n_minus"]),
            f"{level['compared']} of {level['columns']}",
            str(level["disagreements"]),
            f"{1e3 * level['largest_v']:.3f}",
            f"{1e3 * level['rms_v']:.3f}",
            f"{1e3 * level['mean_v']:+.3f} \u00b1 {1e3 * level['mean_interval_v']:.3f}",
            f"{100 * level['sigma_relative']:+.2f} \u00b1 {100 * level['sigma_interval']:.2f}",
            f"{1e3 * level['bound_v']:g}",
            "yes" if level["ok"] else "no",
        )
        for level in certificate["levels"]
    )
    headings = (
        "n_plus", "n_minus", "compared", "other status", "largest (mV)", "rms (mV)",
        "mean (mV)", "sigma (%)", "bound (mV)", "within bounds",
    )  # fmt: skip
    return Table(headings, rows)


def access_table(access: pd.DataFrame) -> Table:
    """Return settling and energy of every simulated access."""
    rows = tuple(
        (
            str(row["n_plus"]),
            str(row["n_minus"]),
            signed(row["sum"]),
            nanoseconds(row["settling_time_bl_s"]),
            nanoseconds(row["settling_time_blb_s"]),
            picojoules(row["energy_supply_j"]),
            femtojoules(row["energy_drivers_j"]),
            femtojoules(row.get("energy_word_line_j", _MISSING)),  # not in runs of before
            femtojoules(row.get("energy_word_line_from_vdd_j", _MISSING)),
            _recovered(row),
            str(row["status"]),
        )
        for _, row in access.iterrows()
    )
    headings = (
        "n_plus",
        "n_minus",
        "sum",
        "V_BL settles",
        "V_BLB settles",
        "energy from VDD",
        "energy of drivers",
        "word line, from V_WL",
        "word line, from VDD",
        "pre-charged again",
        "status",
    )
    return Table(headings, rows, frozenset({9, 10}))


def status_table(run: Run) -> Table:
    """Return how many points of each phase ended how."""
    rows = tuple(
        (PHASES.get(phase, phase), status, STATUSES.get(status, ""), f"{number:,}")
        for phase, statuses in run.statuses.items()
        for status, number in statuses.items()
    )
    return Table(("phase", "status", "meaning", "points"), rows, frozenset({0, 1, 2}))


def design_table(design: Design) -> Table:
    """Return every key of a design with its value and meaning."""
    return Table(("key", "value", "meaning"), tuple(_design_rows(design, "")), frozenset({0, 1, 2}))


def provenance_table(run: Run) -> Table:
    """Return seed, fingerprint, wall time and versions."""
    rows = (
        ("seed", str(run.seed)),
        ("fingerprint", run.fingerprint),
        ("SHA-256 of the design", run.design_sha256),
        ("SHA-256 of the middle deck", run.deck_sha256),
        ("SHA-256 of the model cards", run.cards_sha256),
        *process_rows(run.process),
        ("wall time", f"{run.wall_time_s:.1f} s"),
        *run.versions.items(),
    )
    return Table(("what", "value"), rows, frozenset({0, 1}))


def process_rows(process: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the lines about the process: its name, source, corner, what is assumed."""
    if not process:
        return ()
    assumed = tuple(("assumed", text) for text in process["assumptions"])
    shown = (("process", "name"), ("models", "source"), ("corner", "corner"))
    return (*((label, str(process[key])) for label, key in shown), *assumed, *_spread(process))


def _spread(process: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = process.get("mismatch")  # not in runs of before
    if not found:
        return ()
    each, pair = (f"{1e9 * found[key]:.3g} mV um" for key in ("a_vt_v_m", "a_vt_pair_v_m"))
    text = f"{millivolts(found['sigma_vt_access_v'])}; A_VT {each} of each transistor, {pair} of a"
    return (("sigma(VT) of an access transistor", f"{text} pair's difference"),)


def reference_table(references: pd.DataFrame) -> Table:
    """Return one set of references, one line each."""
    notes = _notes(references)
    rows = tuple(
        (
            f"{row['index']}|{row['index'] + 1}",
            signed(row["threshold_sum"]),
            millivolts(row["v_ref_v"]),
            percent(row["error_probability"]),
            note,
        )
        for (_, row), note in zip(references.iterrows(), notes, strict=True)
    )
    headings = ("between codes", "threshold on the sum", "reference", "error probability", "note")
    last = None if any(notes) else -1
    return Table(headings[:last], tuple(row[:last] for row in rows), frozenset({4}))


def reference_matrix(references: pd.DataFrame) -> Table:
    """Return many sets of references, one line per number of active rows."""
    notes = _notes(references)
    rail = notes.str.contains("rail", regex=False)
    texts = references["v_ref_v"].map(lambda volts: f"{1e3 * volts:.1f}")
    marks = notes.map(lambda note: "*" if note else "")
    table = references.assign(text=(texts + marks).where(~rail, NOTHING))
    wide = table.pivot(index="n_active", columns="index", values="text")
    headings = ("active rows", *(f"{i}|{i + 1} (mV)" for i in wide.columns.astype(int)))
    rows = tuple((str(n_active), *cells) for n_active, *cells in wide.itertuples())
    return Table(headings, rows)


def _recovered(row: pd.Series) -> str:
    if row["status"] not in ("ok", "flipped"):
        return NOTHING
    return "yes" if row["recovered"] else "no"


def _notes(references: pd.DataFrame) -> pd.Series[str]:
    # A file in which no reference has a note gives a column of NaN, not of text.
    return references["note"].map(lambda note: note if isinstance(note, str) else "").astype(str)


def _design_rows(section: BaseModel, prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, info in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _design_rows(value, f"{prefix}{name}.")
        else:
            meaning = (info.description or "").replace("`", "")
            unit = _UNIT.search(meaning)
            text = quantity(value, unit[1]) if unit and isinstance(value, float) else str(value)
            yield f"{prefix}{name}", NOTHING if value is None else text, meaning
