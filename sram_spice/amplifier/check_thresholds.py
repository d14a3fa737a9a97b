"""Predicted thresholds against the decisions of full transients, sample by sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_ndtr

from sram_spice.amplifier.access_samples import draw
from sram_spice.amplifier.check_codes import Counted
from sram_spice.amplifier.errors import AmplifierErrors
from sram_spice.amplifier.pairs import PairErrors, Taps
from sram_spice.amplifier.tap_voltages import drawn_taps
from sram_spice.amplifier.trim import TrimmedSet
from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.reference_generator import ReferenceCircuit
from sram_spice.generators.sense_amplifier import polarity_at
from sram_spice.mlsa.mlsa_code_probability import CommonMode
from sram_spice.results.checkpoint import Level
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray

SIGMAS = 1.96  # of a 95 % interval
START = 1e-3  # V; spread from which the fit begins
LEAST = 1e-5  # V; smallest spread: below the resolution of the offsets


@dataclass(frozen=True)
class Prediction:
    """What is known of the thresholds of an MLSA, for any of its samples.

    Attributes
    ----------
    threshold : ndarray, shape (n,)
        Without mismatch: V_BL, or V_BL - V_BLB, of each decision; what trimming has left is in it.
    sensitivity : tuple of ndarray, length n, each of shape (transistors,)
        Threshold per threshold shift of the decision's amplifier, V/V.
    tap_slope : ndarray, shape (n, taps)
        Threshold per tap of the reference generator, V/V.
    common_mode : CommonMode or None
        Differential sensing: what the mean of BL and BLB adds.
    """

    threshold: FloatArray
    sensitivity: tuple[FloatArray, ...]
    tap_slope: FloatArray
    common_mode: CommonMode | None = None

    def thresholds(self, context: Context, bench: MlsaBench, samples: int) -> FloatArray:
        """Return the threshold of each decision of the first samples, (samples, n), V."""
        drawn = draw(context, bench, range(samples))
        place = len(bench.column.devices)
        found = np.tile(self.threshold, (samples, 1))
        for number, sensitivity in enumerate(self.sensitivity):
            found[:, number] += drawn[:, place : place + sensitivity.size] @ sensitivity
            place += sensitivity.size
        if bench.generator is not None:
            error = tap_errors(context, bench, bench.generator, drawn[:, place:])
            found += error @ self.tap_slope.T
        return found

    def sensed(self, v_bl: FloatArray, v_blb: FloatArray) -> FloatArray:
        """Return what is compared with the thresholds, shape (samples, n) or (samples, 1), V."""
        if self.common_mode is None:
            return v_bl[:, None]
        mean = (v_bl + v_blb)[:, None] / 2 - self.common_mode.level
        return np.asarray((v_bl - v_blb)[:, None] + self.common_mode.weight * mean)


def tap_errors(
    context: Context, bench: MlsaBench, generator: ReferenceCircuit, values: FloatArray
) -> FloatArray:
    """Return by how much the taps of some samples are off, shape (samples, taps), V.

    Parameters
    ----------
    context : Context
    bench : MlsaBench
    generator : ReferenceCircuit
        Of the bench.
    values : ndarray, shape (samples, len(generator.alter))
        As drawn.
    """
    found = generator.voltages(values)
    if found is None:
        found = drawn_taps(context, generator, bench.taps, values)
    return np.asarray(found - np.array([tap.voltage for tap in bench.taps]))


def single_ended_prediction(errors: AmplifierErrors, trimmed: TrimmedSet) -> Prediction:
    """Return the prediction for BL against references."""
    inside = _compared(errors.design, trimmed)
    v_ref = trimmed.v_ref[inside]
    sensitivity = tuple(
        errors.curves[polarity_at(errors.design, tap)].sensitivity(np.array([v]))[0]
        for v, tap in zip(v_ref.tolist(), trimmed.taps[inside].tolist(), strict=True)
    )
    threshold = v_ref + np.nan_to_num(trimmed.after[inside])
    return Prediction(threshold, sensitivity, np.eye(v_ref.size))


def differential_prediction(pairs: PairErrors, trimmed: TrimmedSet, taps: Taps) -> Prediction:
    """Return the prediction for BL - BLB against differences of references."""
    mine = taps.of(_compared(pairs.design, trimmed))
    threshold = mine.difference + np.nan_to_num(trimmed.after[_compared(pairs.design, trimmed)])
    sensitivity = tuple(pairs.per_difference(mine))
    return Prediction(threshold, sensitivity, pairs.tap_slope(mine), pairs.common_mode(mine))


def _compared(design: Design, trimmed: TrimmedSet) -> NDArray[np.bool_]:
    """Return which references an amplifier decides about."""
    return np.asarray((trimmed.taps > 0) & (trimmed.taps < design.conditions.vdd))


def compare_thresholds(
    context: Context,
    prediction: Prediction,
    trimmed: TrimmedSet,
    benches: Mapping[Level, MlsaBench],
    counted: Counted,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Compare where decisions turn with where they should, over all levels of a check.

    The same silicon is predicted and simulated, so that this is far sharper than counted codes: a
    bias of the thresholds shows to a part of a millivolt.

    Parameters
    ----------
    context : Context
    prediction : Prediction
    trimmed : TrimmedSet
    benches : mapping of (int, int) to MlsaBench
    counted : mapping of (int, int) to sequence of MlsaSample
    samples : DataFrame
        samples.parquet: the settled bit lines of each sample.

    Returns
    -------
    DataFrame
        One row per reference: decisions, those that are as predicted, `bias_v`, by how much the
        simulated threshold lies above the predicted one, with its 95 % interval, and `spread_v`,
        the standard deviation of what the prediction does not explain (both by maximum likelihood;
        where one bias explains all decisions, it is the smallest that does, the interval holds all
        that do, and the spread is 0).
    """
    distance, above = [], []
    by_level = samples.set_index(["n_plus", "n_minus", "index"])[["v_bl_v", "v_blb_v"]]
    for level, found in counted.items():
        bench = benches[level]
        good = [i for i, s in enumerate(found) if s.status is Status.OK and not s.undecided]
        index = pd.MultiIndex.from_tuples([(*level, i) for i in good])
        lines = by_level.reindex(index).to_numpy(dtype=np.float64)
        turns = prediction.thresholds(context, bench, len(found))[good]
        distance.append(prediction.sensed(*lines.T) - turns)
        above.append(np.array([[letter == "1" for letter in found[i].decisions] for i in good]))
    decisions = next(iter(benches.values())).decisions
    far, ones = np.concatenate(distance), np.concatenate(above)
    rows = []
    for number, decision in enumerate(decisions):
        known = np.isfinite(far[:, number])
        x, y = far[known, number], ones[known, number]
        bias, low, high, spread = turning_point(x, y)
        rows.append(
            {
                "sensing": "single_ended" if trimmed.complements is None else "differential",
                "n_active": trimmed.n_active,
                "index": decision.reference,
                "v_ref_v": float(trimmed.v_ref[decision.reference]),
                "decisions": int(known.sum()),
                "as_predicted": int(((x > 0) == y).sum()),
                "bias_v": bias,
                "bias_low_v": low,
                "bias_high_v": high,
                "spread_v": spread,
            }
        )
    return pd.DataFrame(rows)


def turning_point(
    distance: FloatArray, above: NDArray[np.bool_]
) -> tuple[float, float, float, float]:
    """Fit P(above) = Phi((distance - bias) / spread); return bias, its interval, spread, V.

    Maximum likelihood; a 95 % interval from the curvature. Where one bias separates all decisions
    there is no spread to be seen: then the smallest such bias, and all of them as interval. NaN
    where all decisions are the same.
    """
    highest_zero = float(distance[~above].max(initial=-np.inf))
    lowest_one = float(distance[above].min(initial=np.inf))
    if highest_zero <= lowest_one:
        if not np.isfinite(lowest_one - highest_zero):
            return (np.nan,) * 4
        return float(np.clip(0.0, highest_zero, lowest_one)), highest_zero, lowest_one, 0.0
    sign = np.where(above, 1.0, -1.0)

    def loss(at: FloatArray) -> float:
        bias, spread = at[0] * START, START * np.exp(at[1]) + LEAST
        return -float(log_ndtr(sign * (distance - bias) / spread).sum())

    best = minimize(loss, np.zeros(2), method="BFGS")
    bias, half = float(best.x[0] * START), float(SIGMAS * np.sqrt(best.hess_inv[0, 0]) * START)
    return bias, bias - half, bias + half, float(START * np.exp(best.x[1]) + LEAST)
