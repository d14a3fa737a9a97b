"""How often each level is read as each code."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from sram_spice.errors import InputError
from sram_spice.mlsa.level_model import LevelModel, sensed_voltage
from sram_spice.mlsa.references import ReferenceSet
from sram_spice.mlsa.voltage_counts import VoltageCounts

_NEGLIGIBLE = 1e-12
# Sorts behind every code.
_NO_CODE = np.iinfo(np.int64).max


def code_probabilities(
    model: LevelModel,
    samples: pd.DataFrame | None,
    references: Mapping[int, ReferenceSet] | ReferenceSet,
) -> pd.DataFrame:
    """P(code | level) for every level; the code is the number of references strictly below V.

    Parameters
    ----------
    model : LevelModel
        Sensed voltages of all levels.
    samples : DataFrame or None
        Columns ``n_plus,n_minus,v_bl_v,v_blb_v,status`` of samples.parquet. A sample that has lost
        data, or has no valid solution, has no code.
    references : mapping of int to ReferenceSet, or ReferenceSet
        One set per n_active (input-aware), or one for all levels (global).

    Returns
    -------
    DataFrame
        Columns ``n_plus,n_minus,sum,code,probability,method``, sorted by n_active, n_plus, code;
        only probabilities > 0, which sum to 1 for each level. `code` is Int64, missing (and last)
        where a sample has none. `method`: "counted" from samples; "interpolated" from
        the Gaussian of the model, without what is below 1e-12; "nominal" from a voltage without
        spread.

    Raises
    ------
    InputError
        If there are no references for an n_active, or a sample belongs to no level.
    """
    table, rails = _reference_table(model, references)
    sampled = np.zeros(model.n_plus.size, dtype=np.bool_)
    parts = []
    if samples is not None and len(samples):
        level = model.index_of(samples["n_plus"], samples["n_minus"])
        sampled[level] = True
        voltage = sensed_voltage(samples, model.sensing)
        parts.append(_counted(level, _codes(voltage, table, model.n_active[level])))
    parts += _not_sampled(model, sampled, table, rails)
    return _frame(model, pd.concat(parts))


def counted_code_probabilities(
    model: LevelModel,
    counts: VoltageCounts,
    samples: NDArray[np.int64],
    references: Mapping[int, ReferenceSet] | ReferenceSet,
) -> pd.DataFrame:
    """P(code | level) from counted voltages; references lie on the grid, so that it is exact.

    A voltage on the edge of a bin, to which the grid puts references, belongs to the bin above.

    Parameters
    ----------
    model : LevelModel
    counts : VoltageCounts
        Of the sensed voltage; levels as in `model`.
    samples : ndarray of int, shape (levels,)
        Samples of each level; those without a voltage have no code. 0: the level has none.
    references : mapping of int to ReferenceSet, or ReferenceSet

    Returns
    -------
    DataFrame
        As by :func:`code_probabilities`.
    """
    table, rails = _reference_table(model, references)
    parts = [_of_counts(model, counts, samples, table)]
    parts += _not_sampled(model, samples > 0, table, rails)
    return _frame(model, pd.concat(parts))


def _of_counts(
    model: LevelModel,
    counts: VoltageCounts,
    samples: NDArray[np.int64],
    table: NDArray[np.float64],
) -> pd.DataFrame:
    levels = np.flatnonzero(samples)
    codes, probabilities = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for level in levels.tolist():
        below = counts.below(level)
        edges = counts.edge(np.sort(table[model.n_active[level]]))
        inside = np.diff(below[edges], prepend=0, append=below[-1])
        code, none = np.flatnonzero(inside), samples[level] - below[-1]
        inside = inside[code]
        if none:
            code, inside = np.append(code, _NO_CODE), np.append(inside, none)
        codes.append(code)
        probabilities.append(inside / samples[level])
    return pd.DataFrame(
        {
            "level": np.repeat(levels, [code.size for code in codes[1:]]),
            "code": np.concatenate(codes),
            "probability": np.concatenate(probabilities),
            "method": "counted",
        }
    )


def _not_sampled(
    model: LevelModel,
    sampled: NDArray[np.bool_],
    table: NDArray[np.float64],
    rails: tuple[float, float],
) -> list[pd.DataFrame]:
    solved = np.isfinite(model.nominal)
    gaussian = ~sampled & solved & (model.std > 0)
    nominal = np.flatnonzero(~sampled & ~gaussian)
    voltage = np.where(solved, model.mean, np.nan)[nominal]
    return [
        _interpolated(model, np.flatnonzero(gaussian), table, rails),
        _certain(nominal, _codes(voltage, table, model.n_active[nominal])),
    ]


def _reference_table(
    model: LevelModel, references: Mapping[int, ReferenceSet] | ReferenceSet
) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Stack the references by n_active, shape (greatest n_active + 1, n), and the rails."""
    wanted = [int(n_active) for n_active in np.unique(model.n_active)]
    if isinstance(references, ReferenceSet):
        references = dict.fromkeys(wanted, references)
    missing = sorted(set(wanted) - set(references))
    if missing:
        raise InputError("no references", key="n_active", value=missing[0])
    first = references[wanted[0]]
    table = np.full((wanted[-1] + 1, first.v_ref.size), np.nan)
    for n_active in wanted:
        table[n_active] = references[n_active].v_ref
    return table, first.rails


def _codes(
    voltage: NDArray[np.float64], table: NDArray[np.float64], n_active: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the references below each voltage; `_NO_CODE` where there is no voltage."""
    codes = np.zeros(voltage.size, dtype=np.int64)
    # One reference at a time: millions of samples times hundreds of references would not fit.
    for reference in table.T:
        codes += reference[n_active] < voltage
    return np.where(np.isnan(voltage), _NO_CODE, codes)


def _counted(level: NDArray[np.intp], codes: NDArray[np.int64]) -> pd.DataFrame:
    counts = pd.DataFrame({"level": level, "code": codes}).value_counts(sort=False)
    table = counts.reset_index(name="count")
    total = table.groupby("level")["count"].transform("sum")
    return table.assign(probability=table["count"] / total, method="counted")


def _interpolated(
    model: LevelModel,
    levels: NDArray[np.intp],
    table: NDArray[np.float64],
    rails: tuple[float, float],
) -> pd.DataFrame:
    # How many references lie below a voltage does not depend on their order.
    v_ref = np.sort(table[model.n_active[levels]], axis=1)
    # The tails of the Gaussian cross the rails, the column does not.
    v_ref = np.where(v_ref >= rails[1], np.inf, np.where(v_ref <= rails[0], -np.inf, v_ref))
    below = ndtr((v_ref - model.mean[levels, None]) / model.std[levels, None])
    probability = np.diff(below, axis=1, prepend=0.0, append=1.0)
    probability[probability < _NEGLIGIBLE] = 0.0
    probability /= probability.sum(axis=1, keepdims=True)
    row, code = np.nonzero(probability)
    return pd.DataFrame(
        {
            "level": levels[row],
            "code": code,
            "probability": probability[row, code],
            "method": "interpolated",
        }
    )


def _certain(level: NDArray[np.intp], codes: NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame({"level": level, "code": codes, "probability": 1.0, "method": "nominal"})


def _frame(model: LevelModel, table: pd.DataFrame) -> pd.DataFrame:
    table = table.sort_values(["level", "code"])
    level, code = table["level"].to_numpy(), table["code"].to_numpy()
    return pd.DataFrame(
        {
            "n_plus": model.n_plus[level],
            "n_minus": model.n_minus[level],
            "sum": model.sum[level],
            "code": pd.array(code, dtype="Int64"),
            "probability": table["probability"].to_numpy(),
            "method": pd.array(table["method"].to_numpy(), dtype="str"),
        }
    ).assign(code=lambda frame: frame["code"].mask(code == _NO_CODE))
