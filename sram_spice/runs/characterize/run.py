"""The main job: from a design to its lookup table."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from sram_spice.amplifier.ideal import CountedLevels, IdealSensing, SumCoding, sense
from sram_spice.amplifier.moved_errors import with_moved_errors
from sram_spice.column.access import AccessResult, access_table, waveform_table
from sram_spice.column.assumption_shifts import assumption_shifts
from sram_spice.column.context import Context
from sram_spice.column.levels import NominalLevel
from sram_spice.design import Design
from sram_spice.generators.reference_generator import reference_generator_of
from sram_spice.lut import lookup_table, write_lookup_table
from sram_spice.report.figures import write_figures
from sram_spice.report.page import write_report
from sram_spice.report.run import LUT, Run
from sram_spice.results.checkpoint import CHECKPOINT, Checkpoint
from sram_spice.results.distributions import FILE as DISTRIBUTIONS
from sram_spice.results.folder_record import CHARACTERIZE
from sram_spice.results.identity import (
    middle_deck,
    run_identity,
    sha256,
    simulation_fingerprint,
)
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import process_of_run, versions
from sram_spice.results.ownership import owned
from sram_spice.results.tables import ASSUMPTIONS, file_name, write_tables
from sram_spice.runs.characterize.accesses import run_access
from sram_spice.runs.characterize.levels import levels_table, run_monte_carlo, samples_table
from sram_spice.runs.characterize.monte_carlo import MonteCarloResult, table_monte_carlo
from sram_spice.runs.characterize.nominal import Begun, begin
from sram_spice.runs.characterize.warnings import run_warnings
from sram_spice.runs.characterize.wires import wires_record
from sram_spice.runs.mlsa.characterized_access import characterized_access
from sram_spice.runs.mlsa.code_probability import (
    amplifier_warnings,
    characterized_codes,
)
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.technology import ModelCards, technology_cards


def characterize(
    design: Design,
    folder: Path,
    progress: Progress,
    workers: int | None = None,
    figures: bool = True,
) -> Run:
    """Characterize a design and leave everything in a folder.

    Parameters
    ----------
    design : Design
    folder : Path
        Made if need be. An interrupted run of the same design in it is continued.
    progress : Progress
    workers : int, optional
        Simulator processes; default one per core.
    figures : bool
        Draw the figures and the report, too.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        Something in the design cannot be used, or the folder cannot be written.
    SimulatorError
        libngspice is missing or broken.
    """
    coding = checked_coding(design)
    with folder_lock(folder), SimulatorPool(workers or available_cores()) as pool:
        return characterize_with(pool, design, folder, progress, figures, coding, accesses=True)


def checked_coding(design: Design) -> SumCoding:
    """Raise the InputError of a bad histogram or card file before anything is simulated."""
    technology_cards(design)
    if design.sense_amplifier is not None:
        reference_generator_of(design)  # it may not know what else the design has
    return SumCoding.of(design)


def characterize_with(
    pool: SimulatorPool,
    design: Design,
    folder: Path,
    progress: Progress,
    figures: bool = True,
    coding: SumCoding | None = None,
    accesses: bool | None = None,
) -> Run:
    """Characterize a design on running simulators; the folder exists and is locked.

    Parameters
    ----------
    pool : SimulatorPool
    design : Design
    folder : Path
    progress : Progress
    figures : bool
        Draw the figures and the report, too.
    coding : SumCoding, optional
        Of the design, where it is known already.
    accesses : bool, optional
        Simulate whole accesses with the sense amplifier, too: half a minute to some minutes, which
        a sweep has not for each of its points. Default: as `figures`.
    """
    with owned(folder, CHARACTERIZE, design, progress.note):
        begun = begin(pool, design, progress)
        return finish(begun, pool, folder, progress, figures, coding=coding, accesses=accesses)


def finish(
    begun: Begun,
    pool: SimulatorPool,
    folder: Path,
    progress: Progress,
    figures: bool = True,
    save_every: float = 0.0,
    coding: SumCoding | None = None,
    accesses: bool | None = None,
    assumptions: bool = True,
) -> Run:
    """Do all that follows the nominal levels, and write the folder.

    Parameters
    ----------
    begun : Begun
    pool : SimulatorPool
    folder : Path
    progress : Progress
    figures : bool
        Draw the figures and the report, too.
    save_every : float
        Seconds of Monte Carlo that a kill may cost; a checkpoint costs some milliseconds.
    coding : SumCoding, optional
        Of the design, where it is known already.
    accesses : bool, optional
        Simulate whole accesses with the sense amplifier, too: half a minute to some minutes, which
        a sweep has not for each of its points. Default: as `figures`.
    assumptions : bool
        Find out, too, how much what is assumed matters; it takes a second or so.
    """
    design, cards, nominal = begun.design, begun.cards, begun.nominal
    fingerprint = simulation_fingerprint(design, cards, pool.version)
    checkpoint = Checkpoint(folder / CHECKPOINT / fingerprint[:16], save_every)
    found = _monte_carlo(begun, pool, folder, checkpoint, progress)
    access = run_access(design, cards, pool, progress)
    coding = coding or SumCoding.of(design)
    sensing = sense(design, found.levels, found.samples, found.distributions, coding)
    tables = run_tables(
        found.levels, found.samples, sensing, access_table(access), waveform_table(access)
    )
    context = Context(design, cards, pool, progress)
    amplifier, codes, known = characterized_codes(
        context, found.levels, found.samples, folder, coding
    )
    if figures if accesses is None else accesses:
        codes |= characterized_access(context, found.levels, folder, coding, known)
    wires = wires_record(context, nominal, found.levels) if figures else {}
    if assumptions:
        counted = CountedLevels.of(design, found.levels, found.samples, found.distributions)
        tables[ASSUMPTIONS] = with_moved_errors(
            assumption_shifts(context, nominal), counted, coding, sensing.references, design
        )
    incidents = pool.incidents[begun.incidents_before :]
    provenance = _provenance(design, cards, pool.version, fingerprint)
    run = Run(
        folder=folder,
        design=design,
        tables=tables | codes,
        known_coding=coding,
        **provenance,
        wall_time_s=round(time.monotonic() - begun.start, 3),
        statuses=_statuses(nominal, found.statuses, access),
        incidents=[asdict(incident) for incident in incidents],
        warnings=[
            *run_warnings(tables, incidents, found.certificate, provenance["process"]),
            *found.notes,
            *amplifier_warnings(design, amplifier),
        ],
        sensing=sensing_record(sensing, amplifier),
        certificate=found.certificate,
        wires=wires,
        assumptions=file_name(ASSUMPTIONS) if assumptions else "",
        retried=[asdict(one) for one in pool.retried[begun.retried_before :]],
    )
    write_run(run, figures, found.samples_complete)
    checkpoint.remove()
    return run


def _monte_carlo(
    begun: Begun, pool: SimulatorPool, folder: Path, checkpoint: Checkpoint, progress: Progress
) -> MonteCarloResult:
    design, cards, nominal = begun.design, begun.cards, begun.nominal
    if design.monte_carlo.engine == "table" and design.mismatch.a_vt > 0:
        return table_monte_carlo(design, cards, nominal, pool, folder, progress)
    run_monte_carlo(design, cards, nominal, pool, checkpoint, progress)
    samples = samples_table(design, checkpoint)
    statuses = dict(sorted(Counter(samples["status"].tolist()).items()))
    (folder / DISTRIBUTIONS).unlink(missing_ok=True)  # of an earlier run on the table engine
    return MonteCarloResult(levels_table(nominal, samples), samples, statuses)


def run_tables(
    levels: pd.DataFrame,
    samples: pd.DataFrame,
    sensing: IdealSensing,
    access: pd.DataFrame,
    waveforms: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Put the tables of a run together."""
    return {
        "levels": levels,
        "samples": samples,
        "references": sensing.references,
        "code_probability": sensing.code_probability,
        "code_probability_global": sensing.code_probability_global,
        "access": access,
        "waveforms": waveforms,
    }


def write_run(run: Run, figures: bool = True, samples: bool = True) -> None:
    """Write tables, lookup table, figures, report and, last, the manifest.

    Without `samples`, samples.parquet is there already.
    """
    write_tables(run.folder, run.tables, samples)
    attributes = {
        "design": run.design.model_dump_json(),
        "fingerprint": run.fingerprint,
        "versions": " ".join(f"{name}={text}" for name, text in run.versions.items()),
    }
    data = lookup_table(run.tables, run.quantizer, attributes)
    write_lookup_table(data, run.folder / LUT)
    if figures:
        write_figures(run)
        write_report(run)
    run.write_manifest()


def sensing_record(sensing: IdealSensing, amplifier: Mapping[str, Any]) -> dict[str, Any]:
    """Return the averages of the sensing, for the manifest.

    Parameters
    ----------
    sensing : IdealSensing
    amplifier : mapping
        What is known of the real amplifier; empty: nothing.
    """
    record: dict[str, Any] = {"own_references": asdict(sensing.summary)}
    if sensing.summary_global is not None:
        record["global_references"] = asdict(sensing.summary_global)
    return record | {"amplifier": "real" if amplifier else "ideal"} | dict(amplifier)


def _provenance(
    design: Design, cards: ModelCards, ngspice: int, fingerprint: str
) -> dict[str, Any]:
    return {
        "process": process_of_run(design),
        "design_sha256": sha256(design.model_dump_json()),
        "deck_sha256": sha256(middle_deck(design, cards)),
        "cards_sha256": sha256(cards.render()),
        "fingerprint": fingerprint,
        "identity": run_identity(design, cards, ngspice).record(),
        "versions": versions(ngspice),
        "seed": design.monte_carlo.seed,
    }


def _statuses(
    nominal: Sequence[NominalLevel],
    monte_carlo: dict[str, int],
    access: Sequence[AccessResult],
) -> dict[str, dict[str, int]]:
    levels = Counter(str(level.status) for level in nominal)
    accesses = Counter(str(result.status) for result in access)
    return {
        "nominal": dict(sorted(levels.items())),
        "monte_carlo": monte_carlo,
        "access": dict(sorted(accesses.items())),
    }
