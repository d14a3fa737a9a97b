"""Code against sum from full transients of nominal columns, in every mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from sram_spice.amplifier.access import MlsaAccess, simulate_accesses
from sram_spice.amplifier.trim import TrimmedSet
from sram_spice.column.context import Context
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.mlsa_code import cycles_until_known
from sram_spice.mlsa import Quantizer

KEPT = ("parallel", "serial")  # modes whose waveforms are kept, for the figures


@dataclass(frozen=True)
class ModeCodes:
    """Accesses of one mode at all sums of some numbers of active rows.

    Attributes
    ----------
    table : DataFrame
        One row per level: level, mode, codes, decisions, dead zone, energy and latency.
    accesses : list of MlsaAccess
        With waveforms, in the order of the rows.
    """

    table: pd.DataFrame
    accesses: list[MlsaAccess]


def codes_of_mode(
    context: Context,
    trimmed: Sequence[TrimmedSet],
    levels: pd.DataFrame,
    quantizer: Quantizer,
    early_stop: bool = False,
) -> ModeCodes:
    """Simulate one access at every sum of each trimmed set.

    Parameters
    ----------
    context : Context
    trimmed : sequence of TrimmedSet
        All of one mode.
    levels : DataFrame
        Nominal levels: how far each is from the references.
    quantizer : Quantizer
        Gives the code that each sum should have.
    early_stop : bool
        Serial mode: only the cycles until the first 1.
    """
    benches, sets = [], []
    for one in trimmed:
        for n_plus in range(one.n_active + 1):
            column = column_of(context.design, n_plus, one.n_active - n_plus, merged=True)
            bench = one.bench(column)
            if early_stop:
                ideal = int(quantizer.quantize([2 * n_plus - one.n_active])[0])
                bench = replace(bench, cycles=max(1, cycles_until_known(bench, ideal)))
            benches.append(bench)
            sets.append(one)
    accesses = simulate_accesses(context, benches)
    name = trimmed[0].mode + (", early stop" if early_stop else "")
    if trimmed[0].complements is not None:
        name = f"differential, {name}"
    level_of = _nominal(levels)
    rows = [
        _row(name, access, one, level_of, quantizer)
        for access, one in zip(accesses, sets, strict=True)
    ]
    return ModeCodes(pd.DataFrame(rows), accesses)


def binary_codes(context: Context, levels: pd.DataFrame, n_active: Sequence[int]) -> ModeCodes:
    """Simulate the plain binary sense amplifier, BL against BLB, at every sum."""
    benches = []
    for active in n_active:
        mine = levels[levels["n_plus"] + levels["n_minus"] == active]
        middle = mine.iloc[int(mine["sum"].abs().to_numpy().argmin())]
        common = float(middle["v_bl_nominal_v"] + middle["v_blb_nominal_v"]) / 2
        for n_plus in range(active + 1):
            column = column_of(context.design, n_plus, active - n_plus, merged=True)
            benches.append(MlsaBench(column, (), "binary", common_mode=common))
    accesses = simulate_accesses(context, benches)
    rows = [_binary_row(access) for access in accesses]
    return ModeCodes(pd.DataFrame(rows), accesses)


def _row(
    mode: str,
    access: MlsaAccess,
    one: TrimmedSet,
    level_of: dict[tuple[int, int], tuple[float, float]],
    quantizer: Quantizer,
) -> dict[str, object]:
    column = access.bench.column
    ideal = int(quantizer.quantize([column.n_plus - column.n_minus])[0])
    distance = one.distance(*level_of[column.n_plus, column.n_minus])
    inside = distance <= np.where(np.isnan(one.dead_zone), -1.0, one.dead_zone)
    return (
        _common(mode, access)
        | {
            "ideal_code": ideal,
            "agrees": access.code == ideal,
            "nearest_reference_v": float(distance.min(initial=np.inf)),
            "in_dead_zone": bool(inside.any()),
        }
        | _splits(access)
    )


def _binary_row(access: MlsaAccess) -> dict[str, object]:
    total = access.bench.column.n_plus - access.bench.column.n_minus
    return (
        _common("binary", access)
        | {
            "ideal_code": int(total > 0),
            "agrees": access.code == int(total > 0),
            "nearest_reference_v": abs(access.v_bl - access.v_blb),
            "in_dead_zone": total == 0,  # BL and BLB are equal: either code
        }
        | _splits(access)
    )


def _nominal(levels: pd.DataFrame) -> dict[tuple[int, int], tuple[float, float]]:
    plus, minus = levels["n_plus"].astype(int), levels["n_minus"].astype(int)
    lines = zip(levels["v_bl_nominal_v"], levels["v_blb_nominal_v"], strict=True)
    return dict(zip(zip(plus, minus, strict=True), lines, strict=True))


def access_row(mode: str, access: MlsaAccess) -> dict[str, object]:
    """Return one access as a row: level, decisions, code, energy and latency."""
    return _common(mode, access) | _splits(access)


def _common(mode: str, access: MlsaAccess) -> dict[str, object]:
    column = access.bench.column
    return {
        "mode": mode,
        "n_active": column.n_plus + column.n_minus,
        "n_plus": column.n_plus,
        "n_minus": column.n_minus,
        "sum": column.n_plus - column.n_minus,
        "v_bl_v": access.v_bl,
        "v_blb_v": access.v_blb,
        "decisions": "".join({1: "1", 0: "0", -1: "x"}[d] for d in access.decisions),
        "cycles": max((d.cycle + 1 for d in access.bench.decisions), default=0),
        "status": str(access.status),
        "undecided": access.undecided,
        "code": pd.NA if access.code is None else access.code,
    }


def _splits(access: MlsaAccess) -> dict[str, float]:
    nan = float("nan")
    energy = (
        asdict(access.energy)
        if access.energy
        else dict.fromkeys(("bit_line", "pre_charge", "amplifiers", "references"), nan)
    )
    total = access.energy.total if access.energy else nan
    names = ("settling", "settled", "sensing", "decision", "recovery")
    latency = asdict(access.latency) if access.latency else dict.fromkeys(names, nan)
    return (
        {f"energy_{name}_j": value for name, value in energy.items()}
        | {"energy_j": total}
        | {f"latency_{name}_s": value for name, value in latency.items()}
        | {
            "latency_read_s": access.latency.read if access.latency else nan,
            "latency_s": access.latency.total if access.latency else nan,
        }
    )
