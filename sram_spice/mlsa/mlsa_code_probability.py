"""P(code | level) of a real MLSA: column mismatch, offsets, ladder, noise, shifts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from sram_spice.errors import InputError
from sram_spice.mlsa.level_model import LevelModel, sensed_voltage
from sram_spice.mlsa.references import ReferenceSet
from sram_spice.mlsa.sensing_errors import SensingErrors, code_curves

_NEGLIGIBLE = 1e-12
_PER_SIGMA = 20  # points of the curves per standard deviation: interpolation is good to 3e-4
_MOST_POINTS = 20_000
_NODES = 256  # equally likely voltages of a level that is known by its mean and spread


@dataclass(frozen=True, eq=False)
class CommonMode:
    """What the mean of BL and BLB adds to their difference in a differential decision.

    Attributes
    ----------
    weight : ndarray of float, shape (n,)
        Of the mean at each reference, V/V; 0 in an ideal amplifier.
    level : ndarray of float, shape (n,)
        Mean at which it adds nothing, V.
    """

    weight: NDArray[np.float64]
    level: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ErrorSet:
    """References and their errors, for some number of active rows."""

    references: ReferenceSet
    errors: SensingErrors
    common_mode: CommonMode | None = None


def mlsa_code_probabilities(
    model: LevelModel,
    samples: pd.DataFrame | None,
    sets: Mapping[int, ErrorSet] | ErrorSet,
) -> pd.DataFrame:
    """P(code | level) for every level, averaged exactly over samples and sensing errors.

    Columns and sense amplifiers are independent, so each sampled voltage meets the whole
    distribution of thresholds, not one draw of it.

    Parameters
    ----------
    model : LevelModel
        Sensed voltages of all levels.
    samples : DataFrame or None
        Columns ``n_plus,n_minus,v_bl_v,v_blb_v,status`` of samples.parquet, of any engine. A
        sample that has lost data, or has no valid solution, has no code.
    sets : mapping of int to ErrorSet, or ErrorSet
        One per n_active (input-aware), or one for all levels (global).

    Returns
    -------
    DataFrame
        Columns ``n_plus,n_minus,sum,code,probability,method`` as those of code_probability.csv;
        `method`: "samples", "interpolated" (Gaussian of the model), "nominal" (no spread).

    Raises
    ------
    InputError
        If there are no references for an n_active, or a sample belongs to no level.
    """
    has_samples = samples is not None and len(samples) > 0
    level, voltage, common = np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0)
    if samples is not None and has_samples:
        level = model.index_of(samples["n_plus"], samples["n_minus"])
        voltage = sensed_voltage(samples, model.sensing)
        common = (samples["v_bl_v"] + samples["v_blb_v"]).to_numpy(dtype=np.float64) / 2
    parts = []
    for n_active in np.unique(model.n_active).tolist():
        one = sets if isinstance(sets, ErrorSet) else sets.get(n_active)
        if one is None:
            raise InputError("no references", key="n_active", value=n_active)
        levels = np.flatnonzero(model.n_active == n_active)
        mine = model.n_active[level] == n_active
        parts.append(_of_active(model, levels, level[mine], voltage[mine], common[mine], one))
    return pd.concat(parts, ignore_index=True)


def _of_active(
    model: LevelModel,
    levels: NDArray[np.intp],
    sample_level: NDArray[np.intp],
    voltage: NDArray[np.float64],
    common: NDArray[np.float64],
    one: ErrorSet,
) -> pd.DataFrame:
    """Code probabilities of the levels of one n_active."""
    points, weights, owner, methods = _points(model, levels, sample_level, voltage)
    if one.common_mode is not None and voltage.size:
        means = _points(model, levels, sample_level, common)[0]
        sampled = np.array([method == "samples" for method in methods])[owner]
        curves = _weighted_curves(points, np.where(sampled, means, np.nan), one, one.common_mode)
    else:
        curves = _curves_at(points, one)
    valid = np.isfinite(points)
    found = np.zeros((levels.size, curves.shape[1] + 1))  # the last column: no code
    np.add.at(found[:, :-1], owner[valid], weights[valid, None] * curves[valid])
    np.add.at(found[:, -1], owner[~valid], weights[~valid])
    found[found < _NEGLIGIBLE] = 0.0
    found /= found.sum(axis=1, keepdims=True)
    row, code = np.nonzero(found)
    none = code == found.shape[1] - 1
    frame = pd.DataFrame(
        {
            "n_plus": model.n_plus[levels][row],
            "n_minus": model.n_minus[levels][row],
            "sum": model.sum[levels][row],
            "code": pd.array(code, dtype="Int64"),
            "probability": found[row, code],
            "method": pd.array([methods[i] for i in row], dtype="str"),
        }
    )
    return frame.assign(code=frame["code"].mask(none))


def _points(
    model: LevelModel,
    levels: NDArray[np.intp],
    sample_level: NDArray[np.intp],
    voltage: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp], list[str]]:
    """Voltages that stand for each level, their weights, and whose they are."""
    points, weights, owner, methods = [], [], [], []
    for position, (values, shares, method) in enumerate(
        _of_levels(model, levels, sample_level, voltage)
    ):
        points.append(values)
        weights.append(shares)
        owner.append(np.full(values.size, position, dtype=np.intp))
        methods.append(method)
    return np.concatenate(points), np.concatenate(weights), np.concatenate(owner), methods


def _of_levels(
    model: LevelModel,
    levels: NDArray[np.intp],
    sample_level: NDArray[np.intp],
    voltage: NDArray[np.float64],
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], str]]:
    # Not Gauss-Hermite: where the errors are small, the curves are steps.
    nodes = ndtri((np.arange(_NODES) + 0.5) / _NODES)
    shares = np.full(_NODES, 1 / _NODES)
    for level in levels:
        values = voltage[sample_level == level]
        if values.size:
            yield values, np.full(values.size, 1 / values.size), "samples"
        elif not np.isfinite(model.nominal[level]):
            yield np.array([np.nan]), np.ones(1), "nominal"
        elif model.std[level] > 0:
            yield model.mean[level] + nodes * model.std[level], shares, "interpolated"
        else:
            yield model.mean[[level]], np.ones(1), "nominal"


def _weighted_curves(
    points: NDArray[np.float64],
    means: NDArray[np.float64],
    one: ErrorSet,
    common: CommonMode,
) -> NDArray[np.float64]:
    """P(code) at each difference with its mean of BL and BLB; NaN: the mean that adds nothing."""
    known = np.where(np.isfinite(points), points, 0.0)[:, None]
    moved = np.where(np.isfinite(means), means, np.nan)[:, None] - common.level
    voltage = known + np.nan_to_num(common.weight * moved)
    return code_curves(voltage, one.references.v_ref, one.errors, one.references.rails)


def _curves_at(points: NDArray[np.float64], one: ErrorSet) -> NDArray[np.float64]:
    """P(code) at each voltage; interpolated where the curves are smooth and the points many."""
    errors, references = one.errors, one.references
    known = np.where(np.isfinite(points), points, 0.0)
    finest = float(errors.independent.min(initial=np.inf))
    span = float(np.ptp(known)) if known.size else 0.0
    count = int(np.ceil(span / finest * _PER_SIGMA)) + 2 if 0 < finest < np.inf else _MOST_POINTS
    if count >= min(known.size, _MOST_POINTS):
        return code_curves(known, references.v_ref, errors, references.rails)
    grid = np.linspace(known.min(), known.max(), count)
    curves = code_curves(grid, references.v_ref, errors, references.rails)
    return np.stack([np.interp(known, grid, curve) for curve in curves.T], axis=1)
