"""The sensed voltage of every level as counts on a common grid, of any number of samples."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

STEPS = 20_000  # of the grid over VDD: references lie on it, so that codes are counted exactly
BEYOND = 0.5  # part of VDD beyond the rails that is on the grid; no valid solution is outside it


@dataclass(frozen=True, eq=False)
class VoltageCounts:
    """Counts of a voltage, by level.

    Attributes
    ----------
    n_plus, n_minus : ndarray of int, shape (levels,)
    step : float
        Width of a bin, V: VDD / 20,000.
    lowest : int
        Bin b of the grid holds voltages from (lowest + b) step up to the next bin.
    counts : ndarray of int, shape (levels, bins)
    """

    n_plus: NDArray[np.int64]
    n_minus: NDArray[np.int64]
    step: float
    lowest: int
    counts: NDArray[np.int32]
    _totals: dict[int, NDArray[np.int64]] = field(default_factory=dict, repr=False)

    @classmethod
    def empty(
        cls,
        n_plus: NDArray[np.int64],
        n_minus: NDArray[np.int64],
        vdd: float,
        differential: bool,
    ) -> VoltageCounts:
        """Return counts of nothing.

        Parameters
        ----------
        n_plus, n_minus : ndarray of int, shape (levels,)
        vdd : float
            V.
        differential : bool
            For V_BL - V_BLB, which falls below 0.
        """
        low = -(1 + BEYOND) if differential else -BEYOND
        lowest, highest = round(low * STEPS), round((1 + BEYOND) * STEPS)
        counts = np.zeros((n_plus.size, highest - lowest), dtype=np.int32)  # pages come when used
        return cls(n_plus, n_minus, vdd / STEPS, lowest, counts)

    def add(self, voltage: NDArray[np.float64]) -> None:
        """Count voltages of all levels.

        Parameters
        ----------
        voltage : ndarray, shape (levels, n)
            V; what is not finite is not counted.

        Raises
        ------
        ValueError
            One is beyond the grid.
        """
        level, sample = np.nonzero(np.isfinite(voltage))
        self.add_at(level, voltage[level, sample])

    def add_at(self, level: NDArray[np.intp], voltage: NDArray[np.float64]) -> None:
        """Count voltages, each of its own level.

        Parameters
        ----------
        level : ndarray of int, shape (n,)
            Position of the level of each.
        voltage : ndarray, shape (n,)
            V; what is not finite is not counted.

        Raises
        ------
        ValueError
            One is beyond the grid.
        """
        known = np.isfinite(voltage)
        level, voltage = level[known], voltage[known]
        bins = np.floor(voltage / self.step).astype(np.int64) - self.lowest
        size = self.counts.shape[1]
        if bins.size and not (bins.min() >= 0 and bins.max() < size):
            lowest, highest = voltage.min(), voltage.max()
            raise ValueError(f"a voltage is beyond the grid: {lowest} ... {highest} V")
        one = self.counts.dtype.type(1)  # of its own type: a Python 1 is 20 times slower
        np.add.at(self.counts.reshape(-1), level * size + bins, one)
        self._totals.clear()

    @property
    def number(self) -> NDArray[np.int64]:
        """How many voltages each level has, shape (levels,)."""
        return np.asarray(self.counts.sum(axis=1, dtype=np.int64))

    def below(self, level: int) -> NDArray[np.int64]:
        """Return how many voltages of a level lie below each edge, shape (bins + 1,)."""
        if level not in self._totals:
            self._totals.clear()  # one level at a time: all of them would take gigabytes
            total = np.concatenate([[0], np.cumsum(self.counts[level], dtype=np.int64)])
            self._totals[level] = total
        return self._totals[level]

    def moments(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return number, mean (V) and standard deviation (ddof = 1, V) of each level.

        NaN where there are too few voltages.
        """
        number = np.zeros(len(self.counts))
        mean, std = np.full((2, len(self.counts)), np.nan)
        for level, counts in enumerate(self.counts):
            used = np.flatnonzero(counts)
            n = counts[used].astype(np.float64)
            number[level] = n.sum()
            if number[level]:
                middle = (used + self.lowest + 0.5) * self.step
                mean[level] = n @ middle / number[level]
            if number[level] > 1:
                std[level] = np.sqrt(n @ (middle - mean[level]) ** 2 / (number[level] - 1))
        return number, mean, std

    def edge(self, voltage: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the edge of the grid next to each voltage (V), as a position in :meth:`below`."""
        edges = np.rint(voltage / self.step).astype(np.int64) - self.lowest
        return np.clip(edges, 0, self.counts.shape[1])

    def voltage(self, edge: NDArray[np.int64] | int) -> NDArray[np.float64]:
        """Return the voltage of edges, V, with no more digits than the grid has."""
        return np.asarray(np.round((np.asarray(edge) + self.lowest) * self.step, 12))
