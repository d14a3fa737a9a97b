"""The multi-level sense amplifier of a design, at transistor level: codes, errors, energy."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from sram_spice.atomic import write_atomically, write_text
from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.generators import cell_of
from sram_spice.generators.sense_amplifier import sizes_of
from sram_spice.lut import RunTables
from sram_spice.lut.tables import write_csv
from sram_spice.measurements.levels import nominal_job
from sram_spice.measurements.measurement import Context
from sram_spice.measurements.progress import Progress
from sram_spice.mlsa import build_level_model, input_aware_references
from sram_spice.mlsa.mlsa_code_probability import ErrorSet, mlsa_code_probabilities
from sram_spice.report.mlsa_figures import write_mlsa_figures
from sram_spice.runs.characterize import characterize_with, check_sensing
from sram_spice.runs.fingerprint import simulation_fingerprint
from sram_spice.runs.lock import folder_lock
from sram_spice.runs.manifest import Manifest, versions
from sram_spice.runs.mlsa_check import check_codes, check_levels
from sram_spice.runs.mlsa_codes import binary_codes, codes_of_mode
from sram_spice.runs.mlsa_energy import energy_table
from sram_spice.runs.mlsa_errors import measure_errors
from sram_spice.runs.mlsa_offsets import offset_check
from sram_spice.runs.mlsa_sensing import MOST_LEVELS, read_in_every_way
from sram_spice.runs.mlsa_tables import (
    notes,
    one_per_code,
    probability_table,
    sensing_table,
    wave_table,
)
from sram_spice.runs.mlsa_thresholds import TrimmedSet, active_rows, thresholds_table, trim
from sram_spice.runs.redraw import redraw_locked
from sram_spice.runs.sensing import quantizer_of, sense, sum_distribution, with_nominal_losses
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.pool import available_cores
from sram_spice.technology import technology_cards

SUMMARY = "mlsa.json"


@dataclass(frozen=True)
class MlsaRun:
    """What was found; the tables are those in the folder.

    Attributes
    ----------
    codes, energy, sensing, thresholds : DataFrame
    check, offsets : DataFrame or None
        When they were asked for.
    notes : tuple of str
        What a reader has to know first.
    """

    codes: pd.DataFrame
    energy: pd.DataFrame
    sensing: pd.DataFrame
    thresholds: pd.DataFrame
    check: pd.DataFrame | None
    offsets: pd.DataFrame | None
    notes: tuple[str, ...]


def mlsa(
    design: Design,
    folder: Path,
    progress: Progress,
    workers: int | None = None,
    check_samples: int = 0,
    check_offsets: int = 0,
) -> MlsaRun:
    """Simulate the MLSA of a design and leave everything in a folder.

    Parameters
    ----------
    design : Design
        With [sense_amplifier].
    folder : Path
        Levels and samples of a finished run of the same design in it are used; without one the
        design is characterized first.
    progress : Progress
    workers : int, optional
        Simulator processes; default one per core.
    check_samples : int
        Full transients per level against which code probabilities are checked; 0: none.
    check_offsets : int
        Samples for which the offset is also found by bisection; 0: none.

    Raises
    ------
    InputError
        No [sense_amplifier], more than 16 codes, or something else in the design is wrong.
    SimulatorError
        libngspice is missing or broken.
    """
    sizes_of(design)
    check_sensing(design)
    if design.mlsa.levels > MOST_LEVELS:
        raise InputError(
            "too many codes for a sense amplifier at transistor level",
            key="mlsa.levels",
            value=design.mlsa.levels,
            allowed=f"2 .. {MOST_LEVELS}",
        )
    start = time.monotonic()
    with folder_lock(folder), SimulatorPool(workers or available_cores()) as pool:
        context = Context(design, technology_cards(design), pool, progress)
        tables = _tables(context, folder)
        found = _simulate(context, tables, folder, check_samples, check_offsets)
        record = {
            "design": design.model_dump(mode="json"),
            "versions": versions(pool.version),
            "seed": design.monte_carlo.seed,
            "wall_time_s": round(time.monotonic() - start, 3),
            "incidents": [asdict(incident) for incident in pool.incidents],
            "statuses": dict(sorted(Counter(found.codes["status"].tolist()).items())),
            "notes": list(found.notes),
        }
        write_text(folder / SUMMARY, json.dumps(record, indent=2) + "\n")
        redraw_locked(folder)
    return found


def _tables(context: Context, folder: Path) -> RunTables:
    """Return the tables of the finished run in the folder, made first if there is none."""
    design = context.design
    try:
        manifest, tables = Manifest.read(folder), RunTables.read(folder)
    except InputError:
        manifest = None
    rows = design.column.rows
    list(context.pool.run([nominal_job(design, context.cards, rows, 0)]))  # tells the version
    fingerprint = simulation_fingerprint(design, context.cards, context.pool.version)
    samples = design.monte_carlo.samples
    if (
        manifest is not None
        and manifest.fingerprint == fingerprint
        and manifest.design["monte_carlo"]["samples"] == samples
    ):
        return tables
    characterize_with(context.pool, design, folder, context.progress)
    return RunTables.read(folder)


def _simulate(
    context: Context, tables: RunTables, folder: Path, check_samples: int, check_offsets: int
) -> MlsaRun:
    design, levels = context.design, tables.levels
    reads = read_in_every_way(context, levels, tables.samples)
    sensing = sensing_table(reads)
    quantizer = quantizer_of(design, sum_distribution(design))
    active = active_rows(design, cell_of(design).always_active)
    # Without mismatch the references lie midway between nominal levels: so has the code of a
    # nominal column to be the ideal quantizer's.
    nominal = input_aware_references(
        build_level_model(with_nominal_losses(levels), None, "single_ended"),
        quantizer.thresholds,
        design.conditions.vdd,
    )
    sets = [nominal[n] for n in active]
    parallel, serial = (trim(context, levels, sets, mode) for mode in ("parallel", "serial"))
    runs = [
        codes_of_mode(context, parallel, levels, quantizer),
        codes_of_mode(context, serial, levels, quantizer),
        codes_of_mode(context, serial, levels, quantizer, early_stop=True),
        binary_codes(context, levels, active),
    ]
    codes = pd.concat([run.table for run in runs], ignore_index=True)
    energy, thresholds = energy_table(design, codes), thresholds_table([*parallel, *serial])
    write_csv(folder / "mlsa_sensing.csv", sensing)
    write_csv(folder / "mlsa_code_probability.csv", probability_table(reads))
    write_csv(folder / "mlsa_codes.csv", codes)
    write_csv(folder / "mlsa_energy.csv", energy)
    write_csv(folder / "mlsa_thresholds.csv", thresholds)
    shown = {run.table["mode"].iloc[0]: one_per_code(run) for run in runs[:2]}
    waves = wave_table(shown)
    write_atomically(folder / "mlsa_waveforms.parquet", lambda p: waves.to_parquet(p, index=False))
    write_mlsa_figures(folder, design, codes, energy, sensing, shown)
    check = offsets = None
    if check_offsets:
        offsets = offset_check(context, _check_levels(design, parallel[-1]), check_offsets)
        write_csv(folder / "mlsa_offset_check.csv", offsets)
    if check_samples:
        check = _check(context, tables, active[-1], check_samples)
        write_csv(folder / "mlsa_check.csv", check)
    remarks = tuple(notes(codes, thresholds, check, offsets))
    return MlsaRun(codes, energy, sensing, thresholds, check, offsets, remarks)


def _check(context: Context, tables: RunTables, n_active: int, samples: int) -> pd.DataFrame:
    """Check the parallel, single-ended, input-aware code probabilities on full transients."""
    design = context.design
    references = sense(design, tables.levels, tables.samples)
    model = build_level_model(with_nominal_losses(tables.levels), tables.samples, "single_ended")
    thresholds = references.quantizer.thresholds
    own = input_aware_references(model, thresholds, design.conditions.vdd)[n_active]
    (trimmed,) = trim(context, tables.levels, [own], "parallel")
    # What trimming has left is known, so it is part of the prediction.
    known = measure_errors(context, own.v_ref.tolist()).single_ended(own.v_ref, "parallel")
    known = replace(known, shift=np.nan_to_num(trimmed.after))
    codes = mlsa_code_probabilities(model, tables.samples, ErrorSet(own, known))
    wanted = check_levels(codes, n_active)
    return check_codes(context, codes, trimmed, wanted, min(samples, design.monte_carlo.samples))


def _check_levels(design: Design, trimmed: TrimmedSet) -> list[float]:
    """Return one reference level per variant: the middle reference, and one near the other rail."""
    vdd, edge = design.conditions.vdd, sizes_of(design).crossover
    inside = trimmed.v_ref[np.isfinite(trimmed.before)]
    middle = float(np.median(inside)) if inside.size else 0.7 * vdd
    other = 0.8 * edge * vdd if middle >= edge * vdd else 0.7 * vdd
    return [middle, other]
