"""Latches on their way between their states: usual time steps do not tell when they arrive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sram_spice.simulation.job import FloatArray, Job, Transient

FINER = 10  # times as many steps
MOMENT = 50e-12  # s before the sample
MOVED = 1e-3  # V in that time: what moves less is at rest, however near to its trip


def in_doubt(waves: FloatArray, job: Job, sample_at: float) -> bool:
    """Tell whether a latch moves between its states when a transient is sampled, or did for long.

    Parameters
    ----------
    waves : ndarray, shape (1 + 2 latches, n)
        Time, s, and both nodes of each latch, V.
    job : Job
        With `doubt` and `linger`.
    sample_at : float
        s.
    """
    time, difference = waves[0], waves[1::2] - waves[2::2]
    then, now = (waves_at(t, time, difference) for t in (sample_at - MOMENT, sample_at))
    moves = (np.abs(now) < job.doubt) & (np.abs(now - then) > MOVED)
    before = time <= sample_at
    near = np.abs(difference[:, before]) < job.doubt
    lingered = near @ np.gradient(time[before]) > job.linger
    flipped = (now * difference[:, 0] < 0) & (np.abs(now) >= job.doubt)
    return bool((moves | (lingered & flipped)).any())


def waves_at(instant: float, time: FloatArray, waves: FloatArray) -> FloatArray:
    """Return waveforms, shape (k, n), at an instant, s."""
    return np.array([np.interp(instant, time, wave) for wave in waves])


def finer(job: Job, analysis: Transient) -> Job:
    """Return the same in finer steps, which are not asked again."""
    step = analysis.max_step / FINER
    return replace(job, analysis=replace(analysis, max_step=step), doubt=0.0)
