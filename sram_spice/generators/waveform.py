"""Waveforms of one access: pre-charge, word-line pulse, recovery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from sram_spice.design import Design
from sram_spice.simulation.job import FloatArray


class Timing(Protocol):
    """What waveforms of an access hang on: its instants, s; edges begin at them."""

    @property
    def release(self) -> float:
        """Pre-charger begins to switch off."""
        ...

    @property
    def rise(self) -> float:
        """Word line begins to rise."""
        ...

    @property
    def fall(self) -> float:
        """Word line begins to fall."""
        ...

    @property
    def pre_charge(self) -> float:
        """Pre-charger begins to switch on again."""
        ...

    @property
    def edge(self) -> float:
        """Rise and fall time of word line and pre-charger."""
        ...


@dataclass(frozen=True)
class AccessTiming:
    """Instants of one access, s.

    Attributes
    ----------
    release : float
        Pre-charger begins to switch off (read-outs that release the bit lines).
    rise : float
        Word line begins to rise.
    fall : float
        Word line begins to fall.
    pre_charge : float
        Pre-charger begins to switch on again.
    stop : float
        End of the access.
    edge : float
        Rise and fall time.
    """

    release: float
    rise: float
    fall: float
    pre_charge: float
    stop: float
    edge: float

    @property
    def rise_middle(self) -> float:
        """Instant at which the word line crosses half its voltage, rising."""
        return self.rise + self.edge / 2

    @property
    def fall_middle(self) -> float:
        """Instant at which the word line crosses half its voltage, falling."""
        return self.fall + self.edge / 2


def access_timing(design: Design, pulse_time: float) -> AccessTiming:
    """Return the instants of an access with the word line high for `pulse_time` s, half to half."""
    access = design.access
    edge = access.edge_time
    release = access.pre_charge_time
    rise = release + 2 * edge  # the pre-charger is off before the word line moves
    fall = rise + pulse_time
    pre_charge = fall + 2 * edge
    return AccessTiming(release, rise, fall, pre_charge, pre_charge + access.recovery_time, edge)


@dataclass(frozen=True)
class Source:
    """A voltage source: its value in DC analyses and its corners (time s, V) in a transient."""

    dc: float
    corners: tuple[tuple[float, float], ...] = ()

    def render(self, transient: bool) -> str:
        """Return it as SPICE text.

        Given both, ngspice would start the transient from the DC value: with WL already on.
        """
        if not (transient and self.corners):
            return f"DC {self.dc!r}"
        return "PWL(" + " ".join(f"{time!r} {value!r}" for time, value in self.corners) + ")"


# Where an exponential is sampled after each corner, in time constants: straight lines between
# these are within 0.6 % of the step, for delays up to three edges.
POLE_STEPS = (*(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.95, 1.2, 1.5, 1.9, 2.4, 3.1, 4.0, 5.5, 7.5),)


SHORTEST = 0.25e-12  # s between two corners; a simulator steps onto each of them


def after_one_pole(source: Source, delay: float) -> Source:
    """Return a source seen through an RC pole.

    Parameters
    ----------
    source : Source
        Constant before its first corner and after its last one.
    delay : float
        Time constant, s; with 0 the source is as it was.
    """
    if not (delay and source.corners):
        return source
    times = _sampled(source.corners, delay)
    # A sum of ramps, one per change of slope; the pole takes t to t - tau (1 - exp(-t / tau)).
    values = np.full(times.size, source.corners[0][1])
    for start, change in _slope_changes(source.corners):
        since = np.maximum(times - start, 0.0)
        values += change * (since + delay * np.expm1(-since / delay))
    values[-1] = source.corners[-1][1]
    return Source(source.dc, tuple(zip(times.tolist(), values.tolist(), strict=True)))


def _sampled(corners: Sequence[tuple[float, float]], delay: float) -> FloatArray:
    """Return the corners' instants, and those after them at which the pole's response bends."""
    given = [time for time, _ in corners]
    bends = [time for time, change in _slope_changes(corners) if change]
    wanted = sorted(start + step * delay for start in bends for step in POLE_STEPS)
    gap = max(SHORTEST, delay * POLE_STEPS[0] / 2)
    found = list(given)
    for time in wanted:
        if all(abs(time - other) >= gap for other in found):
            found.append(time)
    return np.array(sorted(found))


def _slope_changes(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(corners)]
    changes = np.diff([0.0, *slopes, 0.0]).tolist()
    return [(time, change) for (time, _), change in zip(corners, changes, strict=True)]


def pulse(dc: float, low: float, high: float, start: float, end: float, edge: float) -> Source:
    """Return a source with one trapezoid from `low` to `high` and back.

    Parameters
    ----------
    dc : float
        Value in DC analyses, V.
    low, high : float
        Values before and within the pulse, V.
    start, end : float
        Instants at which the edges begin, s.
    edge : float
        Rise and fall time, s.
    """
    corners = ((0.0, low), (start, low), (start + edge, high), (end, high), (end + edge, low))
    return Source(dc, corners)


def word_line_source(design: Design, timing: Timing) -> Source:
    """Return an active word line: on in DC, high for a time in a transient."""
    high = design.column.word_line_voltage
    return pulse(high, 0.0, high, timing.rise, timing.fall, timing.edge)


def pre_charge_source(design: Design, timing: Timing) -> Source:
    """Return the gate of a pre-charger that is off in DC and while the word line is high."""
    vdd = design.conditions.vdd
    return pulse(vdd, 0.0, vdd, timing.release, timing.pre_charge, timing.edge)
