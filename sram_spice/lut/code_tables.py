"""P(code | level), ready for drawing and looking up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError
from sram_spice.lut.alias import AliasTables, alias_tables


@dataclass(frozen=True, eq=False)
class CodeTables:
    """Code probabilities of all levels with one kind of references.

    Attributes
    ----------
    probability : ndarray of float, shape (levels, codes)
        P(code | level).
    no_code : ndarray of float, shape (levels,)
        P(no valid solution | level).
    """

    probability: NDArray[np.float64]
    no_code: NDArray[np.float64]

    @classmethod
    def of_data(cls, data: xr.Dataset, name: str) -> CodeTables:
        """Take the probabilities of a data set at one point of its conditions."""
        return cls(data[name].to_numpy(), data[f"{name}_no_code"].to_numpy())

    def without_failures(self) -> CodeTables:
        """Return P(code | level, there is a code); as it is where there never is one."""
        total = self.probability.sum(axis=1, keepdims=True)
        share = np.divide(
            self.probability, total, out=np.zeros_like(self.probability), where=total > 0
        )
        return CodeTables(share, np.where(total[:, 0] > 0, 0.0, 1.0))

    @cached_property
    def alias(self) -> AliasTables:
        """Tables to draw codes with."""
        return alias_tables(self.probability, self.no_code)


def integers(values: ArrayLike, key: str) -> NDArray[Any]:
    """Return values as an array of integers, of their own type where they have one.

    Raises
    ------
    InputError
        Not whole numbers.
    """
    found = np.asarray(values)
    if found.dtype.kind in "iu":
        return found
    whole = (
        found.astype(np.int64) if found.dtype.kind in "fb" and np.isfinite(found).all() else None
    )
    if whole is None or not (whole == found).all():
        raise InputError("not whole numbers", key=key, value=str(found.dtype), allowed="integers")
    return whole
