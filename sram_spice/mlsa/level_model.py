"""The sensed voltage of every level: mean and spread, measured or interpolated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError
from sram_spice.mlsa.kept_samples import is_kept, is_lost
from sram_spice.mlsa.voltage_counts import VoltageCounts
from sram_spice.workload.level_interpolation import interpolate_levels

Sensing = Literal["single_ended", "differential"]


@dataclass(frozen=True, eq=False)
class LevelModel:
    """Sensed voltage of each level, sorted by n_active, then n_plus; arrays of shape (levels,).

    Attributes
    ----------
    n_plus, n_minus : ndarray of int
        The level. With one level of an n_active all of that n_active are present.
    nominal : ndarray of float
        Sensed voltage without mismatch, V; NaN where the simulation had no valid solution.
    mean, std : ndarray of float
        Gaussian model of the sensed voltage, V; always finite, `std` >= 0.
    measured : ndarray of bool
        True where mean and std are those of at least two samples that keep their data.
    failed : ndarray of bool
        True where a sample or the nominal column had no valid solution.
    flipped : ndarray of bool
        True where a cell lost its data in at least one sample.
    sensing : {"single_ended", "differential"}
        V_BL, or V_BL - V_BLB.
    """

    n_plus: NDArray[np.int64]
    n_minus: NDArray[np.int64]
    nominal: NDArray[np.float64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    measured: NDArray[np.bool_]
    failed: NDArray[np.bool_]
    flipped: NDArray[np.bool_]
    sensing: Sensing

    @property
    def n_active(self) -> NDArray[np.int64]:
        """Active rows of each level."""
        return self.n_plus + self.n_minus

    @property
    def sum(self) -> NDArray[np.int64]:
        """Sum of each level."""
        return self.n_plus - self.n_minus

    @property
    def suspect(self) -> NDArray[np.bool_]:
        """True where data was lost or a simulation failed."""
        return self.failed | self.flipped

    def rails(self, vdd: float) -> tuple[float, float]:
        """Sensed voltages, V, that a column on a supply of `vdd` never crosses: lower, upper."""
        return (0.0 if self.sensing == "single_ended" else -vdd), vdd

    def index_of(self, n_plus: ArrayLike, n_minus: ArrayLike) -> NDArray[np.intp]:
        """Position of levels in the arrays.

        Parameters
        ----------
        n_plus, n_minus : array_like of int, shape (m,)
            The levels.

        Returns
        -------
        ndarray of int, shape (m,)
            Indices into the arrays of this model.

        Raises
        ------
        InputError
            If a level is not in the model.
        """
        n_plus, n_minus = np.asarray(n_plus, dtype=np.int64), np.asarray(n_minus, dtype=np.int64)
        start = np.searchsorted(self.n_active, n_plus + n_minus)
        index: NDArray[np.intp] = np.clip(start + n_plus, 0, self.n_plus.size - 1)
        unknown = (self.n_plus[index] != n_plus) | (self.n_minus[index] != n_minus)
        if unknown.any():
            first = int(unknown.argmax())
            raise InputError(
                "level without a row in the table of levels",
                key="n_plus,n_minus",
                value=f"{n_plus[first]},{n_minus[first]}",
            )
        return index


def sensed_voltage(samples: pd.DataFrame, sensing: Sensing) -> NDArray[np.float64]:
    """Sensed voltage of each sample.

    Parameters
    ----------
    samples : DataFrame
        Columns ``v_bl_v,v_blb_v,status`` of samples.parquet.
    sensing : {"single_ended", "differential"}
        V_BL, or V_BL - V_BLB.

    Returns
    -------
    ndarray of float, shape (samples,)
        V; NaN where the sample has no valid solution or has lost data
        (:mod:`sram_spice.mlsa.kept_samples`).
    """
    voltage = solved_voltage(samples, sensing)
    return np.where(is_kept(samples), voltage, np.nan)


def solved_voltage(samples: pd.DataFrame, sensing: Sensing) -> NDArray[np.float64]:
    """Return the same, those that lost data included: to be drawn, no level's voltage."""
    voltage = samples["v_bl_v"].to_numpy(dtype=np.float64)
    if sensing == "differential":
        voltage = voltage - samples["v_blb_v"].to_numpy(dtype=np.float64)
    solved = (is_kept(samples) | is_lost(samples)) & np.isfinite(voltage)
    return np.where(solved, voltage, np.nan)


def build_level_model(
    levels: pd.DataFrame, samples: pd.DataFrame | None, sensing: Sensing
) -> LevelModel:
    """Model of the sensed voltage from the tables of a finished run.

    Mean and standard deviation (ddof = 1) are those of the samples that keep their data. A level
    with fewer than two has its nominal value plus the interpolated shift of the mean, and the
    interpolated standard deviation; without any Monte Carlo it has its nominal value and no spread.
    A level whose nominal simulation failed is filled by interpolation and stays marked as failed.

    Parameters
    ----------
    levels : DataFrame
        Columns ``n_plus,n_minus,v_bl_nominal_v,v_blb_nominal_v,failed,flipped`` of levels.csv.
    samples : DataFrame or None
        Columns ``n_plus,n_minus,v_bl_v,v_blb_v,status`` of samples.parquet.
    sensing : {"single_ended", "differential"}
        V_BL, or V_BL - V_BLB; the spread of the difference follows from the samples only.

    Returns
    -------
    LevelModel
        One entry per row of `levels`.

    Raises
    ------
    InputError
        If a level is missing or listed twice, a sample belongs to none, or no level has a
        nominal voltage.
    """
    table = _sorted_levels(levels)
    n_plus, n_minus = (table[name].to_numpy(dtype=np.int64) for name in ("n_plus", "n_minus"))
    nominal = table["v_bl_nominal_v"].to_numpy(dtype=np.float64)
    if sensing == "differential":
        nominal = nominal - table["v_blb_nominal_v"].to_numpy(dtype=np.float64)
    nominal = np.where(np.isfinite(nominal), nominal, np.nan)
    known = np.isfinite(nominal)
    if not known.any():
        raise InputError("no level has a nominal voltage", key="v_bl_nominal_v")
    blank = np.zeros(n_plus.size)
    model = LevelModel(
        n_plus,
        n_minus,
        nominal,
        mean=_filled(n_plus, n_minus, nominal[:, None], known)[:, 0],
        std=blank,
        measured=blank > 0,
        failed=(table["failed"].to_numpy(dtype=np.float64, na_value=0.0) > 0) | ~known,
        flipped=table["flipped"].to_numpy(dtype=np.float64, na_value=0.0) > 0,
        sensing=sensing,
    )
    return model if samples is None else _with_samples(model, samples)


def _sorted_levels(levels: pd.DataFrame) -> pd.DataFrame:
    table = levels.assign(n_active=levels["n_plus"] + levels["n_minus"])
    table = table.sort_values(["n_active", "n_plus"], ignore_index=True)
    expected = table.groupby("n_active").cumcount()
    count = table.groupby("n_active")["n_plus"].transform("size")
    wrong = (table["n_plus"] != expected) | (count != table["n_active"] + 1)
    if wrong.any():
        raise InputError(
            "the table of levels is not complete",
            key="n_active",
            value=int(table["n_active"][wrong].iloc[0]),
            allowed="each n_plus = 0 .. n_active once",
        )
    return table


def _filled(
    n_plus: NDArray[np.int64],
    n_minus: NDArray[np.int64],
    values: NDArray[np.float64],
    known: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """`values`, with the rows that are not known interpolated."""
    points = np.stack([n_plus, n_minus], axis=1)
    filled = values.copy()
    if not known.all():
        filled[~known] = interpolate_levels(points[known], values[known], points[~known])
    return filled


def _with_samples(model: LevelModel, samples: pd.DataFrame) -> LevelModel:
    voltage = pd.Series(sensed_voltage(samples, model.sensing))
    groups = voltage.groupby(model.index_of(samples["n_plus"], samples["n_minus"]))
    moments = groups.agg(["count", "mean", "std"]).reindex(range(model.n_plus.size))
    return _with_moments(
        model,
        moments["count"].to_numpy(dtype=np.float64, na_value=0.0),
        moments["mean"].to_numpy(dtype=np.float64),
        moments["std"].to_numpy(dtype=np.float64),
    )


def with_counts(model: LevelModel, counts: VoltageCounts) -> LevelModel:
    """Give a model without Monte Carlo the mean and spread of counted voltages.

    Parameters
    ----------
    model : LevelModel
        Of :func:`build_level_model` without samples; levels as in `counts`.
    counts : VoltageCounts
        Of the sensed voltage. The middle of a bin stands for all of it: some 10 uV in a mean of
        ten samples, nothing in one of thousands.
    """
    number, mean, std = counts.moments()
    return _with_moments(model, number, mean, std)


def _with_moments(
    model: LevelModel,
    number: NDArray[np.float64],
    mean: NDArray[np.float64],
    std: NDArray[np.float64],
) -> LevelModel:
    measured = number >= 2
    if not measured.any():
        return model
    # What is smooth over the plane is the shift by mismatch, so that is interpolated, not the mean.
    values = np.stack([mean - model.mean, std], axis=1)
    values = _filled(model.n_plus, model.n_minus, values, measured)
    return replace(model, mean=model.mean + values[:, 0], std=values[:, 1], measured=measured)
