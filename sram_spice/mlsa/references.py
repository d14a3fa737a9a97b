"""Reference voltages of the sense amplifier, one per threshold on the sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.errors import InputError
from sram_spice.mlsa.equal_error import Mixture, gaussian_equal_error, mixture_equal_error
from sram_spice.mlsa.level_model import LevelModel
from sram_spice.workload.sum_distribution import SumDistribution

METHOD = 2  # raise it when the same levels have other references or code probabilities
_RAIL = "rail: no sum beyond this threshold"
_NOT_MONOTONIC = "levels not monotonic"
_INTERPOLATED = "spread interpolated"
_NOMINAL = "nominal only"
_NAMED_LEVELS = 2


@dataclass(frozen=True, eq=False)
class ReferenceSet:
    """References that a column with a given number of active rows is compared with.

    Attributes
    ----------
    n_active : int or None
        Active rows for which the set is made; None: one set for all (global).
    thresholds : ndarray of float, shape (n,)
        Thresholds on the sum, ascending.
    v_ref : ndarray of float, shape (n,)
        Reference of each threshold, V, never sorted: where they fall, `note` says so.
    error_probability : ndarray of float, shape (n,)
        P(V > v_ref | sum below) = P(V < v_ref | sum above) for the two neighbouring sums, or the
        mean of both where they are counted; 0 on a rail.
    note : tuple of str, length n
        Warnings, joined by ``"; "``; empty if there is none.
    rails : tuple of float
        Lower and upper sensed voltage that the column never crosses, V.
    interval : ndarray of float, shape (n, 2), or None
        95 % confidence interval of `error_probability`; None, or NaN, where it is not counted.
    """

    n_active: int | None
    thresholds: NDArray[np.float64]
    v_ref: NDArray[np.float64]
    error_probability: NDArray[np.float64]
    note: tuple[str, ...]
    rails: tuple[float, float]
    interval: NDArray[np.float64] | None = None


def input_aware_references(
    model: LevelModel, thresholds: NDArray[np.float64], vdd: float
) -> dict[int, ReferenceSet]:
    """Make references for each number of active rows.

    Each lies at the equal-error point of the two levels next to its threshold. A threshold that no
    sum of this n_active reaches gets the rail that the sensed voltage never crosses.

    Parameters
    ----------
    model : LevelModel
        Sensed voltages.
    thresholds : ndarray of float, shape (n,)
        Thresholds on the sum, strictly ascending, none equal to a sum.
    vdd : float
        Supply, V.

    Returns
    -------
    dict of int to ReferenceSet
        One set per n_active in the model, ascending: n_active = rows only where all rows are
        always active, otherwise 0 .. rows (n_active = 0: rails only).
    """
    return {
        int(n_active): _references_at(model, int(n_active), thresholds, vdd)
        for n_active in np.unique(model.n_active)
    }


def global_references(
    model: LevelModel,
    thresholds: NDArray[np.float64],
    vdd: float,
    distribution: SumDistribution,
) -> ReferenceSet:
    """Make references that do not know how many rows are active.

    Each lies at the equal-error point of the two sums next to its threshold, and a sum is the
    mixture of its levels, weighted by their joint probability.

    Parameters
    ----------
    model : LevelModel
        Sensed voltages.
    thresholds : ndarray of float, shape (n,)
        Thresholds on the sum, strictly ascending, between the least and the greatest sum.
    vdd : float
        Supply, V.
    distribution : SumDistribution
        Weights of the levels. The levels of a sum of probability 0 get equal weights, and a note.

    Returns
    -------
    ReferenceSet
        With n_active None.

    Raises
    ------
    InputError
        If a level of the distribution is not in the model, or no sum lies beyond a threshold.
    """
    index = model.index_of(distribution.n_plus, distribution.n_minus)
    weight = np.zeros(model.n_plus.size)
    weight[index] = distribution.probability
    sums = np.unique(distribution.sum)
    upper = np.searchsorted(sums, thresholds)
    if thresholds.size and not (upper.min() > 0 and upper.max() < sums.size):
        raise InputError(
            "threshold beyond all sums",
            key="thresholds",
            value=thresholds.tolist(),
            allowed=f"between {sums[0]} and {sums[-1]}",
        )
    v_ref, error, notes = np.empty(upper.size), np.empty(upper.size), []
    mixtures = {int(s): _mixture(model, weight, int(s)) for s in sums[np.r_[upper - 1, upper]]}
    for position, (below, above) in enumerate(zip(sums[upper - 1], sums[upper], strict=True)):
        (low, low_levels), (high, high_levels) = mixtures[int(below)], mixtures[int(above)]
        v_ref[position], error[position] = mixture_equal_error(low, high)
        parts = [f"sum {s} never occurs" for s in (below, above) if not _occurs(model, weight, s)]
        parts += _level_notes(model, np.concatenate([low_levels, high_levels]))
        if high.weight @ high.mean <= low.weight @ low.mean:
            parts.append(_NOT_MONOTONIC)
        notes.append(parts)
    _note_falling(notes, v_ref, upper)
    return ReferenceSet(None, thresholds, v_ref, error, _joined(notes), model.rails(vdd))


def to_frame(sets: Iterable[ReferenceSet]) -> pd.DataFrame:
    """Table of reference sets, as in references.csv.

    Parameters
    ----------
    sets : iterable of ReferenceSet
        In any order, each n_active once.

    Returns
    -------
    DataFrame
        Columns ``n_active,index,threshold_sum,v_ref_v,error_probability,note``, sorted by
        n_active (Int64, missing for the global set, which is last), then index (from 0); with
        ``error_probability_low,error_probability_high`` where a set has intervals.
    """
    ordered = sorted(sets, key=lambda s: (s.n_active is None, s.n_active or 0))
    return pd.concat([_frame_of(s) for s in ordered], ignore_index=True)


def _frame_of(s: ReferenceSet) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "n_active": pd.array([s.n_active] * s.v_ref.size, dtype="Int64"),
            "index": np.arange(s.v_ref.size),
            "threshold_sum": s.thresholds,
            "v_ref_v": s.v_ref,
            "error_probability": s.error_probability,
        }
    )
    if s.interval is not None:
        frame["error_probability_low"] = s.interval[:, 0]
        frame["error_probability_high"] = s.interval[:, 1]
    return frame.assign(note=pd.array(s.note, dtype="str"))


def _references_at(
    model: LevelModel, n_active: int, thresholds: NDArray[np.float64], vdd: float
) -> ReferenceSet:
    levels = np.flatnonzero(model.n_active == n_active)
    upper = np.searchsorted(model.sum[levels], thresholds)
    inside = (upper > 0) & (upper < levels.size)
    low, high = levels[upper[inside] - 1], levels[upper[inside]]
    rails = model.rails(vdd)
    v_ref = np.where(upper == 0, rails[0], rails[1])
    error = np.zeros(upper.size)
    v_ref[inside], error[inside] = gaussian_equal_error(
        model.mean[low], model.std[low], model.mean[high], model.std[high]
    )
    notes: list[list[str]] = [[] if reached else [_RAIL] for reached in inside]
    for position, below, above in zip(np.flatnonzero(inside), low, high, strict=True):
        notes[position] += _level_notes(model, np.array([below, above]))
        if model.mean[above] <= model.mean[below]:
            notes[position].append(_NOT_MONOTONIC)
    _note_falling(notes, v_ref, upper)
    return ReferenceSet(n_active, thresholds, v_ref, error, _joined(notes), rails)


def _mixture(
    model: LevelModel, weight: NDArray[np.float64], total: int
) -> tuple[Mixture, NDArray[np.intp]]:
    """Mix the sensed voltage of a sum; also return the levels that it is mixed from."""
    levels = np.flatnonzero(model.sum == total)
    if weight[levels].any():
        levels = levels[weight[levels] > 0]
        shares = weight[levels] / weight[levels].sum()
    else:
        shares = np.full(levels.size, 1 / levels.size)
    return Mixture(shares, model.mean[levels], model.std[levels]), levels


def _occurs(model: LevelModel, weight: NDArray[np.float64], total: int) -> bool:
    return bool(weight[model.sum == total].any())


def _level_notes(model: LevelModel, levels: NDArray[np.intp]) -> list[str]:
    """Warnings about the levels that a reference derives from."""
    notes = []
    for text, marked in (("data lost", model.flipped), ("simulation failed", model.failed)):
        bad = levels[marked[levels]]
        named = [f"n_plus={model.n_plus[i]},n_minus={model.n_minus[i]}" for i in bad]
        notes += [f"{text} at {name}" for name in named[:_NAMED_LEVELS]]
        if len(named) > _NAMED_LEVELS:
            notes.append(f"{text} at {len(named) - _NAMED_LEVELS} more")
    if not model.measured.any():
        notes.append(_NOMINAL)
    elif not model.measured[levels].all():
        notes.append(_INTERPOLATED)
    return notes


def _note_falling(
    notes: list[list[str]], v_ref: NDArray[np.float64], upper: NDArray[np.intp]
) -> None:
    """Add a warning where references do not rise, unless they part the same two sums."""
    falling = np.flatnonzero((np.diff(v_ref) <= 0) & (np.diff(upper) > 0))
    for position in sorted({*falling.tolist(), *(falling + 1).tolist()}):
        if _NOT_MONOTONIC not in notes[position]:
            notes[position].append(_NOT_MONOTONIC)


def _joined(notes: list[list[str]]) -> tuple[str, ...]:
    return tuple("; ".join(parts) for parts in notes)
