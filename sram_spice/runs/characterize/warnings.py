"""What a reader of the numbers has to know first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sram_spice.simulation import Incident
from sram_spice.wording import count

LISTED = 8  # levels or references named before "and N more"


def run_warnings(
    tables: Mapping[str, pd.DataFrame],
    incidents: list[Incident],
    certificate: Mapping[str, Any] | None = None,
    process: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return the warnings of a run, most severe first; empty when there are none."""
    return [
        *(process or {}).get("warnings", ()),  # of the cards: every number rests on them
        *_certificate_warnings(certificate),
        *_level_warnings(tables["levels"]),
        *_reference_warnings(tables["references"]),
        *_access_warnings(tables["access"]),
        *(
            f"a simulator process was lost and replaced ({i.status}, {i.job}, point {i.point}: "
            f"{i.detail}); its point was simulated again"
            for i in incidents
        ),
    ]


def _certificate_warnings(certificate: Mapping[str, Any] | None) -> list[str]:
    if certificate is None or certificate["ok"]:
        return []
    bad = [level for level in certificate["levels"] if not level["ok"]]
    named = "; ".join(
        f"n_plus={level['n_plus']}, n_minus={level['n_minus']}: "
        f"{1e3 * level['largest_v']:.2f} mV at most, sigma {100 * level['sigma_relative']:+.1f} %"
        for level in bad[:LISTED]
    )
    found = [f"The tables are not within their bounds of full SPICE at {named}"] if bad else []
    if certificate["disagreements"] > certificate["flip_bound"] * certificate["columns"]:
        found.append(
            f"Tables and full SPICE disagree on the status of {certificate['disagreements']} of "
            f"{count(certificate['columns'], 'column')}"
        )
    return found


def _level_warnings(levels: pd.DataFrame) -> list[str]:
    nominal_flip = levels[levels["nominal_status"] == "flipped"]
    nominal_fail = levels[~levels["nominal_status"].isin(["ok", "flipped"])]
    flipped = levels[levels["flipped"] > 0]
    failed = levels[levels["failed"] > 0]
    found = []
    if len(nominal_flip):
        found.append(f"Data is lost without mismatch at {_named(nominal_flip)}")
    if len(flipped):
        lost = int(flipped["flipped"].sum())
        total = int(flipped["samples"].sum())
        found.append(
            f"Data is lost under mismatch in {lost} of {count(total, 'sample')}, "
            f"at {_named(flipped)}"
        )
    if len(nominal_fail):
        found.append(f"No valid nominal solution at {_named(nominal_fail)}")
    if len(failed):
        lost = int(failed["failed"].sum())
        found.append(
            f"{count(lost, 'Monte Carlo sample has', 'Monte Carlo samples have')} no valid "
            f"solution, at {_named(failed)}"
        )
    return found


def _reference_warnings(references: pd.DataFrame) -> list[str]:
    notes = references["note"].astype("str").fillna("")
    doubtful = references[notes.str.contains("data lost|not monotonic|failed|no valid")]
    if doubtful.empty:
        return []
    names = [
        f"{'global' if pd.isna(row['n_active']) else 'n_active={}'.format(row['n_active'])} "
        f"#{row['index']}: {row['note']}"
        for row in doubtful.head(LISTED).to_dict("records")
    ]
    more = f"; and {len(doubtful) - LISTED} more" if len(doubtful) > LISTED else ""
    how_many = count(len(doubtful), "reference is", "references are")
    return [f"{how_many} doubtful: {'; '.join(names)}{more}"]


def _access_warnings(access: pd.DataFrame) -> list[str]:
    found = []
    lost = access[access["status"] != "ok"]
    if len(lost):
        words = ", ".join(f"sum {row['sum']} ({row['status']})" for row in lost.to_dict("records"))
        found.append(f"The access transient does not keep its data or fails at {words}")
    tired = access[(access["status"] == "ok") & ~access["recovered"].astype(bool)]
    if len(tired):
        words = ", ".join(f"sum {total}" for total in tired["sum"])
        found.append(f"The bit lines are not pre-charged again in time at {words}")
    return found


def _named(levels: pd.DataFrame) -> str:
    words = [
        f"n_plus={plus}, n_minus={minus}"
        for plus, minus in zip(levels["n_plus"], levels["n_minus"], strict=True)
    ]
    more = f"; and {len(words) - LISTED} more" if len(words) > LISTED else ""
    return f"{count(len(words), 'level')}: {'; '.join(words[:LISTED])}{more}"
