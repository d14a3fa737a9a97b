"""Energy against code error over a finished sweep, with the MLSA at transistor level."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sram_spice.amplifier.access import simulate_accesses
from sram_spice.amplifier.codes import access_row
from sram_spice.amplifier.energy import energy_table
from sram_spice.amplifier.ideal import SumCoding, with_nominal_losses
from sram_spice.column.access import access_levels
from sram_spice.column.context import Context
from sram_spice.design import Design, with_values
from sram_spice.errors import InputError
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.mlsa import LevelModel, build_level_model, input_aware_references
from sram_spice.report.frontier_figure import write_frontier
from sram_spice.report.run import Run
from sram_spice.results.tables import write_csv
from sram_spice.runs.mlsa.code_probability import own_codes
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.technology import technology_cards

TABLE = "frontier.csv"


def frontier(
    design: Design, folder: Path, progress: Progress, workers: int | None = None
) -> pd.DataFrame:
    """Put the sense amplifier of a design to every point of a finished sweep of it.

    Code errors come from mean and sigma of the points' levels (samples are not kept in a sweep's
    results), taken as Gaussian; the energy is that of whole parallel accesses at
    a few sums, averaged as often as they occur.

    Parameters
    ----------
    design : Design
        With [sense_amplifier].
    folder : Path
        Of the sweep; gets frontier.csv and the figure `frontier`.
    progress : Progress
    workers : int, optional
        Simulator processes; default one per core.

    Returns
    -------
    DataFrame
        One row per point: the sweep's columns, `code_error_mlsa`, energies per access (J).

    Raises
    ------
    InputError
        The folder holds no finished sweep.
    """
    try:
        points = pd.read_csv(folder / "sweep.csv")
    except (OSError, ValueError):
        raise InputError(
            "no finished sweep", file=str(folder), allowed="the folder of `sram-spice sweep`"
        ) from None
    rows = []
    with SimulatorPool(workers or available_cores()) as pool:
        for point in points.to_dict("records"):
            home = folder / str(point["folder"])
            run = Run.open(home)
            section = design.model_dump()["sense_amplifier"]
            mine = with_values(run.design, {"sense_amplifier": section})
            context = Context(mine, technology_cards(mine), pool, progress)
            row: dict[str, Any] = {str(key): value for key, value in point.items()}
            rows.append(row | _point(context, run.levels))
    table = pd.DataFrame(rows)
    write_csv(folder / TABLE, table)
    write_frontier(folder, design, table)
    return table


def spread_model(levels: pd.DataFrame) -> LevelModel:
    """Return the levels of a run as Gaussians, from mean and sigma in levels.csv."""
    ordered = levels.assign(n_active=levels["n_plus"] + levels["n_minus"])
    ordered = ordered.sort_values(["n_active", "n_plus"], ignore_index=True)
    plain = build_level_model(with_nominal_losses(ordered), None, "single_ended")
    mean = ordered["v_bl_mean_v"].to_numpy(dtype=np.float64)
    std = ordered["v_bl_std_v"].to_numpy(dtype=np.float64)
    measured = np.isfinite(mean) & np.isfinite(std)
    return replace(
        plain,
        mean=np.where(measured, mean, plain.mean),
        std=np.where(measured, std, 0.0),
        measured=measured,
    )


def _point(context: Context, levels: pd.DataFrame) -> dict[str, Any]:
    design = context.design
    coding = SumCoding.of(design)
    model = spread_model(levels)
    try:
        reads = own_codes(context, model, coding)
        ideal, real = (float(read.summary.error_probability) for read in reads)
    except InputError:  # the amplifier decides nowhere
        ideal = real = float("nan")
    sets = input_aware_references(model, coding.quantizer.thresholds, design.conditions.vdd)
    benches = [
        MlsaBench(
            column_of(design, *level, merged=True),
            tuple(sets[sum(level)].v_ref.tolist()),
            "parallel",
        )
        for level in access_levels(design)
        if sum(level)
    ]
    accesses = simulate_accesses(context, benches)
    table = energy_table(design, pd.DataFrame([access_row("parallel", a) for a in accesses]))
    found: dict[str, Any] = {"code_error_ideal": ideal, "code_error_mlsa": real}
    if len(table):
        mean = table.iloc[0]
        found |= {str(c): float(mean[c]) for c in table.columns if str(c).startswith("energy_")}
    return found | {"accesses_not_ok": int(np.sum([str(a.status) != "ok" for a in accesses]))}
