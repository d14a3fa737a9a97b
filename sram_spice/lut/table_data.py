"""What a lookup table is of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sram_spice.errors import InputError
from sram_spice.lut.amplifier import Amplifier, amplifier_of
from sram_spice.lut.schema import CONDITIONS


class SeveralConditionsError(InputError):
    """One condition is needed, and the table has those of a sweep."""


@dataclass(frozen=True, eq=False)
class TableData:
    """A lookup table's data, and what can be read off it.

    Attributes
    ----------
    data : xarray.Dataset
        As docs/lookup_table.md describes it.
    """

    data: xr.Dataset

    @property
    def rows(self) -> int:
        """Rows of the column."""
        return int(self.data.attrs["rows"])

    @property
    def codes(self) -> int:
        """Codes of the MLSA; they are 0 .. codes - 1."""
        return int(self.data.sizes["code"])

    @property
    def always_active(self) -> bool:
        """Whether every row is always active (8T), so that a level is its sum."""
        return bool((self.data["n_plus"] + self.data["n_minus"] == self.rows).all())

    @property
    def sensing(self) -> str:
        """What is compared: V_BL (single_ended), or V_BL - V_BLB (differential)."""
        return str(self.data.attrs["sensing"])

    @property
    def design(self) -> dict[str, Any]:
        """The design as run, section by section; empty for an ideal table."""
        found: dict[str, Any] = json.loads(self.data.attrs.get("design", "{}"))
        return found

    @property
    def name(self) -> str:
        """Name of the design; of a table without one its cell."""
        return str(self.design.get("name", self.data.attrs["topology"]))

    @property
    def amplifier(self) -> Amplifier:
        """Whose codes the table gives: of the design's own amplifier, or of an ideal one."""
        return amplifier_of(self.data)

    @property
    def thresholds(self) -> NDArray[np.float64]:
        """Thresholds on the sum, shape (codes - 1,), ascending."""
        return np.asarray(self.data["threshold_sum"], dtype=np.float64)

    @property
    def centroids(self) -> NDArray[np.float64]:
        """Sum that each code stands for, shape (codes,)."""
        return np.asarray(self.data["centroid"], dtype=np.float64)

    @property
    def conditions(self) -> dict[str, NDArray[Any]]:
        """Swept conditions that are still open, with their characterized values."""
        keys = json.loads(self.data.attrs.get(CONDITIONS, "[]"))
        names = [str(key).rpartition(".")[2] for key in keys]
        return {name: self.data[name].to_numpy() for name in names}

    def check_one_point(self) -> None:
        """Raise an InputError while swept conditions are open."""
        if self.conditions:
            raise SeveralConditionsError(
                "the table holds several conditions; choose with lut.sel or lut.interp",
                key=", ".join(self.conditions),
            )
