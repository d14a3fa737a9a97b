"""What the figures and the page are made of: a design and what came out for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.design import Design
from sram_spice.mlsa import Quantizer
from sram_spice.mlsa.level_model import sensed_voltage
from sram_spice.results import RunTables

_VALID = ("ok", "flipped")


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """A design, its tables and its quantizer.

    Attributes
    ----------
    design : Design
    tables : RunTables
    quantizer : Quantizer
        Thresholds on sums, and the sum that each code stands for.
    """

    design: Design
    tables: RunTables
    quantizer: Quantizer

    @property
    def always_active(self) -> bool:
        """Whether every level has all rows active, so that a level is its sum."""
        levels = self.tables.levels
        return bool((levels["n_plus"] + levels["n_minus"] == self.design.column.rows).all())

    @property
    def differential(self) -> bool:
        """Whether BL is compared with BLB."""
        return self.design.mlsa.sensing == "differential"

    @property
    def sensed_name(self) -> str:
        """Name of the sensed voltage, for axes (mathtext)."""
        return "$V_{BL} - V_{BLB}$" if self.differential else "$V_{BL}$"

    def samples(self) -> pd.DataFrame:
        """Return all samples: n_plus, n_minus, n_active, sum, voltage (V, sensed), status.

        The voltage is NaN where a sample has no valid solution.
        """
        table = self.tables.samples
        return pd.DataFrame(
            {
                "n_plus": table["n_plus"],
                "n_minus": table["n_minus"],
                "n_active": table["n_plus"] + table["n_minus"],
                "sum": table["n_plus"] - table["n_minus"],
                "voltage": sensed_voltage(table, self.design.mlsa.sensing),
                "status": table["status"].astype(str),
            }
        )

    def levels(self) -> pd.DataFrame:
        """Return all levels, sorted by n_active and sum.

        Columns: n_plus, n_minus, n_active, sum; nominal, mean, std (V, of the sensed voltage);
        samples; lost, failed (samples, plus 1 where the nominal column itself is).
        """
        table = self.tables.levels
        status = table["nominal_status"].astype(str)
        found = pd.DataFrame(
            {
                "n_plus": table["n_plus"],
                "n_minus": table["n_minus"],
                "n_active": table["n_plus"] + table["n_minus"],
                "sum": table["sum"],
                "nominal": self._sensed("nominal"),
                "mean": self._sensed("mean"),
                "std": self._std(),
                "samples": table["samples"],
                "lost": table["flipped"] + (status == "flipped"),
                "failed": table["failed"] + ~status.isin(_VALID),
            }
        )
        return found.sort_values(["n_active", "sum"], ignore_index=True)

    def _sensed(self, which: str) -> NDArray[np.float64]:
        table = self.tables.levels
        voltage = table[f"v_bl_{which}_v"].to_numpy(dtype=np.float64)
        if self.differential:
            voltage = voltage - table[f"v_blb_{which}_v"].to_numpy(dtype=np.float64)
        return voltage

    def _std(self) -> NDArray[np.float64]:
        # BL and BLB share their transistors: the spread of a difference needs the samples.
        table = self.tables.levels
        if not self.differential:
            return table["v_bl_std_v"].to_numpy(dtype=np.float64)
        std = self.samples().groupby(["n_plus", "n_minus"])["voltage"].std()
        wanted = pd.MultiIndex.from_frame(table[["n_plus", "n_minus"]])
        return np.asarray(std.reindex(wanted), dtype=np.float64)


def spread_choice(values: NDArray[np.int64], wanted: NDArray[np.float64]) -> list[int]:
    """Return the values nearest to the wanted ones, each once, ascending."""
    if not values.size:
        return []
    return sorted({int(values[np.abs(values - one).argmin()]) for one in wanted})
