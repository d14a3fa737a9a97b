"""What Monte Carlo gives a run, whichever engine solved the columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sram_spice.atomic import write_atomically
from sram_spice.column.levels import NominalLevel
from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.results.distributions import Distributions
from sram_spice.results.tables import file_name, shown_samples
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Progress
from sram_spice.technology import ModelCards
from sram_spice.wording import count

if TYPE_CHECKING:
    from sram_spice.runs.characterize.table_engine import TableRun


@dataclass(frozen=True, eq=False)
class MonteCarloResult:
    """Levels with their statistics, and samples.

    Attributes
    ----------
    levels, samples : DataFrame
        As in a run's tables.
    statuses : dict of str to int
        All samples by status.
    samples_complete : bool
        `samples` are all; otherwise samples.parquet is written already.
    distributions : Distributions or None
        Engine table: counts of all samples.
    certificate : dict or None
        Engine table: as the manifest holds it.
    notes : tuple of str
        What a reader of the samples has to know.
    """

    levels: pd.DataFrame
    samples: pd.DataFrame
    statuses: dict[str, int]
    samples_complete: bool = True
    distributions: Distributions | None = None
    certificate: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()


def table_monte_carlo(
    design: Design,
    cards: ModelCards,
    nominal: Sequence[NominalLevel],
    pool: SimulatorPool,
    folder: Path,
    progress: Progress,
) -> MonteCarloResult:
    """Run the table engine; samples.parquet and distributions.parquet are written to `folder`.

    Raises
    ------
    InputError
        Numba is not installed, or the table model cannot solve this design.
    """
    try:
        from sram_spice.runs.characterize.table_engine import run_tables_engine
    except ModuleNotFoundError as error:
        if error.name != "numba":
            raise
        raise InputError(
            "engine table needs numba",
            key="monte_carlo.engine",
            value="table",
            allowed="spice, or pip install numba",
        ) from None
    found = run_tables_engine(design, cards, nominal, pool, progress)
    found.distributions.write(folder)
    _write_samples(folder / file_name("samples"), found)
    kept, wanted = found.code.shape[1], design.monte_carlo.samples
    notes: tuple[str, ...] = ()
    if kept < wanted:
        notes = (
            f"samples.parquet holds the first {kept:,} of {wanted:,} samples of each level; "
            "levels, references and codes are of all of them (distributions.parquet)",
        )
    if ended := int((found.levels["samples"] < wanted).sum()):
        notes += (
            f"{count(ended, 'level', 'levels')} lose data so often that not all {wanted:,} columns "
            "were solved there (levels.csv: samples, flipped)",
        )
    shown = min(kept, shown_samples(len(nominal)))
    return MonteCarloResult(
        found.levels,
        samples_frame(found, shown),
        found.statuses,
        samples_complete=False,
        distributions=found.distributions,
        certificate=found.certificate.record(),
        notes=notes,
    )


def samples_frame(found: TableRun, count: int) -> pd.DataFrame:
    """Return the first samples of each level: n_plus, n_minus, index, v_bl_v, v_blb_v, status."""
    from sram_spice.table_model import STATUSES, UNASKED

    rows = found.levels
    names = np.array([*map(str, STATUSES), ""])
    frame = pd.DataFrame(
        {
            "n_plus": np.repeat(rows["n_plus"].to_numpy(), count),
            "n_minus": np.repeat(rows["n_minus"].to_numpy(), count),
            "index": np.tile(np.arange(count), len(rows)),
            "v_bl_v": found.v[:, :count, 0].ravel(),
            "v_blb_v": found.v[:, :count, 1].ravel(),
            "status": names[found.code[:, :count].ravel()],
        }
    )
    asked = found.code[:, :count].ravel() != UNASKED
    solved: pd.DataFrame = frame[asked].reset_index(drop=True)
    return solved.astype({"status": "str"})


def _write_samples(path: Path, found: TableRun) -> None:
    """Write all kept samples, a few levels at a time: there may be 25 million."""
    from sram_spice.table_model import STATUSES, UNASKED

    kept = found.code.shape[1]
    step = max(1, 2**20 // kept)
    names = pa.array([*map(str, STATUSES)])
    pairs = found.levels[["n_plus", "n_minus"]].to_numpy()

    def write(target: Path) -> None:
        schema = pa.schema(
            [
                ("n_plus", pa.int64()),
                ("n_minus", pa.int64()),
                ("index", pa.int64()),
                ("v_bl_v", pa.float64()),
                ("v_blb_v", pa.float64()),
                ("status", pa.dictionary(pa.int8(), pa.string())),
            ]
        )
        plain = {"use_dictionary": ["n_plus", "n_minus", "status"], "compression": "snappy"}
        with pq.ParquetWriter(target, schema, **plain) as writer:
            for start in range(0, len(pairs), step):
                some = slice(start, start + step)
                code = found.code[some].ravel().astype(np.int8)
                asked = code != UNASKED
                columns = [
                    np.repeat(pairs[some, 0], kept)[asked],
                    np.repeat(pairs[some, 1], kept)[asked],
                    np.tile(np.arange(kept), len(pairs[some]))[asked],
                    found.v[some, :, 0].ravel()[asked],
                    found.v[some, :, 1].ravel()[asked],
                    pa.DictionaryArray.from_arrays(pa.array(code[asked]), names),
                ]
                writer.write_table(pa.table(columns, schema=schema))

    write_atomically(path, write)
