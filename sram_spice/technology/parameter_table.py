"""A process's cards as a table: one line per parameter, a column per polarity."""

from __future__ import annotations

import csv
import math
from importlib.resources.abc import Traversable

from sram_spice.errors import InputError
from sram_spice.technology.card import VERSION, DeviceCard, Polarity, Value
from sram_spice.technology.version import version_text

COLUMNS = ["parameter", "nmos", "pmos"]


def read_parameter_table(path: Traversable) -> tuple[DeviceCard, DeviceCard]:
    """Read the two cards of a process from a CSV file ``parameter,nmos,pmos``.

    Parameters
    ----------
    path : Path or Traversable
        For example ``importlib.resources.files("my_process").joinpath("parameters.csv")``.

    Returns
    -------
    (DeviceCard, DeviceCard)
        NMOS and PMOS card, parameters in the table's order.

    Raises
    ------
    InputError
        It cannot be read, has other columns, a value that is no finite number (or no version), or
        a name twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(f"parameter table cannot be read: {error}", file=str(path)) from None
    rows = csv.DictReader(text.splitlines())
    if rows.fieldnames != COLUMNS:
        raise InputError(
            "not a table of parameters",
            file=str(path),
            value=rows.fieldnames,
            allowed=", ".join(COLUMNS),
        )
    found: dict[str, list[Value]] = {}
    for row in rows:
        name = row["parameter"]
        if name in found:
            raise InputError("parameter twice", file=str(path), key=f"line {rows.line_num}: {name}")
        found[name] = [_number(row[p], name, rows.line_num, path) for p in COLUMNS[1:]]
    polarities: tuple[Polarity, Polarity] = ("nmos", "pmos")
    nmos, pmos = (
        DeviceCard(polarity, tuple((name, pair[i]) for name, pair in found.items()))
        for i, polarity in enumerate(polarities)
    )
    return nmos, pmos


def _number(text: str | None, name: str, line: int, path: Traversable) -> Value:
    version = version_text(text or "") if name == VERSION else None
    if version is not None:
        return version
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(
            "not a number", file=str(path), key=f"line {line}: {name}", value=text or ""
        )
    return value
