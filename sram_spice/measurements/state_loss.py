"""Where a cell loses its state while one voltage moves: a coarse sweep, then a fine one."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from sram_spice.generators.cell_bench import WholeCell
from sram_spice.measurements.cell_sweeps import BenchRun, Curves
from sram_spice.simulation import DcSweep
from sram_spice.simulation.job import FloatArray

FINE_STEPS = 40  # per coarse step; with the parabola folds are good to some 0.1 mV
JUMP = 0.1  # V by which the distance of the nodes falls at least, and to less than half, in a jump
HELD = 1e-3  # V between the storage nodes; a symmetric cell ends at 0, not beyond
NODES = ("q", "qb")


@dataclass(frozen=True)
class Ramp:
    """A voltage that moves until the cell loses its state.

    Attributes
    ----------
    bench : WholeCell
        Its `swept` source is the one that moves, from its value in the bias.
    start, stop : float
        V.
    coarse_steps : int
        Steps of the first sweep; the second one has 40 in each.
    """

    bench: WholeCell
    start: float
    stop: float
    coarse_steps: int = 50

    @property
    def step(self) -> float:
        """Coarse step, V, with its sign."""
        return (self.stop - self.start) / self.coarse_steps

    def coarse(self) -> BenchRun:
        """Return the first sweep."""
        sweep = DcSweep("vstep", 0.0, self.stop - self.start, abs(self.step))
        return BenchRun(self.bench, sweep, NODES)

    def fine(self, coarse: Curves) -> BenchRun:
        """Return the second sweep: every row around its first coarse point without the state."""
        held = held_points(self.margin(coarse))
        lost = (held > 0) & (held < coarse.x.size)
        # A coarse step earlier than the last point held: the parabola needs three points.
        starts = np.where(lost, self.start + coarse.x[np.maximum(held, 2) - 2], np.nan)
        sweep = DcSweep("vstep", 0.0, 2.1 * self.step, abs(self.step) / FINE_STEPS)
        values = tuple(starts.tolist())
        return BenchRun(self.bench, sweep, NODES, f"v{self.bench.swept}", values)

    def margin(self, curves: Curves) -> FloatArray:
        """Return V(q) - V(qb), positive while the cell holds what was stored, V."""
        return np.asarray(self.bench.stored * (curves.values[:, 1] - curves.values[:, 2]))

    def reasons(self, coarse: Curves) -> tuple[str, ...]:
        """Return why rows have no voltage, as far as the first sweep tells."""
        margin = self.margin(coarse)
        solved = np.asarray(np.isfinite(margin).all(axis=1))
        return tuple(
            _reason(held, margin.shape[1], self.start, self.stop) if known else ""
            for held, known in zip(held_points(margin).tolist(), solved.tolist(), strict=True)
        )

    def locate(self, fine: Curves, run: BenchRun) -> FloatArray:
        """Return the voltage at which each row loses its state, V."""
        return np.asarray(run.values) + fold(fine.x, self.margin(fine))


@dataclass(frozen=True)
class StateLoss:
    """Where the cells lose their state.

    Attributes
    ----------
    at : ndarray, shape (n_rows,)
        The swept voltage, V; NaN for a row that does not hold at the start, that never loses its
        state, or that could not be simulated.
    reasons : tuple of str
        Of rows without a voltage, as in :class:`Quantity`.
    """

    at: FloatArray
    reasons: tuple[str, ...]


def state_losses(
    ramps: Sequence[Ramp],
) -> Generator[tuple[BenchRun, ...], tuple[Curves, ...], list[StateLoss]]:
    """Return the voltage at which the state is lost, for several ramps at once.

    Yields
    ------
    tuple of BenchRun
        What has to be simulated; the Curves of each are to be sent back.

    Returns
    -------
    list of StateLoss
    """
    coarse = yield tuple(ramp.coarse() for ramp in ramps)
    runs = tuple(ramp.fine(curves) for ramp, curves in zip(ramps, coarse, strict=True))
    fine = yield runs
    return [
        StateLoss(ramp.locate(curves, run), ramp.reasons(before))
        for ramp, before, curves, run in zip(ramps, coarse, fine, runs, strict=True)
    ]


def _reason(held: int, points: int, start: float, stop: float) -> str:
    if held == 0:
        return f"does not hold at the start ({start:.4g} V)"
    return f"still holds at the end ({stop:.4g} V)" if held == points else ""


def held_points(margin: FloatArray) -> FloatArray:
    """Return at how many points from the first on each row holds its state.

    Parameters
    ----------
    margin : ndarray, shape (n_rows, n_points)
        Distance of the storage nodes, V, positive in the stored state; NaN counts as lost.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        0 to n_points. The state also ends where the cell jumps to another equilibrium on the same
        side: a few mismatched cells in a thousand have one in the middle, from which they go on.
    """
    lost = ~(margin > HELD)
    before, after = margin[:, :-1], margin[:, 1:]
    lost[:, 1:] |= (before - after > JUMP) & (after < before / 2)
    return np.asarray(np.where(lost.any(axis=1), lost.argmax(axis=1), margin.shape[1]))


def fold(x: FloatArray, margin: FloatArray) -> FloatArray:
    """Return where the branch of the stored state ends (a fold of the equilibria).

    At a fold the swept voltage is a parabola of the state: its vertex through the last three
    points held, kept between the last point held and the first one lost.

    Parameters
    ----------
    x : ndarray, shape (n_points,)
        Swept voltage, V, uniform.
    margin : ndarray, shape (n_rows, n_points)
        As for :func:`held_points`.

    Returns
    -------
    ndarray, shape (n_rows,)
        V; NaN when a row holds at no point or at all of them, the middle between the two points
        when fewer than three were held.
    """
    if x.size < 3:
        return np.full(len(margin), np.nan)
    held = held_points(margin)
    rows, last = np.arange(len(margin)), np.clip(held - 1, 0, x.size - 2)
    middle = (x[last] + x[last + 1]) / 2
    first = np.maximum(last, 2) - 2
    a, b, c = (margin[rows, first + i] for i in range(3))
    x_a, x_b, x_c = (x[first + i] for i in range(3))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_ab, slope_bc = (x_b - x_a) / (b - a), (x_c - x_b) / (c - b)
        curvature = (slope_bc - slope_ab) / (c - a)
        state = (a + b - slope_ab / curvature) / 2
        vertex = x_a + slope_ab * (state - a) + curvature * (state - a) * (state - b)
    low, high = np.minimum(x[last], x[last + 1]), np.maximum(x[last], x[last + 1])
    usable = (held >= 3) & np.isfinite(vertex)
    found = np.where(usable, np.clip(vertex, low, high), middle)
    return np.asarray(np.where((held > 0) & (held < x.size), found, np.nan))
