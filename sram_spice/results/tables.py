"""The tables of a finished run, as data and as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sram_spice.atomic import write_atomically
from sram_spice.errors import InputError

CSV_DIGITS = "%.9g"  # nanovolts at 1 V; far below the solver's microvolt

# Of an access with the MLSA: where its energy and its time go.
ENERGY_PARTS = {
    "bit_line": "column, word line and pre-charger until the pre-charge",
    "pre_charge": "the same in the pre-charge",
    "amplifiers": "sense amplifiers and their enable",
    "references": "reference generator",
}
LATENCY_PARTS = {
    "read": "from the word line to the code",
    "recovery": "pre-charge until both bit lines are back",
    "settling": "allotted to the bit line, in read",
    "sensing": "allotted to the decisions, in read",
    "settled": "measured of the bit line",
    "decision": "measured of the slowest decision",
}

_LEVEL = {"n_plus": "int64", "n_minus": "int64"}
_CODES = {**_LEVEL, "sum": "int64", "code": "Int64", "probability": "float64", "method": ""}
# Columns that a table has at least, and their types when it is read ("": as it comes).
_COLUMNS: dict[str, dict[str, str]] = {
    "levels": {
        **_LEVEL,
        "sum": "int64",
        **dict.fromkeys(("v_bl_nominal_v", "v_blb_nominal_v"), "float64"),
        **dict.fromkeys(("v_bl_mean_v", "v_bl_std_v"), "float64"),
        **dict.fromkeys(("v_blb_mean_v", "v_blb_std_v"), "float64"),
        **dict.fromkeys(("samples", "failed", "flipped"), "int64"),
        "nominal_status": "",
    },
    "samples": {
        **_LEVEL,
        "index": "int64",
        "v_bl_v": "float64",
        "v_blb_v": "float64",
        "status": "",
    },
    "references": {
        "n_active": "Int64",
        "index": "int64",
        **dict.fromkeys(("threshold_sum", "v_ref_v", "error_probability"), "float64"),
        "note": "",
    },
    "code_probability": _CODES,
    "code_probability_global": _CODES,
    "access": {
        **_LEVEL,
        "sum": "int64",
        **dict.fromkeys(("settling_time_bl_s", "settling_time_blb_s"), "float64"),
        **dict.fromkeys(("energy_supply_j", "energy_drivers_j", "energy_j"), "float64"),
        **dict.fromkeys(("recovered", "status"), ""),
    },
    "waveforms": {
        **_LEVEL,
        **dict.fromkeys(("time_s", "v_bl_v", "v_blb_v", "v_wl_v"), "float64"),
        **dict.fromkeys(("i_vdd_a", "i_wl_a"), "float64"),
    },
}
# The same of tables that not every run has.
_OPTIONAL_COLUMNS: dict[str, dict[str, str]] = {
    "threshold_errors_mlsa": {
        "n_active": "Int64",
        "index": "int64",
        **dict.fromkeys(("shift_v", "noise_v"), "float64"),
        **dict.fromkeys(("common_mode_weight", "common_mode_level_v"), "float64"),
    },
    "access_mlsa": {
        "mode": "",
        **_LEVEL,
        "sum": "int64",
        **{f"energy_{part}_j": "float64" for part in ENERGY_PARTS},
        "energy_j": "float64",
        **{f"latency_{part}_s": "float64" for part in LATENCY_PARTS},
        "latency_s": "float64",
    },
    "assumptions": {
        **dict.fromkeys(("assumption", "assumed", "change"), "str"),
        "sigma_factor": "float64",
        **_LEVEL,
        "sum": "int64",
        **dict.fromkeys(("v_bl_shift_v", "v_blb_shift_v"), "float64"),
        **dict.fromkeys(("code_error", "code_error_change"), "float64"),
    },
}


SHOWN_ROWS = 1_000_000  # samples that figures and lut.nc are made of, at most


# In every run; the codes of the sense amplifier at transistor level only where a design has one.
TABLES = tuple(_COLUMNS)
OWN_CODES = ("code_probability_mlsa", "code_probability_mlsa_global")
THRESHOLD_ERRORS, MLSA_ACCESS, ASSUMPTIONS = _OPTIONAL_COLUMNS
AMPLIFIER = (*OWN_CODES, THRESHOLD_ERRORS, MLSA_ACCESS)
OPTIONAL = (*AMPLIFIER, ASSUMPTIONS)  # the last neither in runs of before nor in points of a sweep


class StoredTables(Mapping[str, pd.DataFrame]):
    """The tables of a finished run by name, each read when it is first asked for.

    `levels` has one row per (n_plus, n_minus): nominal and Monte Carlo bit lines (V), counts;
    `samples` one per Monte Carlo sample (of millions the first of each level); `references` one per
    reference (n_active empty: global); `code_probability` P(code | level) with each level's own
    references, `code_probability_global` with the global ones (empty for cells whose rows are
    always active); `access` settling (s) and energy (J) of one access at a few levels, `waveforms`
    its waveforms (s, V, A: bit lines, other nodes that are sensed, word line and the sources of the
    read-out). `code_probability_mlsa` and `code_probability_mlsa_global`, with the sense amplifier
    at transistor level, are there where a run has them; so are `threshold_errors_mlsa`, how the
    thresholds of that amplifier vary (V, V^2), `access_mlsa`, energy (J) and latency (s) of whole
    accesses with it, and `assumptions`, by how far V_BL (V) and the share of wrong codes move when
    what is assumed is a little different.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    InputError
        On access: a file is missing or is no table.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table."""
        if name not in self._known:
            if name not in TABLES and name not in OPTIONAL:
                raise KeyError(name)
            path = self._folder / file_name(name)
            if name in OPTIONAL and not path.exists():
                raise KeyError(name)
            limit = _sample_limit(path, len(self["levels"])) if name == "samples" else None
            self._known[name] = _read(path, [("index", "<", limit)] if limit else None)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the tables that are there."""
        yield from TABLES
        yield from (one for one in OPTIONAL if (self._folder / file_name(one)).exists())

    def __len__(self) -> int:
        """Return how many there are."""
        return len(list(iter(self)))


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame], samples: bool = True) -> None:
    """Write the tables of a run into `folder`, each file whole or not at all.

    Without `samples`, samples.parquet stays as it is: a run on the table engine has millions of
    them, and those in `tables` are the first of each level only.
    """
    for name in TABLES:
        if name != "samples" or samples:
            _write(folder / file_name(name), tables[name])
    if ASSUMPTIONS in tables:
        _write(folder / file_name(ASSUMPTIONS), tables[ASSUMPTIONS])


def as_written(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose numbers are those its CSV will have, so that both lead to the same."""
    names = table.select_dtypes("float64").columns
    return table.assign(**{str(n): [float(CSV_DIGITS % x) for x in table[n]] for n in names})


def file_name(table: str) -> str:
    """Return the file name of a table."""
    large = table in ("samples", "waveforms")
    return f"{table}.parquet" if large else f"{table}.csv"


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, whole or not at all, with the digits of all tables of a run."""
    write_atomically(
        path,
        lambda target: table.to_csv(
            target, index=False, float_format=CSV_DIGITS, lineterminator="\n"
        ),
    )


def _write(path: Path, table: pd.DataFrame) -> None:
    if path.suffix == ".parquet":
        write_atomically(path, lambda target: table.to_parquet(target, index=False))
    else:
        write_csv(path, table)


def shown_samples(levels: int) -> int:
    """Return how many samples of each level are held in memory, at most."""
    return max(SHOWN_ROWS // max(levels, 1), 2)


def _sample_limit(path: Path, levels: int) -> int | None:
    try:
        rows = pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowException):
        return None  # reading it says what is wrong
    return shown_samples(levels) if rows > SHOWN_ROWS else None


def _read(path: Path, filters: list[tuple[str, str, int]] | None = None) -> pd.DataFrame:
    columns = (_COLUMNS | _OPTIONAL_COLUMNS).get(path.stem, _CODES)
    try:
        if path.suffix == ".parquet":
            table = pd.read_parquet(path, filters=filters)
        else:
            table = pd.read_csv(path)
        missing = [name for name in columns if name not in table]
        if missing:
            raise InputError(
                "columns are missing",
                file=str(path),
                key=", ".join(missing),
                allowed="a run's table",
            )
        whole = {name: "Int64" for name, kind in columns.items() if kind == "int64"}
        types = {name: kind for name, kind in columns.items() if kind}
        return table.astype(whole).astype(types)  # "int64" alone would cut 0.5 down to 0
    except FileNotFoundError:
        raise InputError(
            "no such file", file=str(path), allowed="the folder of a finished run"
        ) from None
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"not a table of a run: {error}", file=str(path)) from None
