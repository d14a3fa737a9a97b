"""Differential sensing: errors of an amplifier with two input pairs, and the taps that it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from sram_spice.amplifier.errors import tap_covariance
from sram_spice.amplifier.reference_statistics import ReferenceStatistics
from sram_spice.amplifier.sense_threshold import (
    differential_bench_at,
    offset_model,
    second_pair_weight,
)
from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators.sense_amplifier import has_second_pair, polarity_at
from sram_spice.mlsa.mlsa_code_probability import CommonMode
from sram_spice.mlsa.sensing_errors import SensingErrors
from sram_spice.simulation.job import FloatArray

SPACING = 0.12  # part of VDD between levels at which amplifiers are measured
LEAST = 1e-3  # part of VDD; levels closer together are one
WIDEST = 0.9  # part of VDD; differences beyond it are no reference


@dataclass(frozen=True)
class Taps:
    """Where BL and BLB are when they differ by each of several references, V.

    Attributes
    ----------
    difference : ndarray, shape (n,)
        Reference of BL - BLB; VDD or -VDD where no sum is beyond it.
    upper, lower : ndarray, shape (n,)
        REF and REFB: their difference is the reference, and each input pair is balanced there.
    """

    difference: FloatArray
    upper: FloatArray
    lower: FloatArray

    def of(self, chosen: NDArray[np.bool_]) -> Taps:
        """Return those of some references."""
        return Taps(self.difference[chosen], self.upper[chosen], self.lower[chosen])

    @property
    def common(self) -> FloatArray:
        """Their mean, V."""
        return (self.upper + self.lower) / 2


def nominal_taps(levels: pd.DataFrame, n_active: int, difference: FloatArray, vdd: float) -> Taps:
    """Return the taps for references of BL - BLB, from where nominal bit lines are.

    Parameters
    ----------
    levels : DataFrame
        As in a run's tables.
    n_active : int
    difference : ndarray, shape (n,)
        V.
    vdd : float
        V.
    """
    mine = levels[levels["n_plus"] + levels["n_minus"] == n_active].sort_values("n_plus")
    bl, blb = (
        mine[name].to_numpy(dtype=np.float64) for name in ("v_bl_nominal_v", "v_blb_nominal_v")
    )
    known = np.isfinite(bl + blb)
    common = np.interp(difference, (bl - blb)[known], (bl + blb)[known] / 2)
    inside = np.abs(difference) < vdd
    middle = np.where(inside, common, vdd / 2)
    return Taps(difference, middle + difference / 2, middle - difference / 2)


@dataclass(frozen=True)
class PairErrors:
    """Amplifiers with two input pairs over the mean of REF and REFB, and their difference.

    Attributes
    ----------
    design : Design
    common, difference : ndarray, shape (k,), (j,)
        Where they were measured, V; ascending.
    sensitivity : ndarray, shape (k, j, transistors)
        Offset at BL per threshold shift, V/V.
    weight : ndarray, shape (k, j)
        How much BLB counts against BL, V/V.
    transistor_sigma : ndarray, shape (transistors,)
        V.
    """

    design: Design
    common: FloatArray
    difference: FloatArray
    sensitivity: FloatArray
    weight: FloatArray
    transistor_sigma: FloatArray

    def weights(self, taps: Taps) -> FloatArray:
        """Return how much BLB counts against BL at each reference, V/V."""
        return self._at(self.weight, taps)

    def per_difference(self, taps: Taps) -> FloatArray:
        """Return offset of BL - BLB per threshold shift at each reference, (n, transistors)."""
        scale = (1 + self.weights(taps)) / 2
        return np.asarray(self._at(self.sensitivity, taps) / scale[:, None])

    def common_mode(self, taps: Taps) -> CommonMode:
        """Return by how much the mean of BL and BLB moves what is compared with a reference.

        The amplifier compares BL - w BLB, which is BL - BLB and some of their mean where w is not
        1: where the pairs are at different levels.
        """
        weight = self.weights(taps)
        return CommonMode(2 * (1 - weight) / (1 + weight), taps.common)

    def errors(
        self, taps: Taps, mode: str, made: ReferenceStatistics | None = None
    ) -> SensingErrors:
        """Return the errors of BL - BLB against references.

        Parameters
        ----------
        taps : Taps
        mode : {"parallel", "serial"}
        made : ReferenceStatistics, optional
            How the references come out. Default: trimmed, with the mismatch of a generator that
            can be put anywhere.
        """
        n, vdd = taps.difference.size, self.design.conditions.vdd
        inside = np.abs(taps.difference) < vdd
        covariance, independent, shift = np.zeros((n, n)), np.zeros(n), np.zeros(n)
        generator = covariance
        if inside.any():
            where = np.ix_(inside, inside)
            mine = taps.of(inside)
            if made is None or made.complement_mean_v is None:
                covariance[where] = self.generator_covariance(mine)
            else:
                covariance[where] = self._covariance_of(mine, made, inside)
                shift[inside] = self._shift_of(mine, made, inside)
            generator = covariance.copy()
            weighted = self.per_difference(mine) * self.transistor_sigma
            offsets = weighted @ weighted.T
            if mode == "serial":
                covariance[where] += offsets
            else:
                independent[inside] = np.sqrt(np.diag(offsets))
        independent[~inside] = independent[inside].min(initial=np.inf) if inside.any() else 0.0
        return SensingErrors(shift, covariance, independent, generator)

    def generator_covariance(self, taps: Taps) -> FloatArray:
        """Return the covariance of references that can be put anywhere, V^2."""
        both = (*taps.upper.tolist(), *taps.lower.tolist())
        slope = self.tap_slope(taps)
        return np.asarray(slope @ tap_covariance(self.design, both) @ slope.T)

    def _covariance_of(
        self, taps: Taps, made: ReferenceStatistics, inside: NDArray[np.bool_]
    ) -> FloatArray:
        assert made.pair_covariance is not None
        slope, both = self.tap_slope(taps), np.tile(inside, 2)
        return np.asarray(slope @ made.pair_covariance[np.ix_(both, both)] @ slope.T)

    def _shift_of(
        self, taps: Taps, made: ReferenceStatistics, inside: NDArray[np.bool_]
    ) -> FloatArray:
        assert made.complement_mean_v is not None
        upper = made.mean_v[inside] - taps.upper
        lower = made.complement_mean_v[inside] - taps.lower
        beyond = (made.threshold_v - made.mean_v)[inside]
        return np.asarray(self.tap_slope(taps) @ np.concatenate([upper, lower]) + beyond)

    def tap_slope(self, taps: Taps) -> FloatArray:
        """Return how each reference depends on all first and then all second taps, V/V."""
        half = self.common_mode(taps).weight / 2
        return np.hstack([np.diag(1 + half), np.diag(half - 1)])

    def _at(self, values: FloatArray, taps: Taps) -> FloatArray:
        """Interpolate values of shape (k, j, ...) at the taps."""
        common = np.clip(taps.common, self.common[0], self.common[-1])
        difference = np.clip(taps.difference, self.difference[0], self.difference[-1])
        axes, points = [], []
        for axis, at in ((self.common, common), (self.difference, difference)):
            if axis.size > 1:
                axes.append(axis)
                points.append(at)
        shape = (*(axis.size for axis in axes), *values.shape[2:])
        if not axes:
            return np.broadcast_to(values.reshape(shape), (common.size, *shape)).copy()
        return np.asarray(
            RegularGridInterpolator(axes, values.reshape(shape))(np.stack(points, axis=-1))
        )


def measure_pairs(context: Context, wanted: Sequence[Taps]) -> PairErrors | None:
    """Measure amplifiers with two input pairs where some taps need them.

    Returns
    -------
    PairErrors or None
        None when the design's amplifier has no second pair, when the taps need both of its
        variants, or when it does not decide somewhere.

    Raises
    ------
    SimulatorError
        libngspice is missing or broken.
    """
    design, vdd = context.design, context.design.conditions.vdd
    difference = np.concatenate([t.difference for t in wanted])
    inside = np.abs(difference) < WIDEST * vdd
    common = np.concatenate([t.common for t in wanted])[inside]
    if not has_second_pair(design) or not inside.any():
        return None
    if len({polarity_at(design, v) for v in common.tolist()}) > 1:
        return None
    rows, columns = _grid(common, vdd), _grid(difference[inside], vdd)
    sensitivity, weight, sigma = [], [], np.zeros(0)
    for middle in rows.tolist():
        for apart in columns.tolist():
            # Taps so far apart do not occur where the mean is near a rail; the nearest do.
            half = np.clip(apart / 2, middle - vdd, vdd - middle)
            bench = differential_bench_at(design, float(middle + half), float(middle - half))
            model = offset_model(context, bench)
            sensitivity.append(model.sensitivity)
            weight.append(second_pair_weight(context, bench))
            sigma = model.transistor_sigma
    shape = (rows.size, columns.size)
    found = PairErrors(
        design,
        rows,
        columns,
        np.array(sensitivity).reshape(*shape, -1),
        np.array(weight).reshape(shape),
        sigma,
    )
    return found if np.isfinite(found.sensitivity).all() and np.isfinite(weight).all() else None


def _grid(values: NDArray[np.float64], vdd: float) -> FloatArray:
    low, high = float(values.min()), float(values.max())
    if high - low < LEAST * vdd:
        return np.array([(low + high) / 2])
    return np.linspace(low, high, int(np.ceil((high - low) / (SPACING * vdd))) + 1)
