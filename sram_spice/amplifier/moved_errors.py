"""Code errors of a column whose levels have moved against its references; no simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.amplifier.ideal import CountedLevels, SumCoding
from sram_spice.design import Design
from sram_spice.workload import interpolate_levels

CHANGE = ["assumption", "change"]
DECIMALS = 8  # of a share of wrong codes


def with_moved_errors(
    shifts: pd.DataFrame,
    counted: CountedLevels,
    coding: SumCoding,
    references: pd.DataFrame,
    design: Design,
) -> pd.DataFrame:
    """Add the share of wrong codes, references kept, an ideal amplifier.

    The distribution of each level, as the run has found it, is moved by the shift of its nominal
    voltage (linear between the levels that were simulated), and widened about its mean. That the
    spread changes with a corner or a supply, too, is left out.

    Parameters
    ----------
    shifts : DataFrame
        As of :func:`~sram_spice.column.assumption_shifts.assumption_shifts`.
    counted : CountedLevels
        What the run knows of its levels.
    coding : SumCoding
    references : DataFrame
        As references.csv.
    design : Design

    Returns
    -------
    DataFrame
        With `code_error`, the share of wrong codes (0 to 1) after the change, and
        `code_error_change`, less that of the run: the same in all rows of a change.
    """
    model, differential = counted.model, design.mlsa.sensing == "differential"
    levels = np.stack([model.n_plus, model.n_minus], axis=1)
    own = references.dropna(subset="n_active")
    rails = counted.model.rails(design.conditions.vdd)
    v_ref = own["v_ref_v"].to_numpy(dtype=float)
    # A reference on a rail is none: no sum is beyond it, wherever the levels move.
    v_ref = np.where(v_ref >= rails[1], np.inf, np.where(v_ref <= rails[0], -np.inf, v_ref))
    active = own["n_active"].to_numpy(dtype=np.int64)
    sets = {int(n): np.sort(v_ref[active == n]) for n in np.unique(active)}
    moves, factors, names = [np.zeros(len(levels))], [1.0], []
    for name, group in shifts.groupby(CHANGE, sort=False):
        moves.append(_everywhere(group, levels, differential))
        factors.append(float(group["sigma_factor"].iloc[0]))
        names.append(name)
    errors = _errors(counted, coding, sets, np.array(moves), np.array(factors))
    # Made anew from stored tables, whose digits end, they are to be the same.
    errors = np.round(errors, DECIMALS)
    changed = dict(zip(names, errors[1:].tolist(), strict=True))
    value = [changed[name] for name in zip(*(shifts[key] for key in CHANGE), strict=True)]
    change = np.round(np.array(value) - errors[0], DECIMALS)
    return shifts.assign(code_error=value, code_error_change=change)


def _everywhere(
    group: pd.DataFrame, levels: NDArray[np.int64], differential: bool
) -> NDArray[np.float64]:
    shift = group["v_bl_shift_v"] - (group["v_blb_shift_v"] if differential else 0.0)
    known = shift.notna().to_numpy()
    if not known.any():
        return np.full(len(levels), np.nan)
    places = group[["n_plus", "n_minus"]].to_numpy(dtype=np.int64)[known]
    return interpolate_levels(places, shift.to_numpy()[known, None], levels)[:, 0]


def _errors(
    counted: CountedLevels,
    coding: SumCoding,
    sets: dict[int, NDArray[np.float64]],
    moves: NDArray[np.float64],
    factors: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the share of wrong codes of each move, shape (moves,)."""
    model, distribution = counted.model, coding.distribution
    weight = np.zeros(model.n_plus.size)
    weight[model.index_of(distribution.n_plus, distribution.n_minus)] = distribution.probability
    codes = coding.quantizer.quantize(model.sum)
    wrong, shift = np.zeros(len(moves)), np.nan_to_num(moves)
    for level in np.flatnonzero(weight).tolist():
        active = int(model.n_active[level])
        between = np.array([-np.inf, np.inf])  # without active rows there is one sum, and one code
        if active in sets:
            own = np.concatenate([[-np.inf], sets[active], [np.inf]])
            between = own[codes[level] : codes[level] + 2]
        middle = model.mean[level]
        # The references as the level that has not moved sees them, shape (moves, 2).
        seen = middle + (between - shift[:, level, None] - middle) / factors[:, None]
        below = counted.below(level, seen)
        wrong += weight[level] * (1.0 - (below[:, 1] - below[:, 0]))
    return np.where(np.isfinite(moves).all(axis=1), wrong, np.nan)
