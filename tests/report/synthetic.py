"""A finished run without a simulator: straight levels, Gaussian mismatch, real references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sram_spice.amplifier.ideal import SumCoding
from sram_spice.design import Design, design_from_dict
from sram_spice.mlsa import (
    SensingSummary,
    build_level_model,
    code_probabilities,
    global_references,
    input_aware_references,
    lloyd_max,
    summarize,
    to_frame,
)
from sram_spice.report.run import Run
from sram_spice.workload import independent

SIGMA = 0.01  # V
SAMPLES = 12
Change = Callable[[pd.DataFrame], pd.DataFrame]


def unchanged(samples: pd.DataFrame) -> pd.DataFrame:
    return samples


def make_run(
    topology: str = "8t_xnor",
    rows: int = 8,
    codes: int = 4,
    change: Change = unchanged,
    mismatch: bool = True,
    **sections: dict[str, Any],
) -> Run:
    """A run of `rows` rows; `change` damages the samples before anything is derived from them."""
    design = _design(topology, rows, codes, mismatch, sections)
    always = topology == "8t_xnor"
    distribution = independent(rows, always, 0.5, 0.5)
    quantizer = lloyd_max(distribution, codes)
    nominal = _nominal(rows, always)
    samples = change(_samples(nominal, rows, always) if mismatch else _samples(nominal, 0, False))
    levels = _levels(nominal, samples)
    model = build_level_model(levels, samples, design.mlsa.sensing)
    aware = input_aware_references(model, quantizer.thresholds, design.conditions.vdd)
    own = code_probabilities(model, samples, aware)
    sets, everyone, summary = list(aware.values()), own.iloc[:0], None
    if not always:
        common = global_references(model, quantizer.thresholds, 1.0, distribution)
        everyone = code_probabilities(model, samples, common)
        summary = summarize(everyone, distribution, quantizer)
        sets = [*(one for n_active, one in aware.items() if n_active), common]
    access, waveforms = _access(rows, always)
    tables = {
        "levels": levels,
        "samples": samples,
        "references": to_frame(sets),
        "code_probability": own,
        "code_probability_global": everyone,
        "access": access,
        "waveforms": waveforms,
    }
    run = Run(
        folder=Path("nowhere"),
        design=design,
        tables=tables,
        known_coding=SumCoding(distribution, quantizer),
        versions={"ngspice": "39", "python": "3.11.7"},
        fingerprint="0123456789abcdef",
        seed=7,
        wall_time_s=12.34,
        statuses={
            "nominal": {"ok": len(levels)},
            "monte_carlo": dict(sorted(samples["status"].value_counts().items())),
        },
        warnings=[],
    )
    return with_averages(run, summarize(own, distribution, quantizer), summary)


def with_averages(run: Run, own: SensingSummary, common: SensingSummary | None = None) -> Run:
    """The run with other averages over the sums."""
    record = {"own_references": asdict(own)}
    if common is not None:
        record["global_references"] = asdict(common)
    return replace(run, sensing=record)


def with_tables(run: Run, **tables: pd.DataFrame) -> Run:
    """The run with some other tables."""
    return replace(run, tables={**run.tables, **tables})


def lose_data(samples: pd.DataFrame) -> pd.DataFrame:
    """Two samples of n_plus = 1 and one of n_plus = 2 (all rows active) lose their data."""
    full = samples["n_plus"] + samples["n_minus"] == samples["n_plus"].max()
    lost = full & (
        ((samples["n_plus"] == 1) & (samples["index"] < 2))
        | ((samples["n_plus"] == 2) & (samples["index"] == 0))
    )
    return samples.assign(
        status=samples["status"].mask(lost, "flipped"), v_bl_v=samples["v_bl_v"].mask(lost, 0.95)
    )


def fail(samples: pd.DataFrame) -> pd.DataFrame:
    """One sample of n_plus = 5 (all rows active) has no valid solution."""
    full = samples["n_plus"] + samples["n_minus"] == samples["n_plus"].max()
    bad = full & (samples["n_plus"] == 5) & (samples["index"] == 3)
    return samples.assign(
        status=samples["status"].mask(bad, "nonconverged"),
        v_bl_v=samples["v_bl_v"].mask(bad),
        v_blb_v=samples["v_blb_v"].mask(bad),
    )


def ideal_summary(error: float = 0.25) -> SensingSummary:
    return SensingSummary(error, 0.0, 3.0, 1.5)


def _design(
    topology: str, rows: int, codes: int, mismatch: bool, sections: dict[str, dict[str, Any]]
) -> Design:
    data: dict[str, dict[str, Any]] = {
        "cell": {"topology": topology},
        "column": {"rows": rows},
        "mlsa": {"levels": codes},
        "mismatch": {"a_vt": 3e-9 if mismatch else 0.0},
        "monte_carlo": {"samples": SAMPLES},
    }
    for section, values in sections.items():
        data[section] = {**data.get(section, {}), **values}
    return design_from_dict({"name": "synthetic", **data})


def _nominal(rows: int, always: bool) -> pd.DataFrame:
    levels = [
        (n_plus, n_active - n_plus)
        for n_active in range(rows if always else 0, rows + 1)
        for n_plus in range(n_active + 1)
    ]
    table = pd.DataFrame(levels, columns=["n_plus", "n_minus"])
    table["sum"] = table["n_plus"] - table["n_minus"]
    table["v_bl_nominal_v"] = 1.0 - 0.7 * table["n_minus"] / rows
    table["v_blb_nominal_v"] = 1.0 - 0.7 * table["n_plus"] / rows
    return table


def _samples(nominal: pd.DataFrame, rows: int, always: bool) -> pd.DataFrame:
    """Samples at every level, or where n_active is even and not 0; none for 0 rows."""
    n_active = nominal["n_plus"] + nominal["n_minus"]
    kept = nominal[(n_active > 0) & ((n_active % 2 == 0) | always) & (rows > 0)]
    table = kept.loc[kept.index.repeat(SAMPLES), ["n_plus", "n_minus"]]
    noise = np.random.default_rng(3).normal(0.0, SIGMA, (2, len(table)))
    repeated = kept.loc[kept.index.repeat(SAMPLES)]
    return pd.DataFrame(
        {
            "n_plus": table["n_plus"].to_numpy(dtype=np.int64),
            "n_minus": table["n_minus"].to_numpy(dtype=np.int64),
            "index": np.tile(np.arange(SAMPLES), len(kept)),
            "v_bl_v": repeated["v_bl_nominal_v"].to_numpy(dtype=float) + noise[0],
            "v_blb_v": repeated["v_blb_nominal_v"].to_numpy(dtype=float) + noise[1],
            "status": pd.array(["ok"] * len(table), dtype="str"),
        }
    )


def _levels(nominal: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    groups = samples.groupby(["n_plus", "n_minus"])
    found = pd.DataFrame(
        {
            "v_bl_mean_v": groups["v_bl_v"].mean(),
            "v_bl_std_v": groups["v_bl_v"].std(),
            "v_blb_mean_v": groups["v_blb_v"].mean(),
            "v_blb_std_v": groups["v_blb_v"].std(),
            "samples": groups.size(),
            "failed": groups["v_bl_v"].apply(lambda voltage: int(voltage.isna().sum())),
            "flipped": groups["status"].apply(lambda status: int((status == "flipped").sum())),
        }
    ).reset_index()
    table = nominal.merge(found, on=["n_plus", "n_minus"], how="left")
    counts = ["samples", "failed", "flipped"]
    table[counts] = table[counts].apply(pd.to_numeric).fillna(0).astype("int64")
    return table.assign(nominal_status="ok")


def _access(rows: int, always: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    levels = [(0, rows), (rows, 0)] if always else [(0, rows), (rows, 0), (0, 0)]
    table = pd.DataFrame(levels, columns=["n_plus", "n_minus"])
    table["sum"] = table["n_plus"] - table["n_minus"]
    table = table.assign(
        settling_time_bl_s=0.2e-9,
        settling_time_blb_s=0.1e-9,
        energy_supply_j=[1.1e-12, 1.5e-12, 1e-15][: len(levels)],
        energy_drivers_j=1e-15,
        energy_j=[1.101e-12, 1.501e-12, 2e-15][: len(levels)],
        recovered=True,
        status="ok",
    )
    return table, pd.concat([_waveform(*level, rows) for level in levels], ignore_index=True)


def _waveform(n_plus: int, n_minus: int, rows: int) -> pd.DataFrame:
    time = np.linspace(0.0, 3e-9, 301)
    word_line = np.interp(time, [0.5e-9, 0.6e-9, 2e-9, 2.1e-9], [0.0, 0.5, 0.5, 0.0])
    fall = np.clip((time - 0.55e-9) / 0.3e-9, 0.0, 1.0) * (time < 2.05e-9)
    return pd.DataFrame(
        {
            "n_plus": n_plus,
            "n_minus": n_minus,
            "time_s": time,
            "v_bl_v": 1.0 - 0.7 * n_minus / rows * fall,
            "v_blb_v": 1.0 - 0.7 * n_plus / rows * fall,
            "v_wl_v": word_line,
            "v_pre_v": 0.0,
            "i_vdd_a": -1e-3 * fall,
            "i_wl_a": 0.0,
            "i_pre_a": 0.0,
        }
    )
