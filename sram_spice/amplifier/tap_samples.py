"""Taps that columns make, from whole groups with every transistor mismatched on the simulator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sram_spice.amplifier.tap_moments import TapMoments
from sram_spice.amplifier.tap_voltages import CHUNK, tap_job
from sram_spice.column.context import Context
from sram_spice.generators.reference_generator import Setting, Tap, reference_generator_of
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray

REFERENCE_KEY = 3  # of the random numbers of reference columns, apart from those of the others


def draw_shifts(sigma: FloatArray, seed: int, index: int, number: int = 0) -> FloatArray:
    """Draw the threshold shifts of one chip's reference generator, V, shape of `sigma`.

    Parameters
    ----------
    sigma : ndarray
        V.
    seed : int
    index : int
        The chip.
    number : int
        Of the reference, where each is drawn by itself.
    """
    key = (index, REFERENCE_KEY, number)
    source = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
    return np.asarray(source.standard_normal(sigma.shape) * sigma)


def sampled_moments(
    context: Context, settings: Sequence[Setting], samples: int
) -> list[TapMoments]:
    """Return mean and covariance of taps over some chips, simulated whole.

    Parameters
    ----------
    context : Context
    settings : sequence of Setting
    samples : int
        Chips, 2 or more.
    """
    values, statuses = sampled_taps(context, settings, samples)
    found = []
    for mine, status in zip(values, statuses, strict=True):
        good = mine[np.isfinite(mine).all(axis=1)]
        few = len(good) < 2
        mean = np.full(2, np.nan) if few else good.mean(axis=0)
        covariance = np.full((2, 2), np.nan) if few else np.cov(good.T)
        flipped = sum(s is Status.FLIPPED for s in status) / samples
        failed = sum(not s.has_values for s in status) / samples
        found.append(TapMoments(mean, covariance, flipped, failed))
    return found


def sampled_taps(
    context: Context, settings: Sequence[Setting], samples: int
) -> tuple[FloatArray, list[list[Status]]]:
    """Return tap and complement of some chips, shape (settings, samples, 2), V, and statuses.

    NaN without a valid solution; one in which a cell has lost its data has a voltage.
    """
    generator = reference_generator_of(context.design)
    seed = context.design.monte_carlo.seed
    starts = range(0, samples, CHUNK)
    places = [(number, start) for number in range(len(settings)) for start in starts]
    sigmas = [generator.circuit((Tap(0.0, setting),), False).sigma for setting in settings]

    def points(number: int, start: int) -> FloatArray:
        chips = range(start, min(start + CHUNK, samples))
        return np.array([draw_shifts(sigmas[number], seed, i, number) for i in chips])

    jobs = (
        tap_job(context, settings[number], False, points(number, start)) for number, start in places
    )
    values = np.full((len(settings), samples, 2), np.nan)
    statuses = [[Status.VALUE_MISSING] * samples for _ in settings]
    context.progress.begin("samples of reference columns", len(settings) * samples)
    for result in context.pool.run(jobs):
        context.progress.point(result.status)
        number, start = places[result.job]
        statuses[number][start + result.point] = result.status
        if result.values is not None:
            values[number, start + result.point] = result.values
    return values, statuses
