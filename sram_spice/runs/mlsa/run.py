"""The multi-level sense amplifier of a design, at transistor level: codes, errors, energy."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sram_spice.amplifier.ideal import SumCoding
from sram_spice.amplifier.offsets import offset_check
from sram_spice.amplifier.pairs import PairErrors
from sram_spice.amplifier.trim import TrimmedSet, active_rows
from sram_spice.atomic import write_text
from sram_spice.column.context import Context
from sram_spice.design import Design, with_values
from sram_spice.errors import InputError
from sram_spice.generators import cell_of
from sram_spice.generators.reference_generator import reference_generator_of
from sram_spice.generators.sense_amplifier import sizes_of
from sram_spice.report.mlsa_figures import write_access_figures, write_sensing_figure
from sram_spice.report.run import Run
from sram_spice.results import identity as identities
from sram_spice.results.checkpoint import CHECKPOINT, Checkpoint, Sample
from sram_spice.results.folder_record import ACCESSES, MLSA
from sram_spice.results.identity import identity_of, simulation_fingerprint
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import FILE, process_of_run, versions
from sram_spice.results.ownership import owned
from sram_spice.results.tables import write_csv
from sram_spice.runs.characterize.levels import levels_table, samples_table
from sram_spice.runs.characterize.nominal import run_nominal
from sram_spice.runs.characterize.run import characterize_with, checked_coding
from sram_spice.runs.mlsa.accesses import Accesses, access_in_every_mode
from sram_spice.runs.mlsa.check import Check, check_codes
from sram_spice.runs.mlsa.code_probability import MOST_LEVELS, pairs_of, read_in_every_way
from sram_spice.runs.mlsa.tables import notes, probability_table, sensing_table
from sram_spice.runs.redraw import redraw_locked
from sram_spice.simulation import SimulatorPool, Status
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.technology import process_warnings, technology_cards

SUMMARY = "mlsa.json"
CHECKS = ("mlsa_check.csv", "mlsa_check_thresholds.csv", "mlsa_offset_check.csv")
ERRORS = ("mlsa_sensing.csv", "mlsa_code_probability.csv", "mlsa_sensing.png", "mlsa_sensing.svg")


@dataclass(frozen=True)
class MlsaRun:
    """What was found; the tables are those in the folder.

    Attributes
    ----------
    codes, energy, thresholds : DataFrame
    sensing : DataFrame or None
        None of the circuit without mismatch.
    check : Check or None
    offsets : DataFrame or None
        When they were asked for.
    notes : tuple of str
        What a reader has to know first.
    references : dict
        The generator: its name, the columns that it takes, the mean energy of an access of it, J.
    """

    codes: pd.DataFrame
    energy: pd.DataFrame
    sensing: pd.DataFrame | None
    thresholds: pd.DataFrame
    check: Check | None
    offsets: pd.DataFrame | None
    notes: tuple[str, ...]
    references: Mapping[str, Any]


def mlsa(
    design: Design,
    folder: Path,
    progress: Progress,
    workers: int | None = None,
    check_samples: int = 0,
    check_offsets: int = 0,
    nominal: bool = False,
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
    nominal : bool
        Only the accesses of the circuit without mismatch: codes, energy, latency, thresholds.

    Raises
    ------
    InputError
        No [sense_amplifier], more than 16 codes, or something else in the design is wrong.
    SimulatorError
        libngspice is missing or broken.
    """
    sizes_of(design)
    coding = checked_coding(design)
    if design.mlsa.levels > MOST_LEVELS:
        raise InputError(
            "too many codes for a sense amplifier at transistor level",
            key="mlsa.levels",
            value=design.mlsa.levels,
            allowed=f"2 .. {MOST_LEVELS}",
        )
    start = time.monotonic()
    command = ACCESSES if nominal else MLSA
    with (
        folder_lock(folder),
        owned(folder, command, design, progress.note),
        SimulatorPool(workers or available_cores()) as pool,
    ):
        context = Context(design, technology_cards(design), pool, progress)
        identity = identity_of(identities.MLSA, design, context.cards, pool.loaded_version())
        if nominal:
            found = _only_accesses(context, folder, coding)
        else:
            run = _finished(context, folder, coding)
            found = _simulate(context, run, check_samples, check_offsets)
        found = replace(found, notes=(*process_warnings(design), *found.notes))
        record = {
            "design": design.model_dump(mode="json"),
            "process": process_of_run(design),
            "versions": versions(pool.version),
            "identity": identity.record(),
            "seed": design.monte_carlo.seed,
            "wall_time_s": round(time.monotonic() - start, 3),
            "incidents": [asdict(incident) for incident in pool.incidents],
            "statuses": dict(sorted(Counter(found.codes["status"].tolist()).items())),
            "check": found.check.summary if found.check else None,
            "notes": list(found.notes),
            "references": dict(found.references),
        }
        write_text(folder / SUMMARY, json.dumps(record, indent=2) + "\n")
        if (folder / FILE).exists():  # accesses alone need no finished run, and then have no page
            redraw_locked(folder)
    return found


def _finished(context: Context, folder: Path, coding: SumCoding) -> Run:
    """Return the finished run in the folder, made first if there is none."""
    design = context.design
    run = None
    try:
        run = replace(Run.open(folder), known_coding=coding)
        dict(run.tables)  # one that is damaged is made anew, too
    except InputError:
        run = None
    fingerprint = simulation_fingerprint(design, context.cards, context.pool.loaded_version())
    if run is not None and run.fingerprint == fingerprint:
        if run.design.model_copy(update={"name": design.name}) == design:
            return run
        _keep_samples(run.samples, folder / CHECKPOINT / fingerprint[:16])
    return characterize_with(context.pool, design, folder, context.progress, coding=coding)


def _keep_samples(samples: pd.DataFrame, home: Path) -> None:
    """Keep the samples of a run whose columns are the same, for the one that is to follow."""
    store = Checkpoint(home)
    columns = ("n_plus", "n_minus", "index", "v_bl_v", "v_blb_v", "status")
    for n_plus, n_minus, index, v_bl, v_blb, status in zip(
        *(samples[name].tolist() for name in columns), strict=True
    ):
        store.add((n_plus, n_minus), index, Sample(v_bl, v_blb, Status(status)))
    store.save()


def _nominal_levels(context: Context) -> pd.DataFrame:
    """Return the levels without mismatch; no samples."""
    design = with_values(context.design, {"mismatch.a_vt": 0.0})
    nominal = run_nominal(design, context.cards, context.pool, context.progress)
    return levels_table(nominal, samples_table(design, Checkpoint(Path())))


def _only_accesses(context: Context, folder: Path, coding: SumCoding) -> MlsaRun:
    """Simulate the circuit without mismatch; nothing of a finished run is needed."""
    levels = _nominal_levels(context)
    pairs = pairs_of(context, levels, coding)
    found = access_in_every_mode(context, levels, pairs, coding)
    _forget(folder, ERRORS + CHECKS)
    found.write(folder)
    write_access_figures(folder, context.design, found.codes, found.energy, found.shown)
    remarks = tuple(notes(found.codes, found.thresholds, None, None))
    made = _generator(context.design, found)
    return MlsaRun(found.codes, found.energy, None, found.thresholds, None, None, remarks, made)


def _simulate(context: Context, run: Run, check_samples: int, check_offsets: int) -> MlsaRun:
    design, levels, folder = context.design, run.levels, run.folder
    pairs = pairs_of(context, levels, run.coding)
    reads = read_in_every_way(context, levels, run.samples, pairs, run.coding)
    sensing = sensing_table(reads)
    _forget(folder, CHECKS)
    write_csv(folder / "mlsa_sensing.csv", sensing)
    write_csv(folder / "mlsa_code_probability.csv", probability_table(reads))
    write_sensing_figure(folder, design, sensing)
    check = _check(context, run, check_samples, pairs) if check_samples else None
    found = access_in_every_mode(context, levels, pairs, run.coding)
    found.write(folder)
    write_access_figures(folder, design, found.codes, found.energy, found.shown)
    offsets = None
    if check_offsets:
        offsets = offset_check(context, _check_levels(design, found.parallel[-1]), check_offsets)
        write_csv(folder / "mlsa_offset_check.csv", offsets)
    shutil.rmtree(folder / CHECKPOINT, ignore_errors=True)
    codes = check.codes if check else None
    remarks = tuple(notes(found.codes, found.thresholds, codes, offsets))
    made = _generator(design, found)
    return MlsaRun(
        found.codes, found.energy, sensing, found.thresholds, check, offsets, remarks, made
    )


def _generator(design: Design, found: Accesses) -> dict[str, Any]:
    """Return what the reference generator of the parallel mode costs."""
    settings = [s for s in found.parallel[-1].settings if s is not None]
    parallel = found.codes[found.codes["mode"] == found.codes["mode"].iloc[0]]
    return {
        "generator": design.references.generator,
        "columns": reference_generator_of(design).columns(settings),
        "energy_j": float(parallel["energy_references_j"].mean()),
    }


def _check(context: Context, run: Run, samples: int, pairs: PairErrors | None) -> Check:
    """Check the code probabilities of every sensing that is a circuit; each written at once."""
    active = active_rows(context.design, cell_of(context.design).always_active)
    home = run.folder / CHECKPOINT
    found = check_codes(context, run, active, samples, home, None)
    found.write(run.folder)
    if pairs is not None:
        found += check_codes(context, run, active, samples, home, pairs)
        found.write(run.folder)
    return found


def _forget(folder: Path, names: Sequence[str]) -> None:
    """Remove what an earlier run has left, which would not belong to the new tables."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _check_levels(design: Design, trimmed: TrimmedSet) -> list[float]:
    """Return one reference level per variant: the middle reference, and one near the other rail."""
    vdd, edge = design.conditions.vdd, sizes_of(design).crossover
    inside = trimmed.v_ref[np.isfinite(trimmed.before)]
    middle = float(np.median(inside)) if inside.size else 0.7 * vdd
    other = 0.8 * edge * vdd if middle >= edge * vdd else 0.7 * vdd
    return [middle, other]
