"""Taps of the reference ladder, trimmed so that the MLSA decides at the wanted references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.design import Design
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench, MlsaMode
from sram_spice.measurements.decision_time import summary
from sram_spice.measurements.measurement import Context
from sram_spice.measurements.mlsa_shift import ThresholdShift, threshold_shifts
from sram_spice.measurements.sense_threshold import bench_at
from sram_spice.measurements.sense_waveforms import decision_waves
from sram_spice.mlsa import ReferenceSet

CLOSEST_TO_RAIL = 2e-3  # part of VDD; a trimmed tap stays so far from it
INPUTS = (0.1e-3, 1e-3, 10e-3)  # V, for the smallest input that resolves


@dataclass(frozen=True)
class TrimmedSet:
    """References of some number of active rows, and the taps that realize them.

    Attributes
    ----------
    n_active : int
    mode : {"parallel", "serial"}
    v_ref : ndarray, shape (n,)
        Where the MLSA has to decide, V.
    taps : ndarray, shape (n,)
        Where the ladder's taps are for it, V; v_ref itself at and beyond the rails.
    before, after : ndarray, shape (n,)
        Threshold minus v_ref with taps at v_ref, and with trimmed taps, V; NaN at the rails, and
        where the decision does not turn.
    dead_zone : ndarray, shape (n,)
        Levels nearer to v_ref than this may get either code: what is left of the shift, the
        resolution of its measurement, and the smallest input that resolves in time, V.
    """

    n_active: int
    mode: MlsaMode
    v_ref: NDArray[np.float64]
    taps: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    dead_zone: NDArray[np.float64]


def active_rows(design: Design, always_active: bool) -> list[int]:
    """Return the numbers of active rows at which whole accesses are simulated: quarters."""
    rows = design.column.rows
    return [rows] if always_active else sorted({max(1, rows * q // 4) for q in (1, 2, 3, 4)})


def trim(
    context: Context,
    levels: pd.DataFrame,
    sets: Sequence[ReferenceSet],
    mode: MlsaMode,
) -> list[TrimmedSet]:
    """Measure where decisions turn in the nominal column, and move the taps by as much.

    Kick-back and settling move a threshold by millivolts, alike in every circuit of the design. A
    designer takes that into the references; so does this, and measures what is left.

    Parameters
    ----------
    context : Context
    levels : DataFrame
        As in :class:`RunTables`: nominal levels.
    sets : sequence of ReferenceSet
        Each with its n_active.
    mode : {"parallel", "serial"}
    """
    first = _measure(context, levels, sets, mode, [one.v_ref for one in sets])
    vdd = context.design.conditions.vdd
    margin = CLOSEST_TO_RAIL * vdd
    taps = []
    for one, shift in zip(sets, first, strict=True):
        known = np.isfinite(shift[:, 0])
        moved = np.clip(one.v_ref - np.where(known, shift[:, 0], 0.0), margin, vdd - margin)
        taps.append(np.where(known, moved, one.v_ref))
    second = _measure(context, levels, sets, mode, taps)
    smallest = _smallest_inputs(context, sets)
    found = []
    for one, tap, before, after, least in zip(sets, taps, first, second, smallest, strict=True):
        left = tap + after[:, 0] - one.v_ref
        dead = np.abs(left) + after[:, 1] + least
        n_active = int(one.n_active or 0)
        found.append(TrimmedSet(n_active, mode, one.v_ref, tap, before[:, 0], left, dead))
    return found


def thresholds_table(sets: Sequence[TrimmedSet]) -> pd.DataFrame:
    """Return one row per reference: wanted, tap, shift before and after trimming, dead zone."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "mode": one.mode,
                    "n_active": one.n_active,
                    "index": np.arange(one.v_ref.size),
                    "v_ref_v": one.v_ref,
                    "v_tap_v": one.taps,
                    "shift_before_v": one.before,
                    "shift_after_v": one.after,
                    "dead_zone_v": one.dead_zone,
                }
            )
            for one in sets
        ],
        ignore_index=True,
    )


def _measure(
    context: Context,
    levels: pd.DataFrame,
    sets: Sequence[ReferenceSet],
    mode: MlsaMode,
    taps: Sequence[NDArray[np.float64]],
) -> list[NDArray[np.float64]]:
    """Return shift and resolution of every reference, per set of shape (n, 2); NaN at rails."""
    benches: list[tuple[MlsaBench, int]] = []
    places: list[tuple[int, int]] = []
    settled: list[float] = []
    for number, (one, tap) in enumerate(zip(sets, taps, strict=True)):
        mine = levels[levels["n_plus"] + levels["n_minus"] == one.n_active]
        for index, v in enumerate(one.v_ref.tolist()):
            if not 0 < v < context.design.conditions.vdd:
                continue
            near = mine.iloc[
                int(np.nanargmin((mine["v_bl_nominal_v"] - v).abs().to_numpy(dtype=float)))
            ]
            column = column_of(
                context.design, int(near["n_plus"]), int(near["n_minus"]), merged=True
            )
            bench = MlsaBench(column, tuple(tap.tolist()), mode)
            decision = [d.reference for d in bench.decisions].index(index)
            benches.append((bench, decision))
            settled.append(float(near["v_bl_nominal_v"]))
            places.append((number, index))
    found = [np.full((one.v_ref.size, 2), np.nan) for one in sets]
    shifts: list[ThresholdShift] = threshold_shifts(context, benches, settled) if benches else []
    for (number, index), shift in zip(places, shifts, strict=True):
        found[number][index] = shift.shift, shift.resolution
    return found


def _smallest_inputs(context: Context, sets: Sequence[ReferenceSet]) -> list[NDArray[np.float64]]:
    """Return the smallest input that resolves at each reference, V; NaN at rails."""
    vdd = context.design.conditions.vdd
    levels = sorted({round(v, 3) for one in sets for v in one.v_ref.tolist() if 0 < v < vdd})
    inputs = [sign * v for v in INPUTS for sign in (1, -1)]
    waves = decision_waves(
        context, [(bench_at(context.design, v), d) for v in levels for d in inputs]
    )
    n = len(inputs)
    least = {v: summary(waves[i * n : (i + 1) * n])[2] for i, v in enumerate(levels)}
    return [np.array([least.get(round(v, 3), np.nan) for v in one.v_ref.tolist()]) for one in sets]
