"""P(code | level), ready for drawing and looking up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError
from sram_spice.lut.alias import AliasTables, alias_tables

_LARGEST = np.iinfo(np.int64).max


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
    """Return values as an array of integers of this machine, of their own type where they have one.

    Floats that are whole are integers, too; so are arrays of another byte order, read-only ones,
    and those that are not contiguous.

    Raises
    ------
    InputError
        Not whole numbers, or masked ones, or beyond 64 bits.
    """
    found = np.asarray(values)
    kind = "masked" if np.ma.is_masked(values) else found.dtype.kind
    if kind in "iu" and not (found.dtype == np.uint64 and (found > _LARGEST).any()):
        return found.astype(found.dtype.newbyteorder("="), copy=False)
    whole = kind == "b"
    if kind == "f":
        wide = found.astype(np.float64)
        whole = bool(((abs(wide) < 2.0**63) & (wide == np.trunc(wide))).all())
    elif kind == "O":  # as pandas gives numbers that may be missing
        whole = all(isinstance(one, Integral) and abs(int(one)) <= _LARGEST for one in found.flat)
    if not whole:
        raise InputError("not whole numbers", key=key, value=str(found.dtype), allowed="integers")
    return found.astype(np.int64)
