"""The reference voltages of many chips at one condition: where they are, and how they vary."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.amplifier.ideal import sum_distribution
from sram_spice.amplifier.tap_moments import TapMoments, balances_at_rest, tap_moments
from sram_spice.amplifier.tap_samples import sampled_moments
from sram_spice.amplifier.tap_voltages import TapVoltage, tap_energies, tap_voltages
from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators.mlsa_timing import mlsa_timing
from sram_spice.generators.reference_generator import (
    ReferenceCircuit,
    Setting,
    Tap,
    reference_generator_of,
)
from sram_spice.mlsa import ReferenceSet
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray


@dataclass(frozen=True, eq=False)
class BuiltReferences:
    """References of one set as they are built: the same silicon at every condition.

    Attributes
    ----------
    n_active : int
        Active rows of the columns they are for.
    thresholds : ndarray, shape (n,)
        On the sum.
    v_ref : ndarray, shape (n,)
        Where decisions were to turn at the condition they were made for, V.
    rails : (float, float)
        Of that condition: references at or beyond them are not built, their decision is known.
    settings : tuple, length n
        What each generator fixes; None where nothing is built.
    shift_v : ndarray, shape (n,), or None
        By how much decisions turn beyond the tap, V: kick-back and settling where they are not
        trimmed away; None: they are.
    """

    n_active: int
    thresholds: FloatArray
    v_ref: FloatArray
    rails: tuple[float, float]
    settings: tuple[Setting | None, ...]
    shift_v: FloatArray | None = None

    @property
    def compared(self) -> NDArray[np.bool_]:
        """Which references are built, shape (n,)."""
        return np.array([setting is not None for setting in self.settings], dtype=np.bool_)


def build_references(design: Design, references: ReferenceSet) -> BuiltReferences:
    """Return the references of a set as the design's generator builds them; not trimmed.

    Parameters
    ----------
    design : Design
        At the condition that they are made for.
    references : ReferenceSet
        Global ones (no n_active) are built for the mean number of active rows, or as many more
        as a threshold needs.
    """
    generator = reference_generator_of(design)
    low, high = references.rails
    n_active = references.n_active
    if n_active is None:
        levels = sum_distribution(design)
        n_active = round(float(levels.probability @ (levels.n_plus + levels.n_minus)))
    settings = tuple(
        generator.setting(max(n_active, math.ceil(abs(threshold))), threshold, v)
        if low < v < high
        else None
        for threshold, v in zip(
            references.thresholds.tolist(), references.v_ref.tolist(), strict=True
        )
    )
    return BuiltReferences(n_active, references.thresholds, references.v_ref, (low, high), settings)


def columns_make(design: Design, settings: Iterable[Setting | None]) -> bool:
    """Return whether columns make any of these references: only the simulator says where it is."""
    generator = reference_generator_of(design)
    return any(s is not None and generator.fixed_voltage(s) is None for s in settings)


@dataclass(frozen=True, eq=False)
class ReferenceStatistics:
    """Reference voltages of many chips at one condition.

    Attributes
    ----------
    threshold_v : ndarray, shape (n,)
        Where decisions turn on average over chips, single-ended, V: the mean and the shift of
        :class:`BuiltReferences`; the amplifiers' offsets are not in it.
    mean_v : ndarray, shape (n,)
        Mean over chips, V; of one that is not built the rail of this condition.
    covariance : ndarray, shape (n, n)
        Over chips, V^2; 0 where nothing is built. Fixed per chip, the same at every access.
    nominal_v : ndarray, shape (n,)
        Without mismatch, V.
    complement_mean_v : ndarray, shape (n,), or None
        BLB of the columns that make them, V; None where none do.
    pair_covariance : ndarray, shape (2 n, 2 n), or None
        Of all references and then all complements, V^2.
    threshold_sum : ndarray, shape (n,)
        The sum that each stands for: what was wanted, or as near as the generator gets.
    columns : int
        Columns of the array that the generator takes.
    power_w : float
        What it draws on average over an access, W.
    energy_j : float
        What it takes from supply and drivers in one access of the column, J.
    flipped : ndarray, shape (n,)
        Part of the chips in which a cell of the reference has lost its data.
    failed : ndarray, shape (n,)
        Part of the chips without a valid solution.
    """

    threshold_v: FloatArray
    mean_v: FloatArray
    covariance: FloatArray
    nominal_v: FloatArray
    complement_mean_v: FloatArray | None
    pair_covariance: FloatArray | None
    threshold_sum: FloatArray
    columns: int
    power_w: float
    energy_j: float
    flipped: FloatArray
    failed: FloatArray


def reference_statistics(
    context: Context, built: BuiltReferences, energy: bool = True
) -> ReferenceStatistics:
    """Return where references are at the condition of `context.design`, and how they vary.

    Parameters
    ----------
    context : Context
        Its design has the condition, and the cards are of that condition; the generator is the
        one that has built the references.
    built : BuiltReferences
        Of any condition, by :func:`build_references`, or trimmed by
        :func:`sram_spice.amplifier.trim.trimmed_references`.
    energy : bool
        Simulate an access of columns that make references; without, their energy is NaN.

    Raises
    ------
    InputError
        The design has no [sense_amplifier].
    SimulatorError
        libngspice is missing or broken.
    """
    design = context.design
    generator = reference_generator_of(design)
    settings = [setting for setting in built.settings if setting is not None]
    fixed = [generator.fixed_voltage(setting) for setting in settings]
    known = [v for v in fixed if v is not None]
    cycles = max(1, len(settings)) if design.mlsa.mode == "serial" else 1
    timing = mlsa_timing(design, cycles)
    duration = timing.stop - timing.release
    if len(known) == len(settings):
        taps = [Tap(v, setting) for v, setting in zip(known, settings, strict=True)]
        own = _fixed(generator.circuit(taps, True) if taps else None, known)
        taken = (generator.power(settings) or 0.0) * duration if settings else 0.0
    else:
        own = _of_columns(context, settings)
        taken = float(tap_energies(context, settings, cycles).sum()) if energy else math.nan
    sums = [generator.threshold_sum(setting) for setting in settings]
    return _all(
        context, built, own, np.array([np.nan if s is None else s for s in sums]), taken, duration
    )


@dataclass(frozen=True, eq=False)
class _Own:
    """Of the k references that are built; `pairs`: (k, 2) mean and (k, 2, 2) covariance."""

    nominal: FloatArray
    mean: FloatArray
    covariance: FloatArray
    pairs: tuple[FloatArray, FloatArray] | None
    flipped: FloatArray
    failed: FloatArray


def _fixed(circuit: ReferenceCircuit | None, voltages: list[float]) -> _Own:
    """Return references that are where they were made, but for their mismatch."""
    v, zero = np.array(voltages), np.zeros(len(voltages))
    covariance = None if circuit is None else circuit.covariance()
    if covariance is None:
        covariance = np.zeros((v.size, v.size))
    return _Own(v, v, covariance, None, zero, zero)


def _of_columns(context: Context, settings: list[Setting]) -> _Own:
    """Return references that columns make; groups are independent of each other."""
    nominal = tap_voltages(context, settings)
    if all(balances_at_rest(context.design, setting) for setting in settings):
        moments = tap_moments(context, settings, nominal)
    elif context.design.mismatch.a_vt > 0:
        moments = sampled_moments(context, settings, context.design.monte_carlo.samples)
    else:
        moments = [
            TapMoments(np.array([v.v_bl, v.v_blb]), np.zeros((2, 2)), *_lost(v)) for v in nominal
        ]
    mean = np.array([one.mean for one in moments])
    covariance = np.array([one.covariance for one in moments])
    return _Own(
        np.array([v.v_bl for v in nominal]),
        mean[:, 0],
        np.diag(covariance[:, 0, 0]),
        (mean, covariance),
        np.array([one.flipped for one in moments]),
        np.array([one.failed for one in moments]),
    )


def _lost(tap: TapVoltage) -> tuple[float, float]:
    return float(tap.status is Status.FLIPPED), float(not tap.status.has_values)


def _all(
    context: Context,
    built: BuiltReferences,
    own: _Own,
    sums: FloatArray,
    energy: float,
    duration: float,
) -> ReferenceStatistics:
    """Put those that are not built at their rails."""
    n, where = built.thresholds.size, built.compared
    vdd = context.design.conditions.vdd
    low, _ = built.rails
    rails = np.where(built.v_ref <= low, math.copysign(vdd, low) if low else 0.0, vdd)

    def spread(values: FloatArray, rest: FloatArray) -> FloatArray:
        found = np.array(rest, dtype=np.float64)
        found[where] = values
        return found

    covariance = np.zeros((n, n))
    covariance[np.ix_(where, where)] = own.covariance
    second, pairs = None, None
    if own.pairs is not None:
        mean, each = own.pairs
        second = spread(mean[:, 1], vdd - rails)
        both = np.zeros((2, n, 2, n))
        for place, i in enumerate(np.flatnonzero(where)):
            both[:, i, :, i] = each[place]
        pairs = both.reshape(2 * n, 2 * n)
    generator = reference_generator_of(context.design)
    mean = spread(own.mean, rails)
    turns = mean if built.shift_v is None else mean + np.where(where, built.shift_v, 0.0)
    return ReferenceStatistics(
        turns,
        mean,
        covariance,
        spread(own.nominal, rails),
        second,
        pairs,
        spread(np.where(np.isfinite(sums), sums, built.thresholds[where]), built.thresholds),
        generator.columns([s for s in built.settings if s is not None]),
        energy / duration,
        energy,
        spread(own.flipped, np.zeros(n)),
        spread(own.failed, np.zeros(n)),
    )
