"""Reading a histogram of sums, as a user's network produces it, from a CSV file."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sram_spice.errors import InputError
from sram_spice.untrusted import read_untrusted_text

_HEADER = ["sum", "count"]
_MAX_BYTES = 1_000_000


def read_histogram(path: str | Path, sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """Read how often each sum occurs.

    Parameters
    ----------
    path : str or Path
        CSV file with the header ``sum,count``: one row per sum, in any order; 2.0 is 2. Sums that
        are not listed have count 0; counts may be relative frequencies. Blank lines are skipped.
    sums : ndarray of int, shape (n,)
        The sums that the column can reach, ascending.

    Returns
    -------
    ndarray of float, shape (n,)
        The counts of `sums`, >= 0, with a finite total > 0.

    Raises
    ------
    InputError
        If the file cannot be read, or a header, sum or count is wrong; it names file and line.
    """
    name = str(path)
    try:
        text = read_untrusted_text(Path(path), _MAX_BYTES).removeprefix("\ufeff")
    except (OSError, ValueError) as error:
        raise InputError(f"the histogram cannot be read: {error}", file=name) from error
    reader = csv.reader(text.splitlines())
    header = [cell.strip() for cell in next(reader, [])]
    if header != _HEADER:
        raise InputError(
            "wrong header", file=name, key="line 1", value=",".join(header), allowed="sum,count"
        )
    counts: dict[int, float] = {}
    for cells in reader:
        if cells:
            total, count = _read_row(cells, sums, file=name, key=f"line {reader.line_num}")
            if total in counts:
                raise InputError(
                    "the sum is listed twice",
                    file=name,
                    key=f"line {reader.line_num}",
                    value=total,
                    allowed="one row per sum",
                )
            counts[total] = count
    if not 0.0 < sum(counts.values()) < math.inf:
        raise InputError(
            "the counts have no usable total",
            file=name,
            key="column count",
            value=sum(counts.values()),
            allowed="a finite total above 0",
        )
    return np.array([counts.get(int(total), 0.0) for total in sums])


def _read_row(
    cells: list[str], sums: NDArray[np.int64], *, file: str, key: str
) -> tuple[int, float]:
    if len(cells) != len(_HEADER):
        raise InputError(
            "wrong number of columns",
            file=file,
            key=key,
            value=",".join(cells),
            allowed="2 columns",
        )
    step = "every integer" if sums.size == 1 or sums[1] - sums[0] == 1 else "steps of 2"
    reachable = f"an integer that the column can reach: {sums[0]} .. {sums[-1]}, {step}"
    total = _whole(cells[0])
    if total is None or total not in sums:
        raise InputError(
            "not a sum of this column", file=file, key=key, value=cells[0], allowed=reachable
        )
    try:
        count = float(cells[1])
    except ValueError:
        count = math.nan
    if not 0.0 <= count < math.inf:
        raise InputError(
            "not a count", file=file, key=key, value=cells[1], allowed="a finite number >= 0"
        )
    return total, count


def _whole(text: str) -> int | None:
    """Return a whole number, also one that a table of floats has written (2.0); else None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() else None
