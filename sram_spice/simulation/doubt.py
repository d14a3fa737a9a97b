"""Latches on their way between their states: usual time steps do not tell when they arrive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sram_spice.simulation.job import FloatArray, Job, Transient

FINER = 10  # times as many steps


def lingers(waves: FloatArray, job: Job, sample_at: float) -> bool:
    """Tell whether a latch is in doubt when a transient is sampled, or was for long before.

    Parameters
    ----------
    waves : ndarray, shape (1 + 2 latches, n)
        Time, s, and both nodes of each latch, V.
    job : Job
        With `doubt` and `linger`.
    sample_at : float
        s.
    """
    time, nodes = waves[0], waves[1:]
    near = np.abs(nodes[::2] - nodes[1::2]) < job.doubt
    before = time <= sample_at
    if near[:, before][:, -1].any() or near[:, ~before][:, :1].any():
        return True
    return bool((near[:, before] @ np.gradient(time)[before] > job.linger).any())


def finer(job: Job, analysis: Transient) -> Job:
    """Return the same in finer steps, which are not asked again."""
    step = analysis.max_step / FINER
    return replace(job, analysis=replace(analysis, max_step=step), doubt=0.0)
