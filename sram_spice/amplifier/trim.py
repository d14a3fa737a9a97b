"""Taps of the reference generator, trimmed so that the MLSA decides at the wanted references."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.amplifier.decision_summary import decision_summary
from sram_spice.amplifier.pairs import PairErrors, Taps, nominal_taps
from sram_spice.amplifier.reference_statistics import (
    BuiltReferences,
    ReferenceStatistics,
    build_references,
    columns_make,
    reference_statistics,
)
from sram_spice.amplifier.sense_threshold import bench_at, differential_bench_at
from sram_spice.amplifier.sense_waveforms import decision_waves
from sram_spice.amplifier.tap_voltages import tap_voltages
from sram_spice.amplifier.threshold_shift import TOLERANCE, ThresholdShift, threshold_shifts
from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.errors import AmplifierError
from sram_spice.generators import cell_of, column_of
from sram_spice.generators.column import Column
from sram_spice.generators.mlsa_bench import MlsaBench, MlsaMode
from sram_spice.generators.reference_generator import Setting, reference_generator_of
from sram_spice.generators.sense_amplifier_bench import SenseAmplifierBench
from sram_spice.mlsa import ReferenceSet

CLOSEST_TO_RAIL = 2e-3  # part of VDD; a trimmed tap stays so far from it
NEARLY = 1e-3  # part of VDD, to which thresholds are measured for energy and latency
INPUTS = (0.1e-3, 1e-3, 10e-3)  # V, for the smallest input that resolves


@dataclass(frozen=True)
class TrimmedSet:
    """References of some number of active rows, and the taps that realize them.

    Attributes
    ----------
    n_active : int
    mode : {"parallel", "serial"}
    v_ref : ndarray, shape (n,)
        Where the MLSA has to decide: V_BL, or V_BL - V_BLB, V.
    taps : ndarray, shape (n,)
        Where the generator's taps are for it, V; v_ref itself at and beyond the rails.
    before, after : ndarray, shape (n,)
        Threshold minus v_ref with taps at v_ref, and with trimmed taps, V; NaN at the rails, where
        the decision does not turn, and where it is not measured.
    dead_zone : ndarray, shape (n,)
        Levels nearer to v_ref than this may get either code: what is left of the shift, the
        resolution of its measurement, and the smallest input that resolves in time, V; infinite
        where the decision does not turn.
    complements : ndarray, shape (n,), or None
        Differential sensing: the second tap of each reference, V.
    settings : tuple of Setting
        What the generator fixes of each reference, where columns make it; None at a rail.
    """

    n_active: int
    mode: MlsaMode
    v_ref: NDArray[np.float64]
    taps: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    dead_zone: NDArray[np.float64]
    complements: NDArray[np.float64] | None = None
    settings: tuple[Setting, ...] = ()

    def bench(self, column: Column, recover: bool = True) -> MlsaBench:
        """Return the MLSA with these taps on a column."""
        own = _Taps(self.taps, self.complements, settings=self.settings)
        return _bench(column, self.mode, own, recover)

    def distance(self, v_bl: float, v_blb: float) -> NDArray[np.float64]:
        """Return how far a level is from each reference, V."""
        sensed = v_bl if self.complements is None else v_bl - v_blb
        return np.asarray(np.abs(sensed - self.v_ref))


def _bench(column: Column, mode: MlsaMode, taps: _Taps, recover: bool = True) -> MlsaBench:
    second = () if taps.complements is None else tuple(taps.complements.tolist())
    return MlsaBench(
        column,
        tuple(taps.taps.tolist()),
        mode,
        recover=recover,
        complements=second,
        settings=taps.settings,
    )


def active_rows(design: Design, always_active: bool) -> list[int]:
    """Return the numbers of active rows at which whole accesses are simulated: quarters."""
    rows = design.column.rows
    return [rows] if always_active else sorted({max(1, rows * q // 4) for q in (1, 2, 3, 4)})


def trim(
    context: Context,
    levels: pd.DataFrame,
    sets: Sequence[ReferenceSet],
    mode: MlsaMode,
    pairs: PairErrors | None = None,
    spread: bool = False,
) -> list[TrimmedSet]:
    """Measure where decisions turn in the nominal column, and move the taps by as much.

    Kick-back and settling move a threshold by millivolts, alike in every circuit of the design. A
    designer takes that into the references; so does this, and measures what is left. Taps that
    columns make move in steps of a cell.

    Parameters
    ----------
    context : Context
    levels : DataFrame
        As in a run's tables: nominal levels.
    sets : sequence of ReferenceSet
        Each with its n_active.
    mode : {"parallel", "serial"}
    pairs : PairErrors, optional
        Differential sensing with these amplifiers; the references are of V_BL - V_BLB.
    spread : bool
        The references are of mismatched columns, whose mean is not where the nominal one is: nor
        is that of taps that columns make.
    """
    vdd = context.design.conditions.vdd
    wanted = _untrimmed(context, levels, sets, pairs)
    first, turns = _measure(context, levels, sets, mode, wanted)
    off = [shift[:, 0] for shift in first]
    if spread and any(one.settings for one in wanted):
        off = [v + _mean_offset(levels, one, pairs) for v, one in zip(off, sets, strict=True)]
    taps = _moved(context, wanted, off)
    second, _ = _measure(context, levels, sets, mode, taps, turns)
    smallest = _smallest_inputs(context, wanted, vdd)
    found = []
    for one, tap, before, after, least in zip(sets, taps, first, second, smallest, strict=True):
        dead = np.abs(after[:, 0]) + after[:, 1] + least
        inside = (tap.taps > 0) & (tap.taps < vdd)
        dead[inside & np.isnan(dead)] = np.inf  # where it does not turn, nobody knows its code
        found.append(
            TrimmedSet(
                int(one.n_active or 0),
                mode,
                one.v_ref,
                tap.taps,
                before[:, 0],
                after[:, 0],
                dead,
                tap.complements,
                tap.settings,
            )
        )
    return found


def nearly_trimmed(
    context: Context,
    levels: pd.DataFrame,
    sets: Sequence[ReferenceSet],
    mode: MlsaMode,
    pairs: PairErrors | None = None,
) -> list[TrimmedSet]:
    """Return taps trimmed to some millivolt, for energy and latency, which do not feel the rest.

    Measured at the lowest reference of a set, the middle and the highest one, to a thousandth of
    VDD; what moves a threshold changes little in between. What is left is not measured.

    Parameters
    ----------
    context, levels, sets, mode, pairs
        As of :func:`trim`.
    """
    vdd = context.design.conditions.vdd
    wanted = _untrimmed(context, levels, sets, pairs)
    inside = [np.flatnonzero((one.taps > 0) & (one.taps < vdd)) for one in wanted]
    chosen = [{int(one[i * (one.size - 1) // 2]) for i in range(3)} if one.size else set()
              for one in inside]  # fmt: skip
    found, _ = _measure(context, levels, sets, mode, wanted, only=chosen, tolerance=NEARLY)
    off = []
    for one, shift, there in zip(sets, found, inside, strict=True):
        known, between = np.isfinite(shift[:, 0]), np.full(one.v_ref.size, np.nan)
        if known.any():
            at = one.v_ref[known].argsort()
            values = one.v_ref[known][at], shift[known, 0][at]
            between[there] = np.interp(one.v_ref[there], *values)
        off.append(between)
    unknown = [np.full(one.v_ref.size, np.nan) for one in sets]
    return [
        TrimmedSet(
            int(one.n_active or 0),
            mode,
            one.v_ref,
            tap.taps,
            shift[:, 0],
            nothing,
            nothing,
            tap.complements,
            tap.settings,
        )
        for one, tap, shift, nothing in zip(
            sets, _moved(context, wanted, off), found, unknown, strict=True
        )
    ]


def trimmed_references(
    context: Context,
    levels: pd.DataFrame,
    sets: Sequence[ReferenceSet],
    mode: MlsaMode,
    pairs: PairErrors | None = None,
) -> list[BuiltReferences]:
    """Return references as they are built, trimmed for this condition.

    Those of a fixed voltage can be put anywhere, and nothing is simulated. Where columns make them,
    it is measured where decisions turn at quarters of the rows active, and interpolated.

    Parameters
    ----------
    context : Context
    levels : DataFrame
        As in a run's tables: nominal levels and means.
    sets : sequence of ReferenceSet
        Of mismatched columns, each with its n_active.
    mode : {"parallel", "serial"}
    pairs : PairErrors, optional
        Differential sensing with these amplifiers.

    Raises
    ------
    InputError
        Columns that are to make a reference lose their data without mismatch.
    """
    design = context.design
    built = [build_references(design, one) for one in sets]
    if not columns_make(design, [s for one in built for s in one.settings]):
        return built
    measured = set(active_rows(design, cell_of(design).always_active))
    chosen = [i for i, one in enumerate(sets) if one.n_active in measured or len(sets) == 1]
    start = _untrimmed(context, levels, sets, pairs)
    some, at = [sets[i] for i in chosen], [start[i] for i in chosen]
    shifts = np.array(
        [
            found[:, 0] - (_sensed(taps) - one.v_ref)
            for found, taps, one in zip(
                _measure(context, levels, some, mode, at)[0], at, some, strict=True
            )
        ]
    )
    active = np.array([one.n_active for one in some], dtype=np.float64)
    turns = [_between(active, shifts, float(one.n_active or 0)) for one in sets]
    off = [
        _sensed(taps) - one.v_ref + turn + _mean_offset(levels, one, pairs)
        for taps, one, turn in zip(start, sets, turns, strict=True)
    ]
    ends = _moved(context, start, off)
    return [
        replace(one, settings=end.settings, shift_v=turn)
        for one, end, turn in zip(built, ends, turns, strict=True)
    ]


def statistics_of(
    context: Context, references: ReferenceSet, trimmed: TrimmedSet
) -> ReferenceStatistics | None:
    """Return how references come out that columns make, and decisions with them; else None.

    Parameters
    ----------
    context : Context
    references : ReferenceSet
        That was trimmed.
    trimmed : TrimmedSet
    """
    if not trimmed.settings:
        return None
    sensed = _sensed(_Taps(trimmed.taps, trimmed.complements))
    turn = np.nan_to_num(trimmed.after - (sensed - trimmed.v_ref))
    built = build_references(context.design, references)
    built = replace(built, settings=trimmed.settings, shift_v=turn)
    return reference_statistics(context, built, energy=False)


@dataclass(frozen=True)
class _Taps:
    """Taps of one set of references.

    `aim`, `weight`: differential sensing: where BL and BLB are at the thresholds, and how much BLB
    counts there. `settings`: where columns make them; None at a rail.
    """

    taps: NDArray[np.float64]
    complements: NDArray[np.float64] | None = None
    aim: Taps | None = None
    weight: NDArray[np.float64] | None = None
    settings: tuple[Setting | None, ...] = ()


def _sensed(one: _Taps) -> NDArray[np.float64]:
    """Return what is compared with BL, or BL - BLB, V."""
    return one.taps if one.complements is None else np.asarray(one.taps - one.complements)


def _untrimmed(
    context: Context,
    levels: pd.DataFrame,
    sets: Sequence[ReferenceSet],
    pairs: PairErrors | None,
) -> list[_Taps]:
    """Return taps where the references are, or as near as columns get."""
    vdd, found = context.design.conditions.vdd, []
    for one in sets:
        if pairs is None:
            found.append(_Taps(one.v_ref))
            continue
        aim = nominal_taps(levels, int(one.n_active or 0), one.v_ref, vdd)
        found.append(_Taps(aim.upper, aim.lower, aim, pairs.weights(aim)))
    built = [build_references(context.design, one).settings for one in sets]
    if not columns_make(context.design, [s for settings in built for s in settings]):
        return found
    return _made(context, found, built)


def _made(
    context: Context, taps: Sequence[_Taps], settings: Sequence[tuple[Setting | None, ...]]
) -> list[_Taps]:
    """Return taps of these settings, as columns make them; those at a rail stay."""
    wanted = list(dict.fromkeys(s for one in settings for s in one if s is not None))
    at = dict(zip(wanted, tap_voltages(context, wanted), strict=True))
    lost = next((s for s in wanted if not at[s].intact), None)
    if lost is not None:
        threshold = reference_generator_of(context.design).threshold_sum(lost)
        raise AmplifierError(
            f"the columns of a reference do not hold their data: {at[lost].status}",
            key="references.generator",
            value=f"{context.design.references.generator}, sum {threshold:g}",
            allowed="a word line and loads with which the columns that compute hold theirs",
        )
    found = []
    for one, own in zip(taps, settings, strict=True):
        upper, lower = one.taps.copy(), None if one.complements is None else one.complements.copy()
        for place, setting in enumerate(own):
            if setting is not None:
                upper[place] = at[setting].v_bl
                if lower is not None:
                    lower[place] = at[setting].v_blb
        found.append(replace(one, taps=upper, complements=lower, settings=own))
    return found


def _moved(
    context: Context, taps: Sequence[_Taps], off: Sequence[NDArray[np.float64]]
) -> list[_Taps]:
    """Return taps moved so that decisions turn where they are to, which now are off, V."""
    if not any(one.settings for one in taps):
        vdd = context.design.conditions.vdd
        return [_trimmed(one, by, vdd) for one, by in zip(taps, off, strict=True)]
    generator = reference_generator_of(context.design)

    def stepped(settings: tuple[Setting | None, ...], by: Sequence[int]) -> tuple[Setting, ...]:
        return tuple(
            None if s is None else generator.stepped(s, n)
            for s, n in zip(settings, by, strict=True)
        )

    up = _made(context, taps, [stepped(one.settings, [1] * len(one.settings)) for one in taps])
    steps = []
    for one, more, by in zip(taps, up, off, strict=True):
        step = _sensed(more) - _sensed(one)
        there = (np.abs(step) > 0) & np.isfinite(by)
        ratio = np.divide(-by, step, out=np.zeros_like(step), where=there)
        steps.append([int(n) for n in np.rint(ratio)])
    ends = [stepped(one.settings, by) for one, by in zip(taps, steps, strict=True)]
    return _made(context, taps, ends)


def _mean_offset(
    levels: pd.DataFrame, one: ReferenceSet, pairs: PairErrors | None
) -> NDArray[np.float64]:
    """Return by how much mismatch moves the mean of columns at the thresholds, V; 0: unknown."""
    mine = levels[levels["n_plus"] + levels["n_minus"] == one.n_active].sort_values("sum")
    moved = mine["v_bl_mean_v"] - mine["v_bl_nominal_v"]
    if pairs is not None:
        moved = moved - (mine["v_blb_mean_v"] - mine["v_blb_nominal_v"])
    values = moved.to_numpy(dtype=np.float64)
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(one.thresholds.size)
    sums = mine["sum"].to_numpy(dtype=np.float64)
    return np.asarray(np.interp(one.thresholds, sums[known], values[known]))


def _between(
    active: NDArray[np.float64], values: NDArray[np.float64], at: float
) -> NDArray[np.float64]:
    """Interpolate values of shape (k, n) over the active rows; 0 where nothing is known."""
    found = np.zeros(values.shape[1])
    for place, column in enumerate(values.T):
        known = np.isfinite(column)
        if known.any():
            found[place] = np.interp(at, active[known], column[known])
    return found


def _trimmed(one: _Taps, shift: NDArray[np.float64], vdd: float) -> _Taps:
    """Return the taps moved by the shifts, shape (n,), V, where those are known."""
    margin = CLOSEST_TO_RAIL * vdd
    known, by = np.isfinite(shift), np.nan_to_num(shift)

    def moved(taps: NDArray[np.float64], step: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(known, np.clip(taps + step, margin, vdd - margin), taps)

    if one.complements is None:
        return replace(one, taps=moved(one.taps, -by))
    return replace(one, taps=moved(one.taps, -by / 2), complements=moved(one.complements, by / 2))


def thresholds_table(sets: Sequence[TrimmedSet]) -> pd.DataFrame:
    """Return one row per reference: wanted, tap, shift before and after trimming, dead zone."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "mode": one.mode,
                    "sensing": "single_ended" if one.complements is None else "differential",
                    "n_active": one.n_active,
                    "index": np.arange(one.v_ref.size),
                    "v_ref_v": one.v_ref,
                    "v_tap_v": one.taps,
                    "v_complement_v": np.nan if one.complements is None else one.complements,
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
    taps: Sequence[_Taps],
    before: Mapping[tuple[int, int], ThresholdShift] | None = None,
    only: Sequence[Collection[int]] | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[list[NDArray[np.float64]], dict[tuple[int, int], ThresholdShift]]:
    """Return shift and resolution of every reference, per set of shape (n, 2); NaN at rails.

    And what the decisions say, by set and reference; `before`: the same with other taps. `only`:
    of each set, the references that are measured.
    """
    benches: list[tuple[MlsaBench, int]] = []
    places: list[tuple[int, int]] = []
    settled: list[tuple[float, float]] = []
    for number, (one, tap) in enumerate(zip(sets, taps, strict=True)):
        mine = levels[levels["n_plus"] + levels["n_minus"] == one.n_active]
        sensed = mine["v_bl_nominal_v"]
        if tap.complements is not None:
            sensed = sensed - mine["v_blb_nominal_v"]
        for index, v in enumerate(one.v_ref.tolist()):
            if not 0 < tap.taps[index] < context.design.conditions.vdd:
                continue
            if only is not None and index not in only[number]:
                continue
            near = mine.iloc[int(np.nanargmin((sensed - v).abs().to_numpy(dtype=float)))]
            column = column_of(
                context.design, int(near["n_plus"]), int(near["n_minus"]), merged=True
            )
            bench = _bench(column, mode, tap)
            decision = [d.reference for d in bench.decisions].index(index)
            benches.append((bench, decision))
            settled.append((float(near["v_bl_nominal_v"]), float(near["v_blb_nominal_v"])))
            places.append((number, index))
    found = [np.full((one.v_ref.size, 2), np.nan) for one in sets]
    levels_bl = [v_bl for v_bl, _ in settled]
    known = None
    if before is not None and all(p in before and np.isfinite(before[p].shift) for p in places):
        known = [before[place] for place in places]
    shifts: list[ThresholdShift] = []
    if benches:
        shifts = threshold_shifts(context, benches, levels_bl, known, tolerance)
    for (number, index), shift, (_, v_blb) in zip(places, shifts, settled, strict=True):
        tap, v_ref = taps[number], float(sets[number].v_ref[index])
        turns = float(tap.taps[index]) + shift.shift  # V_BL of the settled column
        if tap.complements is None:
            found[number][index] = turns - v_ref, shift.resolution
            continue
        assert tap.aim is not None
        assert tap.weight is not None
        # BL - w (BLB - its level at the threshold), as a difference.
        weight = float(tap.weight[index])
        moved = turns - tap.aim.upper[index] - weight * (v_blb - tap.aim.lower[index])
        found[number][index] = np.array([moved, shift.resolution]) / ((1 + weight) / 2)
    return found, dict(zip(places, shifts, strict=True))


def _smallest_inputs(
    context: Context, sets: Sequence[_Taps], vdd: float
) -> list[NDArray[np.float64]]:
    """Return the smallest input that resolves at each reference, V; NaN at rails."""
    keys = [_keys(one, vdd) for one in sets]
    wanted = sorted({key for mine in keys for key in mine if key is not None})
    benches = [_decision_bench(context.design, *key) for key in wanted]
    inputs = [sign * v for v in INPUTS for sign in (1, -1)]
    waves = decision_waves(context, [(bench, v) for bench in benches for v in inputs])
    n = len(inputs)
    least = {key: decision_summary(waves[i * n : (i + 1) * n])[2] for i, key in enumerate(wanted)}
    return [np.array([np.nan if k is None else least[k] for k in mine]) for mine in keys]


def _keys(one: _Taps, vdd: float) -> list[tuple[float, float] | None]:
    """Return the taps of each reference to a millivolt (-1: no second one); None at a rail."""
    second = np.full(one.taps.size, -1.0) if one.complements is None else one.complements
    return [
        (round(tap, 3), round(other, 3)) if 0 < tap < vdd else None
        for tap, other in zip(one.taps.tolist(), second.tolist(), strict=True)
    ]


def _decision_bench(design: Design, tap: float, second: float) -> SenseAmplifierBench:
    return bench_at(design, tap) if second < 0 else differential_bench_at(design, tap, second)
