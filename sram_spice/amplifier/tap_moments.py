"""Mean and covariance of taps that columns make: from single cells at held bit lines.

Many cells pull on a tap, each by a little and each on its own. The tap is where their mean currents
balance; it varies by the variance of the sum of the currents over its slope (delta method, which
is off by some 1 / cells). A few hundred operating points of one cell thus say what thousands of
whole groups would.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from sram_spice.amplifier.tap_voltages import TapVoltage
from sram_spice.column.context import Context
from sram_spice.column.levels import SEPARATION
from sram_spice.design import Design
from sram_spice.generators import readout_of, threshold_sigma
from sram_spice.generators.cell import BIT_LINES
from sram_spice.generators.held_bench import OUTPUTS, HeldBench
from sram_spice.generators.reference_generator import Setting, reference_generator_of
from sram_spice.simulation import Job, OperatingPoint, Status
from sram_spice.simulation.job import FloatArray

DEGREE = 3  # of the polynomial of one transistor's shift; products of two shifts beside it
PER_TERM = 2  # draws per coefficient, at least
STEP = 1e-3  # V, to find the slope of currents
CHUNK = 256  # operating points per job
SEED = 0  # of the draws: the same every time
_NO_STEP, _AT_BL, _AT_BLB = (0.0, 0.0), (STEP, 0.0), (0.0, STEP)


@dataclass(frozen=True, eq=False)
class TapMoments:
    """A reference of many chips.

    Attributes
    ----------
    mean : ndarray, shape (2,)
        Tap and complement, V; NaN where too many cells have no valid solution.
    covariance : ndarray, shape (2, 2)
        V^2.
    flipped : float
        Part of the chips in which a cell has lost its data; seen from some per cent per cell on.
    failed : float
        Part of the cells without a valid solution.
    """

    mean: FloatArray
    covariance: FloatArray
    flipped: float
    failed: float


def balances_at_rest(design: Design, setting: Setting) -> bool:
    """Return whether a tap is an operating point of cells and simple loads at its bit lines."""
    readout = readout_of(design)
    column = reference_generator_of(design).group(setting).columns[0]
    static = isinstance(readout.level_analysis(column.n_plus, column.n_minus), OperatingPoint)
    return static and not readout.not_tabulated and readout.sensed == BIT_LINES


@dataclass(frozen=True, eq=False)
class _Currents:
    """Currents out of BL and BLB into a row or the loads, over mismatch.

    `mean` (2,), A; `covariance` (2, 2), A^2; `flipped`, `failed`: parts of the draws.
    """

    mean: FloatArray
    covariance: FloatArray
    flipped: float
    failed: float


@dataclass(frozen=True)
class _Group:
    """How many of each row, and of the loads (None), pull on a tap."""

    counts: dict[tuple[int, int] | None, int]


def tap_moments(
    context: Context, settings: Sequence[Setting], nominal: Sequence[TapVoltage]
) -> list[TapMoments]:
    """Return mean and covariance of taps.

    Parameters
    ----------
    context : Context
    settings : sequence of Setting
        Each a tap that :func:`balances_at_rest`.
    nominal : sequence of TapVoltage
        Where they are without mismatch.
    """
    groups = [_group(context.design, setting) for setting in settings]
    at = np.array([[v.v_bl, v.v_blb] for v in nominal]).reshape(-1, 2)
    known = np.array([v.status is Status.OK for v in nominal], dtype=np.bool_)
    places = [i for i in range(len(groups)) if known[i]]
    if places and context.design.mismatch.a_vt > 0:
        mine = [groups[i] for i in places]
        here = at[places]
        alone = _balance(context, mine, here, mismatch=False)
        shared = _sums(mine, _currents(context, mine, here, (_NO_STEP,), mismatch=True)[0])
        here = here - _solved(alone.slope, shared.current)
        found = _balance(context, mine, here, mismatch=True)
        mean = here - _solved(found.slope, found.current)
        inverse = np.linalg.inv(found.slope)
        spread = inverse @ found.covariance @ inverse.swapaxes(1, 2)
        rows = iter(
            TapMoments(m, c, f, b)
            for m, c, f, b in zip(
                mean, spread, found.flipped.tolist(), found.failed.tolist(), strict=True
            )
        )
    else:
        rows = iter(TapMoments(at[i], np.zeros((2, 2)), 0.0, 0.0) for i in places)
    lost = [float(v.status is Status.FLIPPED) for v in nominal]
    nothing = np.full(2, np.nan), np.full((2, 2), np.nan)
    return [
        next(rows) if known[i] else TapMoments(*nothing, lost[i], 1.0 - lost[i])
        for i in range(len(groups))
    ]


@dataclass(frozen=True, eq=False)
class _Sums:
    """Of all that pulls on each tap: `current` (n, 2), `covariance` (n, 2, 2), parts lost (n,)."""

    current: FloatArray
    covariance: FloatArray
    flipped: FloatArray
    failed: FloatArray


@dataclass(frozen=True, eq=False)
class _Balance(_Sums):
    """With the slope of the current, shape (n, 2, 2), A/V."""

    slope: FloatArray


def _balance(
    context: Context, groups: Sequence[_Group], at: FloatArray, mismatch: bool
) -> _Balance:
    steps = (_NO_STEP, _AT_BL, _AT_BLB)
    here, bl, blb = (_sums(groups, one) for one in _currents(context, groups, at, steps, mismatch))
    columns = [(moved.current - here.current) / STEP for moved in (bl, blb)]
    slope = np.stack(columns, axis=-1)
    return _Balance(here.current, here.covariance, here.flipped, here.failed, slope)


def _sums(
    groups: Sequence[_Group], of_each: Sequence[dict[tuple[int, int] | None, _Currents]]
) -> _Sums:
    current, covariance, flipped, failed = [], [], [], []
    for group, found in zip(groups, of_each, strict=True):
        pairs = [(count, found[kind]) for kind, count in group.counts.items()]
        current.append(sum((n * one.mean for n, one in pairs), np.zeros(2)))
        covariance.append(sum((n * one.covariance for n, one in pairs), np.zeros((2, 2))))
        flipped.append(1.0 - math.prod((1.0 - one.flipped) ** n for n, one in pairs))
        failed.append(max(one.failed for _, one in pairs))
    arrays = (np.array(current), np.array(covariance), np.array(flipped), np.array(failed))
    return _Sums(*arrays)


def _solved(slope: FloatArray, current: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.solve(slope, current[..., None])[..., 0])


def _group(design: Design, setting: Setting) -> _Group:
    columns = reference_generator_of(design).group(setting).columns
    counts: Counter[tuple[int, int] | None] = Counter()
    for column in columns:
        for row in column.groups:
            counts[row.weight, row.neuron] += row.count
    counts[None] = len(columns)
    return _Group(dict(counts))


def _currents(
    context: Context,
    groups: Sequence[_Group],
    at: FloatArray,
    steps: Sequence[tuple[float, float]],
    mismatch: bool,
) -> list[list[dict[tuple[int, int] | None, _Currents]]]:
    """Return the currents of every kind of row, for each step and each tap."""
    kinds = list(dict.fromkeys(kind for group in groups for kind in group.counts))
    benches = [HeldBench(context.design, kind) for kind in kinds]
    sigmas = [
        threshold_sigma([t for _, t in bench.devices], context.design.mismatch.a_vt)
        for bench in benches
    ]
    draws = [_draws(sigma.size) if mismatch else np.zeros((1, sigma.size)) for sigma in sigmas]
    held = (at + np.asarray(steps)[:, None, :]).reshape(-1, 2)  # step after step, tap after tap
    points = [
        np.hstack([np.tile(z * sigma, (len(held), 1)), np.repeat(held, len(z), axis=0)])
        for z, sigma in zip(draws, sigmas, strict=True)
    ]
    values, statuses = _simulate(context, benches, points)
    found: list[list[dict[tuple[int, int] | None, _Currents]]] = [
        [{} for _ in groups] for _ in steps
    ]
    for kind, z, current, status in zip(kinds, draws, values, statuses, strict=True):
        for number in range(len(held)):
            mine = slice(number * len(z), (number + 1) * len(z))
            step, tap = divmod(number, len(groups))
            found[step][tap][kind] = _moments(z, current[mine], status[mine])
    return found


def _simulate(
    context: Context, benches: Sequence[HeldBench], points: Sequence[FloatArray]
) -> tuple[list[FloatArray], list[list[Status]]]:
    """Return currents out of BL and BLB, (points, 2), A, and statuses, per bench."""
    places = [(b, start) for b, own in enumerate(points) for start in range(0, len(own), CHUNK)]
    jobs = (
        Job(
            benches[b].deck(context.cards),
            OperatingPoint(),
            OUTPUTS,
            benches[b].latches,
            benches[b].alter,
            points[b][start : start + CHUNK],
            separation=SEPARATION * context.design.conditions.vdd,
            label="cells of reference columns",
        )
        for b, start in places
    )
    values = [np.full((len(own), 2), np.nan) for own in points]
    statuses = [[Status.VALUE_MISSING] * len(own) for own in points]
    context.progress.begin("cells of reference columns", sum(len(own) for own in points))
    for result in context.pool.run(jobs):
        context.progress.point(result.status)
        bench, start = places[result.job]
        statuses[bench][start + result.point] = result.status
        if result.status is Status.OK and result.values is not None:
            values[bench][start + result.point] = -result.values
    return values, statuses


def _draws(transistors: int) -> FloatArray:
    """Return threshold shifts in sigma, shape (2^k, transistors): a scrambled Sobol sequence."""
    terms = 1 + transistors * DEGREE + transistors * (transistors - 1) // 2
    count = max(1, math.ceil(math.log2(PER_TERM * terms)))
    uniform = qmc.Sobol(transistors, seed=SEED).random_base2(count)
    return np.asarray(ndtri(np.clip(uniform, 1e-9, 1 - 1e-9)))


def _moments(z: FloatArray, current: FloatArray, status: Sequence[Status]) -> _Currents:
    """Fit currents in Hermite polynomials: what is constant in them is the mean.

    Mean and variance are thereby as good as the fit, some 1e-3 of sigma, not as the number of
    draws.
    """
    good = np.isfinite(current).all(axis=1)
    flipped = sum(s is Status.FLIPPED for s in status) / len(status)
    failed = sum(not s.has_values for s in status) / len(status)
    if len(z) == 1:
        return _Currents(current[0], np.zeros((2, 2)), flipped, failed)
    basis = _hermite(z[good])
    free = len(basis) - basis.shape[1]
    if free < 1:
        return _Currents(np.full(2, np.nan), np.full((2, 2), np.nan), flipped, failed)
    scale = np.abs(current[good]).max(axis=0) + 1e-30  # A; the two lines may be decades apart
    fit, *_ = np.linalg.lstsq(basis, current[good] / scale, rcond=None)
    left = current[good] / scale - basis @ fit
    covariance = fit[1:].T @ fit[1:] + left.T @ left / free
    return _Currents(fit[0] * scale, covariance * np.outer(scale, scale), flipped, failed)


def _hermite(z: FloatArray) -> FloatArray:
    """Return orthonormal polynomials of Gaussian numbers, shape (n, terms), the constant first."""
    terms = [np.ones(len(z))]
    for one in z.T:
        powers = [np.ones(len(z)), one]
        for k in range(2, DEGREE + 1):
            powers.append(one * powers[-1] - (k - 1) * powers[-2])
        terms += [powers[k] / math.sqrt(math.factorial(k)) for k in range(1, DEGREE + 1)]
    terms += [z[:, i] * z[:, j] for i in range(z.shape[1]) for j in range(i)]
    return np.column_stack(terms)
