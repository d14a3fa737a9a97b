"""What decisions over a range of inputs say: decision time, its slope, the smallest input."""

from __future__ import annotations

import numpy as np

from sram_spice.amplifier.sense_waveforms import DecisionWave

INPUTS = (30e-6, 100e-6, 0.3e-3, 1e-3, 3e-3, 10e-3, 30e-3, 100e-3)  # V, above and below REF
FITTED = 5e-3  # V; below it the latch starts in its linear range


def decision_summary(waves: list[DecisionWave]) -> tuple[float, float, float]:
    """Return decision time at 10 mV (s), metastability constant (s), smallest input (V).

    Each NaN when the decisions do not say it.
    """
    size = np.array([abs(wave.v_in) for wave in waves])
    right = np.array([wave.status.has_values and wave.resolved for wave in waves])
    time = np.array([wave.decision_time for wave in waves])
    time = np.where(right, time, np.nan)
    slowest = {v: time[size == v].max() for v in np.unique(size).tolist()}
    at_10_mv = float(slowest.get(10e-3, np.nan))
    small = [(v, t) for v, t in slowest.items() if v < FITTED and np.isfinite(t)]
    if len(small) < 2:
        return at_10_mv, float("nan"), float("nan")
    logs, times = np.log([v for v, _ in small]), np.array([t for _, t in small])
    slope, at_1_v = np.polyfit(-logs, times, 1)
    allotted = waves[0].bench.decided - waves[0].bench.saen_middle
    return at_10_mv, float(slope), float(np.exp(-(allotted - at_1_v) / slope))
