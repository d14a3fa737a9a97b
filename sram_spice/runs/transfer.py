"""Transfer curves of a design: cell, column and code, without mismatch."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pandas as pd

from sram_spice.amplifier.ideal import SumCoding, sense
from sram_spice.atomic import write_text
from sram_spice.column.access import access_table, waveform_table
from sram_spice.column.context import Context
from sram_spice.design import Design, with_values
from sram_spice.report.cell_figure import cell_transfer
from sram_spice.report.column_transfer_figure import column_transfer
from sram_spice.report.figure_file import FigureFile, save_figure
from sram_spice.report.run import Run
from sram_spice.report.style import figure_style
from sram_spice.report.transfer import transfer as code_transfer
from sram_spice.report.transfer_run import TransferRun
from sram_spice.results import identity as identities
from sram_spice.results.folder_record import TRANSFER
from sram_spice.results.identity import identity_of
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import process_of_run, versions
from sram_spice.results.ownership import owned
from sram_spice.results.tables import write_csv
from sram_spice.runs.characterize.levels import levels_table
from sram_spice.runs.characterize.nominal import run_nominal
from sram_spice.runs.characterize.run import checked_coding, run_tables
from sram_spice.runs.measure import Measured, measure_with
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.technology import process_warnings, technology_cards

MANIFEST = "transfer.json"
MEASUREMENTS = (
    "inverter_vtc",
    "hold_snm",
    "read_snm",
    "compute_snm",
    "cell_current",
    "column_transfer",
)


def transfer(
    design: Design, folder: Path, progress: Progress, workers: int | None = None
) -> TransferRun:
    """Draw the transfer curves of a design into a folder, with their tables.

    Parameters
    ----------
    design : Design
        Its mismatch is switched off: these are nominal curves.
    folder : Path
    progress : Progress
    workers : int, optional
        Simulator processes; default one per core.

    Returns
    -------
    TransferRun

    Raises
    ------
    InputError, SimulatorError
        As by :func:`characterize`.
    """
    start = time.monotonic()
    given = design
    design = with_values(design, {"mismatch.a_vt": 0.0})
    coding = checked_coding(design)
    for text in process_warnings(design):
        progress.note(text)
    with (
        folder_lock(folder),
        owned(folder, TRANSFER, given, progress.note),
        SimulatorPool(workers or available_cores()) as pool,
    ):
        context = Context(design, technology_cards(design), pool, progress)
        found = {one.name: one for one in measure_with(context, MEASUREMENTS)}
        run = _nominal_run(context, folder, coding)
        tables = {one.name: one.result.curves for one in found.values()}
        tables |= {"nominal_codes": run.code_probability, "nominal_levels": run.levels}
        for name, table in tables.items():
            write_csv(folder / f"{name}.csv", table)
        figures = _figures(folder, design, found, run)
        identity = identity_of(identities.TRANSFER, design, context.cards, pool.version)
        record = {
            "design": design.model_dump(mode="json"),
            "process": process_of_run(design),
            "versions": versions(pool.version),
            "identity": identity.record(),
            "wall_time_s": round(time.monotonic() - start, 3),
        }
        write_text(folder / MANIFEST, json.dumps(record, indent=2) + "\n")
        return TransferRun(folder, tuple(figures), tables)


def _nominal_run(context: Context, folder: Path, coding: SumCoding) -> Run:
    design = context.design
    nominal = run_nominal(design, context.cards, context.pool, context.progress)
    samples = pd.DataFrame(
        {
            **{name: pd.Series(dtype="int64") for name in ("n_plus", "n_minus", "index")},
            **{name: pd.Series(dtype="float64") for name in ("v_bl_v", "v_blb_v")},
            "status": pd.Series(dtype="str"),
        }
    )
    levels = levels_table(nominal, samples)
    sensing = sense(design, levels, samples, coding=coding)
    tables = run_tables(levels, samples, sensing, access_table([]), waveform_table([]))
    return Run(folder, design, tables, known_coding=coding)


def _figures(
    folder: Path, design: Design, found: dict[str, Measured], run: Run
) -> list[FigureFile]:
    curves = {name: one.result.curves for name, one in found.items()}
    margins = {
        name: float(found[name].result.summary["nominal"].iloc[0])
        for name in ("hold_snm", "read_snm", "compute_snm")
    }
    with figure_style():
        drawn = [
            ("cell_transfer", "Cell", cell_transfer(design, curves, margins)),
            ("column_transfer", "Column", column_transfer(design, curves["column_transfer"])),
            ("code_transfer", "Code against sum", code_transfer(run)),
        ]
        return [save_figure(figure, folder, name, title, "") for name, title, figure in drawn]
