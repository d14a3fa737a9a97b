"""The tables of a finished run, as data and as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from sram_spice.errors import InputError
from sram_spice.lut.atomic import write_atomically

CSV_DIGITS = "%.9g"  # nanovolts at 1 V; far below the solver's microvolt


@dataclass(frozen=True)
class RunTables:
    """All tables of a run; units stand in the column names.

    Attributes
    ----------
    levels : DataFrame
        One row per (n_plus, n_minus): nominal and Monte Carlo bit lines (V), counts.
    samples : DataFrame
        One row per Monte Carlo sample: n_plus, n_minus, index, v_bl_v, v_blb_v, status.
    references : DataFrame
        One row per reference: n_active (empty: global), index, threshold_sum, v_ref_v,
        error_probability, note.
    code_probability : DataFrame
        P(code | level) with each level's own references: n_plus, n_minus, sum, code, probability,
        method.
    code_probability_global : DataFrame
        The same with the global references; empty for cells whose rows are always active.
    access : DataFrame
        Settling time (s) and energy (J) of one access at a few levels.
    waveforms : DataFrame
        Their waveforms (s, V, A).
    """

    levels: pd.DataFrame
    samples: pd.DataFrame
    references: pd.DataFrame
    code_probability: pd.DataFrame
    code_probability_global: pd.DataFrame
    access: pd.DataFrame
    waveforms: pd.DataFrame

    def write(self, folder: Path) -> None:
        """Write every table into `folder`, each file whole or not at all."""
        for field in fields(self):
            path = folder / file_name(field.name)
            table: pd.DataFrame = getattr(self, field.name)
            write_atomically(path, _writer(path, table))

    @classmethod
    def read(cls, folder: Path) -> RunTables:
        """Read the tables of a finished run.

        Raises
        ------
        InputError
            A file is missing or is no table.
        """
        return cls(**{f.name: _read(folder / file_name(f.name)) for f in fields(cls)})


def file_name(table: str) -> str:
    """Return the file name of a table."""
    large = table in ("samples", "waveforms")
    return f"{table}.parquet" if large else f"{table}.csv"


def _writer(path: Path, table: pd.DataFrame) -> Callable[[Path], None]:
    if path.suffix == ".parquet":
        return lambda target: table.to_parquet(target, index=False)
    return lambda target: table.to_csv(
        target, index=False, float_format=CSV_DIGITS, lineterminator="\n"
    )


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, keep_default_na=True).astype(_integers(path))
    except FileNotFoundError:
        raise InputError(
            "no such file", file=str(path), allowed="the folder of a finished run"
        ) from None
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"not a table of a run: {error}", file=str(path)) from None


def _integers(path: Path) -> dict[str, str]:
    columns = {"references": "n_active", "code_probability": "code"}
    stem = path.stem.removesuffix("_global")
    return {columns[stem]: "Int64"} if stem in columns else {}
