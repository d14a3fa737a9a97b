"""Where a level (sum, active rows) stands in the arrays of a lookup table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError
from sram_spice.lut.code_tables import integers
from sram_spice.wording import count
from sram_spice.workload.level_interpolation import interpolate_levels

_ENOUGH = 2  # valid samples for a standard deviation


@dataclass(frozen=True, eq=False)
class LevelIndex:
    """Dense index of the levels.

    Attributes
    ----------
    rows : int
    dense : ndarray of int32, shape (rows + 1, 2 rows + 1)
        Position of the level with n_active (first axis) and sum + rows (second); -1: no such level.
    n_plus, n_minus : ndarray of int
        The levels, as they stand in the arrays.
    """

    rows: int
    dense: NDArray[np.int32]
    n_plus: NDArray[np.int64]
    n_minus: NDArray[np.int64]

    @classmethod
    def of_data(cls, data: xr.Dataset, rows: int) -> LevelIndex:
        """Index the levels of a data set."""
        plus, minus = (data[n].to_numpy().astype(np.int64) for n in ("n_plus", "n_minus"))
        dense = np.full((rows + 1, 2 * rows + 1), -1, dtype=np.int32)
        dense[plus + minus, plus - minus + rows] = np.arange(plus.size)
        return cls(rows, dense, plus, minus)

    @property
    def always_active(self) -> bool:
        """Whether every level has all rows active."""
        return bool((self.dense[:-1] < 0).all())

    def of(self, sums: ArrayLike, n_active: ArrayLike | None) -> NDArray[np.int32]:
        """Position of each level, in the shape that `sums` and `n_active` broadcast to.

        Raises
        ------
        InputError
            A level that this table does not have, or no `n_active` where it is needed.
        """
        active = self._active(n_active)
        sums = integers(sums, "sums")
        if not sums.size or not active.size:
            return np.empty(np.broadcast_shapes(sums.shape, active.shape), dtype=np.int32)
        width = 2 * self.rows + 1
        if not (_within(active, 0, self.rows) and _within(sums, -self.rows, self.rows)):
            raise self._first_unknown(sums, active)
        column = sums.astype(np.int64) + self.rows
        place = self.dense.take(active.astype(np.int64) * width + column)
        if place.min() < 0:
            raise self._first_unknown(sums, active)
        return np.asarray(place, dtype=np.int32)

    def _first_unknown(self, sums: NDArray[Any], active: NDArray[np.int64]) -> InputError:
        sums, active = np.broadcast_arrays(sums.astype(np.int64), active.astype(np.int64))
        inside = (active >= 0) & (active <= self.rows) & (abs(sums) <= self.rows)
        column = np.where(inside, sums + np.int64(self.rows), 0)
        known = inside & (self.dense[np.where(inside, active, 0), column] >= 0)
        where = int(known.argmin())
        return self.unknown(int(sums.flat[where]), active, where)

    def fast(
        self, sums: NDArray[Any], n_active: ArrayLike | None
    ) -> tuple[NDArray[Any], int, NDArray[np.int32]]:
        """Return flat values, an offset and a row, so that ``row[value + offset]`` is the level.

        With one n_active for all, the values are the sums themselves and unknown ones are left to
        the caller to find; else they are positions.
        """
        active = self._active(n_active)
        if active.ndim == 0 and 0 <= active <= self.rows:
            return np.ascontiguousarray(sums).ravel(), self.rows, self.dense[int(active)]
        every = np.arange(self.n_plus.size, dtype=np.int32)
        return self.of(sums, n_active).ravel(), 0, every

    def unknown(self, value: int | str, n_active: ArrayLike | None, where: int) -> InputError:
        """Return the error about a sum that the column cannot have."""
        active = self._active(n_active)
        own = int(active.flat[where % active.size]) if active.size else self.rows
        allowed = f"-{own} .. {own} in steps of 2 with {count(own, 'active row')}"
        if not 0 <= own <= self.rows:
            value, allowed = f"n_active = {own}", f"0 .. {count(self.rows, 'active row')}"
        return InputError(
            "a sum that this column cannot have", key="sums", value=value, allowed=allowed
        )

    def _active(self, n_active: ArrayLike | None) -> NDArray[np.int64]:
        if n_active is None:
            if not self.always_active:
                raise InputError(
                    "needed, because rows of this column may be inactive",
                    key="n_active",
                    allowed=f"0 .. {self.rows}, a number or an array like the sums",
                )
            return np.asarray(self.rows)
        return integers(n_active, "n_active")


def _within(values: NDArray[Any], low: int, high: int) -> bool:
    return bool(low <= values.min() and values.max() <= high)


def sensed_voltage(
    levels: LevelIndex, data: xr.Dataset
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation of the sensed voltage at all levels, V.

    As :meth:`Lut.voltage` says; interpolated means stay within the supply.
    """
    nominal, mean, spread = _measured(data)
    every = np.stack([levels.n_plus, levels.n_minus], axis=1)
    solved = np.isfinite(nominal)
    filled = interpolate_levels(every[solved], nominal[solved, None], every)[:, 0]
    nominal = np.where(solved, nominal, filled)
    valid = data["samples"].to_numpy() - data["failed"].to_numpy()
    known = (valid >= _ENOUGH) & np.isfinite(mean) & np.isfinite(spread)
    if not known.any():
        return nominal, np.zeros_like(nominal)
    change = np.stack([mean - nominal, spread], axis=1)
    change = np.where(
        known[:, None], change, interpolate_levels(every[known], change[known], every)
    )
    high = float(data.attrs["vdd"])
    low = -high if data.attrs["sensing"] == "differential" else 0.0
    return np.clip(nominal + change[:, 0], low, high), change[:, 1]


def _measured(data: xr.Dataset) -> tuple[NDArray[np.float64], ...]:
    names = ("v_{}_nominal", "v_{}_mean", "v_{}_std")
    bl = tuple(data[name.format("bl")].to_numpy().astype(float) for name in names)
    if data.attrs["sensing"] != "differential":
        return bl
    blb = tuple(data[name.format("blb")].to_numpy().astype(float) for name in names)
    if not (data["samples"].to_numpy() > 0).any():
        return bl[0] - blb[0], bl[1] - blb[1], bl[2]
    if not data.sizes.get("sample"):
        raise InputError(
            "the spread of V_BL - V_BLB is not known without samples",
            key="v_bl_sample",
            allowed="a table with its samples, or single_ended sensing",
        )
    difference = data["v_bl_sample"] - data["v_blb_sample"]
    return bl[0] - blb[0], bl[1] - blb[1], difference.std("sample", ddof=1).to_numpy()
