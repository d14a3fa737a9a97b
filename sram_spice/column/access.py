"""One access of a nominal column: waveforms, settling time, energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.integrate import trapezoid

from sram_spice.column.driver_energy import drawn_charge, driver_energy
from sram_spice.design import Design
from sram_spice.generators import Column, cell_of, column_deck, column_of
from sram_spice.generators.cell import BIT_LINES
from sram_spice.generators.readout import readout_of
from sram_spice.generators.waveform import AccessTiming, access_timing
from sram_spice.simulation import Job, PointResult, Status, Transient
from sram_spice.simulation.job import FloatArray
from sram_spice.technology import ModelCards

MAX_STEP = 2e-12  # s; 15 steps per edge
TIMEOUT = 300.0  # s
SEPARATION = 0.05  # part of VDD (metastable below)


@dataclass(frozen=True)
class AccessResult:
    """One access at one level.

    Attributes
    ----------
    n_plus, n_minus : int
    status : Status
    settling_time_bl, settling_time_blb : float
        From WL at half its voltage until what is sensed stays within the settling band of its
        final level, s; NaN when it is still moving as WL falls.
    energy_supply : float
        Energy from VDD over the access, pre-charge included, J.
    energy_drivers : float
        Energy that the drivers of WL and of the pre-charger's gate draw, each from a supply at
        its highest level (V_WL, VDD), J. What is lost in making V_WL from VDD is not in it, nor
        wire of the word line, nor the drivers' own stages.
    energy_word_line : float
        The word line's part of it, from V_WL, J.
    energy_word_line_from_vdd : float
        What the word line takes instead where V_WL comes from VDD through a linear regulator:
        the same charge from VDD, J.
    recovered : bool
        Both bit lines are back within the settling band of where they began.
    waveforms : ndarray, shape (1 + len(signals), n_times), or None
        Time (s), then the signals (V, A).
    detail : str
    signals : tuple of str
        Names of the waveforms, as by :func:`access_signals`.
    """

    n_plus: int
    n_minus: int
    status: Status
    settling_time_bl: float
    settling_time_blb: float
    energy_supply: float
    energy_drivers: float
    energy_word_line: float
    energy_word_line_from_vdd: float
    recovered: bool
    waveforms: FloatArray | None
    detail: str = ""
    signals: tuple[str, ...] = ()


def access_levels(design: Design) -> list[tuple[int, int]]:
    """Return the levels whose access is simulated: sums from lowest to highest in quarters."""
    rows = design.column.rows
    pluses = sorted({round(rows * quarter / 4) for quarter in range(5)})
    levels = [(n_plus, rows - n_plus) for n_plus in pluses]
    return levels if cell_of(design).always_active else [*levels, (0, 0)]


def access_signals(column: Column) -> tuple[str, ...]:
    """Return what is kept of an access: bit lines and sensed nodes, drivers, currents."""
    drivers = tuple(column.sources(column.timing))
    nodes = dict.fromkeys((*BIT_LINES, *column.sensed, *drivers))
    return (*nodes, "vdd#branch", *(f"v{name}#branch" for name in drivers))


def access_job(design: Design, cards: ModelCards, n_plus: int, n_minus: int) -> Job:
    """Return the job of one access of a merged column."""
    timing = design_timing(design)
    column = column_of(design, n_plus, n_minus, merged=True)
    deck = column_deck(column, cards, analysis=Transient(timing.stop, MAX_STEP))
    return Job(
        deck=deck.text,
        analysis=deck.analysis,
        outputs=access_signals(column),
        latches=column.latches,
        separation=SEPARATION * design.conditions.vdd,
        timeout=TIMEOUT,
        label=f"access n_plus={n_plus}, n_minus={n_minus}",
        ladder=True,
    )


def design_timing(design: Design) -> AccessTiming:
    """Return the instants of one access of a design."""
    return access_timing(design, readout_of(design).pulse_time())


def access_result(design: Design, n_plus: int, n_minus: int, result: PointResult) -> AccessResult:
    """Extract settling time and energy from the waveforms of one access.

    Energy is what VDD gives and what drivers draw (:mod:`sram_spice.column.driver_energy`), from
    the release of the pre-charger (for `load`: the instant before WL rises) to the end of the
    recovery.
    """
    if result.values is None:
        nan = float("nan")
        times, energies = (nan, nan), (nan, nan, nan, nan)
        return AccessResult(
            n_plus, n_minus, result.status, *times, *energies, False, None, result.detail
        )
    timing, vdd = design_timing(design), design.conditions.vdd
    band = design.access.settling_band * vdd
    column = column_of(design, n_plus, n_minus, merged=True)
    names = access_signals(column)
    waves = dict(zip(("time", *names), result.values, strict=True))
    time = waves["time"]
    lines = dict.fromkeys((*BIT_LINES, *column.sensed))
    recovered = all(abs(waves[node][-1] - waves[node][0]) < band for node in lines)
    inside = time >= timing.release
    inner = {name: wave[inside] for name, wave in waves.items()}
    drivers = {n: (inner["time"], -inner[f"v{n}#branch"], inner[n]) for n in column.sources(timing)}
    return AccessResult(
        n_plus,
        n_minus,
        result.status,
        settling_time(time, waves[column.sensed[0]], timing, band),
        settling_time(time, waves[column.sensed[1]], timing, band),
        float(trapezoid(-inner["vdd#branch"] * vdd, inner["time"])),
        sum(driver_energy(*waveforms) for waveforms in drivers.values()),
        driver_energy(*drivers["wl"]),
        drawn_charge(*drivers["wl"]) * vdd,
        recovered,
        result.values,
        result.detail,
        names,
    )


def settling_time(time: FloatArray, wave: FloatArray, timing: AccessTiming, band: float) -> float:
    """Return when a bit line has settled after the word line rose.

    Parameters
    ----------
    time, wave : ndarray, shape (n,)
        Waveform, s and V.
    timing : AccessTiming
    band : float
        Half width of the settling band, V.

    Returns
    -------
    float
        Time from WL at half its voltage to the last entry into final level +- band, s. NaN when
        the last tenth of the pulse still moves by more than a tenth of the band.
    """
    final = float(np.interp(timing.fall, time, wave))
    late = timing.fall - 0.1 * (timing.fall - timing.rise)
    if abs(float(np.interp(late, time, wave)) - final) > 0.1 * band:
        return float("nan")
    pulse = (time >= timing.rise) & (time <= timing.fall)
    outside = np.flatnonzero(np.abs(wave[pulse] - final) > band)
    if outside.size == 0:
        return 0.0
    last = outside[-1]
    instants, values = time[pulse][last : last + 2], np.abs(wave[pulse] - final)[last : last + 2]
    crossing = np.interp(-band, -values, instants)
    return max(0.0, float(crossing) - timing.rise_middle)


def access_table(results: Sequence[AccessResult]) -> pd.DataFrame:
    """Return settling and energy, one row per level."""
    return pd.DataFrame(
        [
            {
                "n_plus": r.n_plus,
                "n_minus": r.n_minus,
                "sum": r.n_plus - r.n_minus,
                "settling_time_bl_s": r.settling_time_bl,
                "settling_time_blb_s": r.settling_time_blb,
                "energy_supply_j": r.energy_supply,
                "energy_drivers_j": r.energy_drivers,
                "energy_word_line_j": r.energy_word_line,
                "energy_word_line_from_vdd_j": r.energy_word_line_from_vdd,
                "energy_j": r.energy_supply + r.energy_drivers,
                "recovered": r.recovered,
                "status": str(r.status),
            }
            for r in results
        ]
    )


def waveform_table(results: Sequence[AccessResult]) -> pd.DataFrame:
    """Return all waveforms as one tidy table: n_plus, n_minus, time_s, then the signals."""
    frames = []
    for r in results:
        if r.waveforms is None:
            continue
        frame = pd.DataFrame(r.waveforms.T, columns=["time_s", *map(_column, r.signals)])
        frame.insert(0, "n_minus", r.n_minus)
        frame.insert(0, "n_plus", r.n_plus)
        frames.append(frame)
    columns = ["n_plus", "n_minus", "time_s", "v_bl_v", "v_blb_v", "v_wl_v", "i_vdd_a", "i_wl_a"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _column(signal: str) -> str:
    """Return a signal's column: i_vdd_a for the current of the source vdd, v_bl_v for a node."""
    if signal.endswith("#branch"):
        return f"i_{signal.removeprefix('v').removesuffix('#branch')}_a".replace("i_dd_", "i_vdd_")
    return f"v_{signal}_v"
