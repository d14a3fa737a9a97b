"""The simulator as judge: columns of a run solved on full SPICE with the same mismatch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sram_spice.column.levels import NominalLevel
from sram_spice.design import Design
from sram_spice.simulation import SimulatorPool, Status
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.progress import Progress
from sram_spice.table_model.spice_columns import SpiceColumns, spice_columns
from sram_spice.table_model.status import STATUSES
from sram_spice.technology import ModelCards

VOLTAGE_BOUND = 0.5e-3  # V, largest difference of one column at rest
MOVING_BOUND = 2e-3  # V, of one that is sampled while it moves
SIGMA_BOUND = 0.02  # relative difference of sigma
SIGMA_FLOOR = (
    20e-6  # V; a smaller difference of sigma is no matter: a bit line at the rail has none
)
FLIP_BOUND = 0.02  # part of the columns that may have another status, one in any case
DEVIATIONS = 1.96  # of an interval that holds 95 %
ENOUGH = 3  # columns from which a sigma is compared


@dataclass(frozen=True)
class LevelCertificate:
    """One level: tables against full SPICE, column by column.

    Attributes
    ----------
    n_plus, n_minus : int
    columns : int
        Columns solved on both.
    compared : int
        Of these, valid on both; voltages are compared for them.
    lost_table, lost_spice : int
        Columns in which a cell loses its data.
    disagreements : int
        Columns whose status differs.
    largest, rms : float
        Difference of V_BL and V_BLB, V; 0 where nothing was compared.
    mean, mean_interval : float
        Mean difference, table less SPICE, of the bit line where it is larger, and half the width
        of its 95 % interval, V.
    sigma, sigma_interval : float
        Relative difference of sigma, of the bit line where it is larger in volts, and half the
        width of its 95 % interval.
    sigma_volts : float
        The same difference, V.
    bound : float
        Largest difference that is accepted, V.
    """

    n_plus: int
    n_minus: int
    columns: int
    compared: int
    lost_table: int
    lost_spice: int
    disagreements: int
    largest: float
    rms: float
    mean: float
    mean_interval: float
    sigma: float
    sigma_interval: float
    sigma_volts: float
    bound: float = VOLTAGE_BOUND

    @property
    def ok(self) -> bool:
        """Tell whether the voltages are within the bounds.

        A sigma counts as different when its interval leaves the bound.
        """
        known = np.isfinite(self.sigma_interval)
        apart = known and abs(self.sigma) - self.sigma_interval > SIGMA_BOUND
        alike = not apart or abs(self.sigma_volts) <= SIGMA_FLOOR
        return alike and self.largest <= self.bound


@dataclass(frozen=True)
class Certificate:
    """What the simulator says of a table run.

    Attributes
    ----------
    levels : tuple of LevelCertificate
    sigma_bound : float
        Largest relative difference of a sigma.
    flip_bound : float
        Largest part of columns with another status.
    """

    levels: tuple[LevelCertificate, ...]
    sigma_bound: float = SIGMA_BOUND
    flip_bound: float = FLIP_BOUND

    @property
    def ok(self) -> bool:
        """Tell whether every level is within the bounds, and enough columns have the same status.

        Near a trip they need not: there ngspice's own operating point and transient contradict.
        """
        allowed = max(1.0, self.flip_bound * self.columns)
        return all(level.ok for level in self.levels) and self.disagreements <= allowed

    @property
    def disagreements(self) -> int:
        """Number of columns whose status differs."""
        return sum(level.disagreements for level in self.levels)

    def record(self) -> dict[str, Any]:
        """Return it as what a manifest holds: units in the names."""
        return {
            "ok": self.ok,
            "columns": self.columns,
            "disagreements": self.disagreements,
            "largest_v": self.largest,
            "sigma_bound": self.sigma_bound,
            "flip_bound": self.flip_bound,
            "levels": [
                {
                    "n_plus": level.n_plus,
                    "n_minus": level.n_minus,
                    "columns": level.columns,
                    "compared": level.compared,
                    "lost_table": level.lost_table,
                    "lost_spice": level.lost_spice,
                    "disagreements": level.disagreements,
                    "largest_v": level.largest,
                    "rms_v": level.rms,
                    "bound_v": level.bound,
                    "mean_v": level.mean,
                    "mean_interval_v": level.mean_interval,
                    "sigma_relative": level.sigma,
                    "sigma_interval": level.sigma_interval,
                    "ok": level.ok,
                }
                for level in self.levels
            ],
        }

    @property
    def columns(self) -> int:
        """Number of columns solved on both."""
        return sum(level.columns for level in self.levels)

    @property
    def largest(self) -> float:
        """Largest difference of any column, V."""
        return max((level.largest for level in self.levels), default=0.0)


@dataclass(frozen=True)
class SolvedLevel:
    """Columns of a level that the tables have solved.

    Attributes
    ----------
    nominal : NominalLevel
    v : ndarray, shape (n, 2)
        V_BL and V_BLB of samples 0, 1, ... of the design's seed, V.
    code : ndarray of uint8, shape (n,)
        Position of each status in STATUSES.
    bound : float
        Largest difference that is accepted, V.
    """

    nominal: NominalLevel
    v: FloatArray
    code: NDArray[np.uint8]
    bound: float = VOLTAGE_BOUND


def certify(
    design: Design,
    cards: ModelCards,
    solved: Sequence[SolvedLevel],
    pool: SimulatorPool,
    progress: Progress | None = None,
) -> Certificate:
    """Solve the columns of some levels on full SPICE, too, and compare.

    Parameters
    ----------
    design : Design
    cards : ModelCards
    solved : sequence of SolvedLevel
        All with the same number of columns.
    pool : SimulatorPool
    progress : Progress, optional
    """
    columns = max((len(level.code) for level in solved), default=0)
    nominal = [level.nominal for level in solved]
    spice = spice_columns(design, cards, nominal, columns, pool, progress)
    return Certificate(tuple(compare(*pair) for pair in zip(solved, spice, strict=True)))


def compare(level: SolvedLevel, spice: SpiceColumns) -> LevelCertificate:
    """Compare the columns of a level, one by one, with the simulator's."""
    nominal = level.nominal
    pairs = list(zip((STATUSES[code] for code in level.code), spice.status, strict=True))
    both = np.array([a is b is Status.OK for a, b in pairs], dtype=bool)
    table = level.v[both]
    difference = table - spice.v[both]
    n = int(both.sum())
    mean = _mean(difference)
    sigma = _sigma(table, spice.v[both])
    return LevelCertificate(
        nominal.n_plus,
        nominal.n_minus,
        columns=len(pairs),
        compared=n,
        lost_table=sum(a is Status.FLIPPED for a, _ in pairs),
        lost_spice=sum(b is Status.FLIPPED for _, b in pairs),
        disagreements=sum(_group(a) != _group(b) for a, b in pairs),
        largest=float(np.abs(difference).max(initial=0.0)),
        rms=float(np.sqrt((difference**2).mean())) if n else 0.0,
        mean=mean[0],
        mean_interval=mean[1],
        sigma=sigma[0],
        sigma_interval=sigma[1],
        sigma_volts=sigma[2],
        bound=level.bound,
    )


def _mean(difference: FloatArray) -> tuple[float, float]:
    """Return the larger mean of two bit lines and half the width of its interval, V."""
    if len(difference) < ENOUGH:
        return 0.0, float("nan")
    means = difference.mean(axis=0)
    line = int(np.abs(means).argmax())
    spread = difference[:, line].std(ddof=1)
    return float(means[line]), float(DEVIATIONS * spread / np.sqrt(len(difference)))


def _sigma(table: FloatArray, spice: FloatArray) -> tuple[float, float, float]:
    """Return the difference of sigma of the worse bit line: relative, its interval, in volts.

    Interval after Pitman: the variance of ln(s1 / s2) of n correlated normal pairs is
    (1 - r^2) / (n - 1).
    """
    if len(table) < ENOUGH:
        return 0.0, float("nan"), 0.0
    sigmas = table.std(axis=0, ddof=1), spice.std(axis=0, ddof=1)
    line = int(np.abs(sigmas[0] - sigmas[1]).argmax())
    own, other = float(sigmas[0][line]), float(sigmas[1][line])
    r = float(np.corrcoef(table[:, line], spice[:, line])[0, 1])
    half = float(DEVIATIONS * np.sqrt(max(1 - r**2, 0.0) / (len(table) - 1)))
    return own / other - 1, half, own - other


def _group(status: Status) -> Status:
    """Return a status as the tables know it: a SPICE point may fail in more ways."""
    return status if status in STATUSES else Status.NONCONVERGED
