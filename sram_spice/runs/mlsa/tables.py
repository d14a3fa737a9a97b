"""Tables and notes of a run of the MLSA."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pandas as pd

from sram_spice.amplifier.access import MlsaAccess
from sram_spice.amplifier.check_codes import OUTSIDE
from sram_spice.amplifier.codes import ModeCodes
from sram_spice.runs.mlsa.code_probability import Read
from sram_spice.wording import count


def sensing_table(reads: Sequence[Read]) -> pd.DataFrame:
    """Return one row per way of sensing: its summary."""
    return pd.DataFrame(
        [
            {
                "sensing": read.sensing,
                "references": read.references,
                "amplifier": read.amplifier,
                "errors": read.errors,
                **asdict(read.summary),
            }
            for read in reads
        ]
    )


def probability_table(reads: Sequence[Read]) -> pd.DataFrame:
    """Return P(code | level) of every way of sensing in one table."""
    parts = [
        read.codes.assign(
            sensing=read.sensing, references=read.references, amplifier=read.amplifier
        )
        for read in reads
    ]
    table = pd.concat(parts, ignore_index=True)
    first = ["sensing", "references", "amplifier"]
    return table[[*first, *(c for c in table.columns if c not in first)]]


def one_per_code(run: ModeCodes) -> list[MlsaAccess]:
    """Return one access per code, all rows active: that of the middle of its sums."""
    rows = run.table["n_active"].max()
    mine = run.table[(run.table["n_active"] == rows) & run.table["code"].notna()]
    middles = [group.index[len(group) // 2] for _, group in mine.groupby("code")]
    return [run.accesses[i] for i in middles]


def wave_table(shown: Mapping[str, Sequence[MlsaAccess]]) -> pd.DataFrame:
    """Return the waveforms in tidy form: mode, n_plus, n_minus, code, signal, time_s, value."""
    frames = []
    for mode, accesses in shown.items():
        for one in accesses:
            column = one.bench.column
            for name, wave in one.waves.items():
                if name == "time":
                    continue
                frame = pd.DataFrame({"time_s": one.waves["time"], "value": wave})
                frames.append(
                    frame.assign(
                        mode=mode,
                        n_plus=column.n_plus,
                        n_minus=column.n_minus,
                        code=one.code,
                        signal=name,
                    )
                )
    names = ["mode", "n_plus", "n_minus", "code", "signal", "time_s", "value"]
    return pd.concat(frames, ignore_index=True)[names] if frames else pd.DataFrame(columns=names)


def notes(
    codes: pd.DataFrame,
    thresholds: pd.DataFrame,
    check: pd.DataFrame | None,
    offsets: pd.DataFrame | None,
) -> list[str]:
    """Return what a reader has to know first, most severe first."""
    found = []
    for rows, one, many, what in (
        (
            codes["status"] != "ok",
            "access loses data or has",
            "accesses lose data or have",
            "no solution",
        ),
        (
            ~codes["agrees"] & ~codes["in_dead_zone"],
            "code is",
            "codes are",
            "not the ideal quantizer's",
        ),
        (codes["in_dead_zone"], "level lies", "levels lie", "in a dead zone"),
        (codes["undecided"] > 0, "access has", "accesses have", "an undecided amplifier"),
    ):
        if rows.any():
            found.append(f"{count(int(rows.sum()), one, many)} {what}: {_names(codes[rows])}")
    lost = thresholds[thresholds["v_ref_v"].gt(0) & thresholds["shift_after_v"].isna()]
    inner = int(lost["shift_before_v"].notna().sum())
    if inner:
        words = count(inner, "threshold is", "thresholds are")
        found.append(f"{words} not found after trimming")
    if check is not None:
        off = check[check["comparison"] == OUTSIDE]
        if len(off):
            words = ", ".join(
                f"n_active {r['n_plus'] + r['n_minus']} sum {r['sum']} code {r['code']}"
                for r in off.to_dict("records")
            )
            found.append(
                f"{len(off)} of {count(len(check), 'counted code')} outside the 99 % interval "
                f"({check['outside_by_chance'].sum():.2g} expected by chance): {words}"
            )
    if offsets is not None and not offsets["agrees"].all():
        found.append("offset sigma by bisection and by the fast method differ")
    return found


def _names(rows: pd.DataFrame, most: int = 12) -> str:
    words = [
        f"{r['mode']} n_active={r['n_active']} sum {r['sum']}" for r in rows.to_dict("records")
    ]
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return "; ".join(words[:most]) + more
