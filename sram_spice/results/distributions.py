"""Counted distributions of a run on the table engine, as data and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sram_spice.atomic import write_atomically
from sram_spice.errors import InputError
from sram_spice.mlsa import Sensing
from sram_spice.mlsa.voltage_counts import VoltageCounts

FILE = "distributions.parquet"
QUANTITIES = ("v_bl", "v_bl_minus_v_blb")
COLUMNS = ("n_plus", "n_minus", "differential", "bin", "count")


@dataclass(frozen=True, eq=False)
class Distributions:
    """How often each bit-line voltage occurred.

    Attributes
    ----------
    single_ended, differential : VoltageCounts
        Of V_BL, and of V_BL - V_BLB.
    """

    single_ended: VoltageCounts
    differential: VoltageCounts

    def add(self, v: NDArray[np.float64]) -> None:
        """Count columns of all levels.

        Parameters
        ----------
        v : ndarray, shape (levels, n, 2)
            V_BL and V_BLB, V; NaN where a column has no voltage.
        """
        self.single_ended.add(v[..., 0])
        self.differential.add(v[..., 0] - v[..., 1])

    def of(self, sensing: Sensing) -> VoltageCounts:
        """Return the counts of the sensed voltage."""
        return self.differential if sensing == "differential" else self.single_ended

    def write(self, folder: Path) -> None:
        """Write `distributions.parquet`: n_plus, n_minus, differential, bin, count.

        Bin b holds voltages from b to b + 1 times the width that stands in the file's metadata
        (``bin_width_v``); bins without a count are left out.
        """
        parts = []
        for differential, counts in enumerate((self.single_ended, self.differential)):
            level, bin_ = np.nonzero(counts.counts)
            parts.append(
                pa.table(
                    {
                        "n_plus": counts.n_plus[level].astype(np.int16),
                        "n_minus": counts.n_minus[level].astype(np.int16),
                        "differential": np.full(level.size, bool(differential)),
                        "bin": (bin_ + counts.lowest).astype(np.int32),
                        "count": counts.counts[level, bin_],
                    }
                )
            )
        table = pa.concat_tables(parts)
        width = repr(self.single_ended.step).encode()
        table = table.replace_schema_metadata({b"bin_width_v": width})
        write_atomically(folder / FILE, lambda path: pq.write_table(table, path))


def read_distributions(folder: Path, levels: pd.DataFrame, vdd: float) -> Distributions | None:
    """Read the distributions of a finished run; None where it has none.

    Parameters
    ----------
    folder : Path
    levels : DataFrame
        Its levels.csv: n_plus, n_minus.
    vdd : float
        V.

    Raises
    ------
    InputError
        The file is damaged or does not fit the levels.
    """
    path = folder / FILE
    if not path.exists():
        return None
    n_plus, n_minus = (levels[name].to_numpy(dtype=np.int64) for name in ("n_plus", "n_minus"))
    found = Distributions(
        VoltageCounts.empty(n_plus, n_minus, vdd, differential=False),
        VoltageCounts.empty(n_plus, n_minus, vdd, differential=True),
    )
    index = pd.MultiIndex.from_arrays([n_plus, n_minus])
    try:
        table = pq.read_table(path, columns=list(COLUMNS)).to_pandas()
        pairs = pd.MultiIndex.from_arrays([table["n_plus"], table["n_minus"]])
        position = index.get_indexer(pairs)
        if (position < 0).any():
            raise ValueError("a level that levels.csv does not have")
        for differential, counts in enumerate((found.single_ended, found.differential)):
            own = (table["differential"] == bool(differential)).to_numpy()
            bin_ = table["bin"].to_numpy()[own] - counts.lowest
            counts.counts[position[own], bin_] = table["count"].to_numpy()[own]
    except (OSError, ValueError, KeyError, IndexError, pa.ArrowException) as error:
        raise InputError(f"not the distributions of a run: {error}", file=str(path)) from None
    return found
