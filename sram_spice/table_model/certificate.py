"""The simulator as judge: columns of a run solved on full SPICE with the same mismatch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sram_spice.design import Design
from sram_spice.measurements.levels import NominalLevel, mismatch_jobs
from sram_spice.measurements.progress import Progress, Silent
from sram_spice.simulation import Job, SimulatorPool, Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.level import level_sigma
from sram_spice.table_model.solve import STATUSES, solve_level
from sram_spice.table_model.tables import ColumnTables
from sram_spice.technology import ModelCards, draw_threshold_shifts

VOLTAGE_BOUND = 0.5e-3  # V, largest difference of one column
SIGMA_BOUND = 0.02  # relative difference of sigma
SIGMA_FLOOR = (
    20e-6  # V; a smaller difference of sigma is no matter: a bit line at the rail has none
)
DEVIATIONS = 1.96  # of an interval that holds 95 %
CHUNK = 25  # columns per job
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
    """

    n_plus: int
    n_minus: int
    columns: int
    compared: int
    disagreements: int
    largest: float
    rms: float
    mean: float
    mean_interval: float
    sigma: float
    sigma_interval: float
    sigma_volts: float

    @property
    def ok(self) -> bool:
        """Tell whether the level is within the bounds and no status differs."""
        alike = abs(self.sigma) <= SIGMA_BOUND or abs(self.sigma_volts) <= SIGMA_FLOOR
        return alike and self.largest <= VOLTAGE_BOUND and self.disagreements == 0


@dataclass(frozen=True)
class Certificate:
    """What the simulator says of a table run.

    Attributes
    ----------
    levels : tuple of LevelCertificate
    voltage_bound : float
        V.
    sigma_bound : float
    """

    levels: tuple[LevelCertificate, ...]
    voltage_bound: float = VOLTAGE_BOUND
    sigma_bound: float = SIGMA_BOUND

    @property
    def ok(self) -> bool:
        """Tell whether every level is within the bounds."""
        return all(level.ok for level in self.levels)

    @property
    def columns(self) -> int:
        """Number of columns solved on both."""
        return sum(level.columns for level in self.levels)

    @property
    def largest(self) -> float:
        """Largest difference of any column, V."""
        return max((level.largest for level in self.levels), default=0.0)


def certify(
    tables: ColumnTables,
    design: Design,
    cards: ModelCards,
    nominal: Sequence[NominalLevel],
    pool: SimulatorPool,
    columns: int = 20,
    progress: Progress | None = None,
) -> Certificate:
    """Solve columns of some levels on tables and on full SPICE, and compare.

    Parameters
    ----------
    tables : ColumnTables
    design : Design
    cards : ModelCards
    nominal : sequence of NominalLevel
        Levels to judge; those whose nominal column is not valid are left out.
    pool : SimulatorPool
    columns : int
        Of each level: samples 0, 1, ... of the design's seed, as `engine = "spice"` draws them.
    progress : Progress, optional
    """
    chosen = [level for level in nominal if level.status is Status.OK]
    told = progress or Silent()
    told.begin("certificate", columns * len(chosen))
    parts = -(-columns // CHUNK)
    voltages = np.full((len(chosen), columns, 2), np.nan)
    statuses = [[Status.NONCONVERGED] * columns for _ in chosen]
    for result in pool.run(_jobs(design, cards, chosen, columns)):
        level, index = result.job // parts, result.job % parts * CHUNK + result.point
        statuses[level][index] = result.status
        if result.values is not None:
            voltages[level, index] = result.values
        told.point(result.status)
    return Certificate(
        tuple(
            _compare(tables, design, level, voltages[i], statuses[i])
            for i, level in enumerate(chosen)
        )
    )


def _jobs(
    design: Design, cards: ModelCards, chosen: Sequence[NominalLevel], columns: int
) -> Iterator[Job]:
    chunks = [range(s, min(s + CHUNK, columns)) for s in range(0, columns, CHUNK)]
    for level in chosen:
        yield from mismatch_jobs(design, cards, level, chunks)


def _compare(
    tables: ColumnTables,
    design: Design,
    nominal: NominalLevel,
    spice: FloatArray,
    statuses: Sequence[Status],
) -> LevelCertificate:
    pelgrom = level_sigma(design, nominal.n_plus, nominal.n_minus)
    seed = design.monte_carlo.seed
    shifts = [draw_threshold_shifts(pelgrom, seed, i) for i in range(len(spice))]
    solved = solve_level(tables, design, nominal, np.array(shifts))
    pairs = list(zip(solved.status, statuses, strict=True))
    both = np.array([a is b is Status.OK for a, b in pairs], dtype=bool)
    table = np.stack([solved.v_bl, solved.v_blb], axis=1)[both]
    difference = table - spice[both]
    n = int(both.sum())
    mean = _mean(difference)
    sigma = _sigma(table, spice[both])
    return LevelCertificate(
        nominal.n_plus,
        nominal.n_minus,
        columns=len(pairs),
        compared=n,
        disagreements=sum(_group(a) != _group(b) for a, b in pairs),
        largest=float(np.abs(difference).max(initial=0.0)),
        rms=float(np.sqrt((difference**2).mean())) if n else 0.0,
        mean=mean[0],
        mean_interval=mean[1],
        sigma=sigma[0],
        sigma_interval=sigma[1],
        sigma_volts=sigma[2],
    )


def _mean(difference: FloatArray) -> tuple[float, float]:
    """Return the larger mean of two bit lines and half the width of its interval, V."""
    if len(difference) < ENOUGH:
        return 0.0, float("inf")
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
        return 0.0, float("inf"), 0.0
    sigmas = table.std(axis=0, ddof=1), spice.std(axis=0, ddof=1)
    line = int(np.abs(sigmas[0] - sigmas[1]).argmax())
    own, other = float(sigmas[0][line]), float(sigmas[1][line])
    r = float(np.corrcoef(table[:, line], spice[:, line])[0, 1])
    half = float(DEVIATIONS * np.sqrt(max(1 - r**2, 0.0) / (len(table) - 1)))
    return own / other - 1, half, own - other


def _group(status: Status) -> Status:
    """Return a status as the tables know it: a SPICE point may fail in more ways."""
    return status if status in STATUSES else Status.NONCONVERGED
