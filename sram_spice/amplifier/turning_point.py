"""Where a latch's decision turns, from few decisions: how long each takes says how far it is off.

A latch regenerates exponentially: near its threshold, the difference of its nodes after a given
time is in proportion to the input's distance. That is what the next input is guessed from; what is
found lies between two inputs whose decisions differ, and does not rest on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sram_spice.simulation.job import FloatArray

GROWN = 0.05  # part of VDD between the latch's nodes, at which its growth is timed
TIMES = 3.0  # as many times that: in between lie log(3) time constants
CROSSING = 0.9  # of the wanted interval, by which a step goes across the threshold
LONGEST = 8.0  # steps; the next one at most, while the other side is not known
PATIENCE = 3  # rounds in which an interval has to shrink to half
MOST = 40  # inputs


@dataclass(frozen=True)
class Decided:
    """One decision.

    Attributes
    ----------
    at : float
        Input, V.
    sign : float
        1 above the threshold, -1 below it, 0 where that is not known.
    size : float
        Difference of the nodes at `delay`, V.
    delay : float
        Since its beginning, s.
    growth : float
        Time constant of the latch, s; NaN where it does not get so far.
    """

    at: float
    sign: float
    size: float
    delay: float
    growth: float


@dataclass(frozen=True)
class Turn:
    """Where a decision turns.

    Attributes
    ----------
    at : float
        V; NaN where it does not within the range.
    resolution : float
        A decision is known on either side of it, no further away than this, V.
    """

    at: float
    resolution: float


# Inputs that are asked for, by number of the search, to what was decided.
Decide: TypeAlias = Callable[[dict[int, float]], dict[int, Decided]]


def read_decision(
    at: float, time: FloatArray, difference: FloatArray, start: float, end: float, vdd: float
) -> Decided:
    """Read a decision from the difference of the latch's nodes.

    Parameters
    ----------
    at : float
        Input, V.
    time, difference : ndarray
        s, V.
    start, end : float
        Of the decision, s.
    vdd : float
        V.
    """
    final = float(np.interp(end, time, difference))
    sign = float(np.sign(final)) if np.isfinite(final) else 0.0
    inside = (time >= start) & (time <= end)
    t, size = time[inside], sign * difference[inside]
    low, high = GROWN * vdd, TIMES * GROWN * vdd
    if not t.size or size[-1] <= low:
        return Decided(at, sign, abs(final), end - start, float("nan"))
    begin = _crossing(t, size, low)
    growth = float("nan")
    if size[-1] > high and (taken := _crossing(t, size, high) - begin) > 0:
        growth = taken / float(np.log(TIMES))
    return Decided(at, sign, low, begin - start, growth)


def _crossing(time: FloatArray, size: FloatArray, level: float) -> float:
    """Return when `size`, above the level in the end, last rises through it, s."""
    below = np.flatnonzero(size <= level)
    if not below.size:
        return float(time[0])
    pair = slice(below[-1], below[-1] + 2)
    return float(np.interp(level, size[pair], time[pair]))


def find_turns(
    decide: Decide,
    ranges: Sequence[tuple[float, float]],
    known: Sequence[Sequence[Decided]],
    guesses: Sequence[float],
    step: float,
    tolerance: float,
) -> list[Turn]:
    """Find where decisions turn, many at once.

    Parameters
    ----------
    decide : callable
    ranges : sequence of (float, float)
        Of each, where it is looked for, V.
    known : sequence of sequence of Decided
        Decisions that are there already.
    guesses : sequence of float
        Where to begin, V.
    step : float
        First step from there, V.
    tolerance : float
        Half of the interval that is wanted, V.
    """
    searches = [
        _Search(*ends, guess, step, tolerance, list(one))
        for ends, one, guess in zip(ranges, known, guesses, strict=True)
    ]
    for _ in range(MOST):
        wanted = {i: v for i, one in enumerate(searches) if (v := one.next()) is not None}
        if not wanted:
            break
        for number, found in decide(wanted).items():
            searches[number].add(found)
    return [one.turn() for one in searches]


class _Search:
    """The decisions at one threshold so far."""

    def __init__(
        self,
        low: float,
        high: float,
        guess: float,
        step: float,
        tolerance: float,
        known: list[Decided],
    ) -> None:
        self.low, self.high, self.guess = low, high, guess
        self.step, self.tolerance, self.known = step, tolerance, known
        self.asked, self.widths = float("nan"), [float("inf")]

    def add(self, found: Decided) -> None:
        self.known.append(found)
        self.widths.append(self.above - self.below)

    @property
    def below(self) -> float:
        """Highest input that is below the threshold and all that is above it, V.

        Where an amplifier has not enough time, decisions may turn more than once: this is the
        lowest turn that was met.
        """
        top = self.above
        return max((one.at for one in self.known if one.sign < 0 and one.at < top), default=-np.inf)

    @property
    def above(self) -> float:
        """Lowest input that is above the threshold, V."""
        return min((one.at for one in self.known if one.sign > 0), default=np.inf)

    def turn(self) -> Turn:
        low, high = self.below, self.above
        if not (np.isfinite([low, high]).all() and self._decides()):
            return Turn(float("nan"), float("nan"))
        at = self._estimate()
        return Turn(at, max(abs(high - at), abs(at - low)))

    def _decides(self) -> bool:
        return all(one.sign for one in self.known)

    def next(self) -> float | None:
        """Return the next input, V; None: there is nothing more to find."""
        if not self.known:
            return self._ask(self.guess)
        low, high = self.below, self.above
        if not self._decides():
            return None
        width = high - low
        if np.isfinite(width):
            if width <= 2 * self.tolerance:
                return None
            edge = min(CROSSING * 2 * self.tolerance, width / 2)
            slow = len(self.widths) > PATIENCE and width > self.widths[-1 - PATIENCE] / 2
            inside = min(max(self._estimate(), low + edge), high - edge)
            return self._ask((low + high) / 2 if slow else inside)
        return self._beyond()

    def _beyond(self) -> float | None:
        """Return the next input while all decisions are alike; None at the end of the range."""
        last = self.above if np.isfinite(self.above) else self.below
        direction = -1.0 if np.isfinite(self.above) else 1.0
        end = self.low if direction < 0 else self.high
        if self.asked == end or direction * (end - last) <= 0:
            return None
        others = [abs(one.at - last) for one in self.known if one.at != last]
        step = min(others, default=self.step / LONGEST)
        near = self._estimate() if others else last + direction * self.step
        ahead = direction * (near - last) + self.tolerance
        if not ahead > 0:
            ahead = self.step
        return self._ask(last + direction * min(ahead, max(LONGEST * step, self.step)))

    def _ask(self, at: float) -> float:
        self.asked = min(max(at, self.low), self.high)
        return self.asked

    def _estimate(self) -> float:
        """Return the threshold by the two decisions that are nearest to it, V."""
        slowest = max(self.known, key=lambda one: (np.isfinite(one.growth), one.delay))
        growth = slowest.growth if np.isfinite(slowest.growth) else slowest.delay / 10
        growth = growth or 1.0  # all were there at once: none is known to be nearer
        distance = {
            one.at: one.sign * one.size * float(np.exp((slowest.delay - one.delay) / growth))
            for one in self.known
        }
        low, high = self.below, self.above
        if not np.isfinite([low, high]).all():
            low, high = sorted(distance, key=lambda at: abs(distance[at]))[:2]
        first, second = distance[low], distance[high]
        if first == second:
            return (low + high) / 2
        return float(low - first * (high - low) / (second - first))
