"""Compute disturb: how often an access with all rows active loses data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sram_spice.amplifier.ideal import sum_distribution
from sram_spice.column.context import Context
from sram_spice.generators import cell_of, levels_of
from sram_spice.measurements.disturb_access import BOUNDS, LossModel
from sram_spice.measurements.disturb_column import (
    Surroundings,
    nominal_bit_lines,
    surroundings,
)
from sram_spice.measurements.disturb_level import LevelLoss, level_loss
from sram_spice.measurements.measurement import FIRST_COLUMNS, MeasurementResult
from sram_spice.measurements.tail_searches import EFFECTIVE_AT_LEAST
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.statistics import proportion
from sram_spice.wording import LEAST_PROBABILITY, count, probability
from sram_spice.workload import interpolate_levels

SAFE = 1e-6  # loss of any cell in one access that a design has to stay below
COLUMNS_HELD = 10  # fewer say nothing of the bit line
GRID = 8  # the nominal bit line is simulated at every rows/8-th level and interpolated


@dataclass(frozen=True)
class Loss:
    """A probability with its 95 % interval, as far as it is known.

    Attributes
    ----------
    value, low, high : float
    bound : bool
        Only an upper bound is known: `value` is `high`, `low` 0. No bound is less than 1e-15.
    """

    value: float
    low: float
    high: float
    bound: bool = False

    @classmethod
    def known(cls, value: float, low: float, high: float, estimated: float) -> Loss:
        """Return what may be said of a probability.

        Parameters
        ----------
        value, low, high : float
            With all bounds on parts of it counted as if they were the parts.
        estimated : float
            What of `value` was estimated; where that is less than half, a bound is all there is.
        """
        if value < LEAST_PROBABILITY or estimated < value / 2:
            high = max(high, value, LEAST_PROBABILITY)
            return cls(high, 0.0, high, True)
        return cls(value, low if low >= LEAST_PROBABILITY else 0.0, high)

    @property
    def words(self) -> str:
        """What is known of it: the value with its interval, or the bound."""
        said = probability(self.value, self.bound)
        if self.bound:
            return said
        if self.low == 0:
            return f"{said} (at most {self.high:.2g})"
        return f"{said} ({self.low:.2g} to {self.high:.2g})"


class Disturb:
    """Probability of losing data in one access, per cell, per level, and on average."""

    title: ClassVar[str] = "Compute disturb"
    definition: ClassVar[str] = (
        "Probability that an access loses data: that the write trip voltage of a cell with its own "
        "mismatch is above the bit line of the column with its mismatch. At levels with all rows "
        "active, n_plus stored ones among cells that pull their bit line down. The column acts on "
        "the cell by its bit-line voltage without this cell (mean and sigma from Monte Carlo of "
        "full columns), by its output resistance and by the complementary bit line (nominal). "
        "disturb_cell: one cell; disturb_any: any cell of the column, BL and BLB side; "
        "disturb_worst: the largest disturb_any; disturb_average: over independent inputs and "
        "weights (section mlsa). mean is the probability, mean_low and mean_high its 95 % "
        "interval; where bound is 1, only an upper bound is known: mean is mean_high, mean_low 0. "
        "No bound is below 1e-15, where nobody can defend a digit."
    )
    unit: ClassVar[str] = "1"
    source: ClassVar[str] = (
        "Mixture importance sampling: Kanj, Joshi, Nassif, DAC 2006, 69-72, around the most "
        "probable point of failure (Rackwitz and Fiessler, Computers & Structures 9, 489, 1978) "
        "and around what independent searches find"
    )

    def __init__(self, n_plus: Sequence[int] = (), negligible: float = 0.0) -> None:
        """Estimate at the levels with these n_plus; by default from 1 to half the rows.

        Parameters
        ----------
        n_plus : sequence of int
        negligible : float
            Stop at a level at which even all rows together lose a cell with less than this, upper
            bound included: the bit line rises with n_plus, so that every further level loses less.
            Its loss counts for these, which can only exaggerate.
        """
        self.n_plus, self.negligible = tuple(n_plus), negligible

    def run(self, context: Context) -> MeasurementResult:
        """Estimate the loss at several levels, and from them that of any access."""
        rows = context.design.column.rows
        if rows < 2:
            note = "a column of one row has no other cell to disturb it"
            return MeasurementResult(pd.DataFrame(columns=FIRST_COLUMNS), notes=(note,))
        levels = disturb_levels(rows, self.n_plus)
        if context.design.mismatch.a_vt == 0:
            around = surroundings(context, levels)
            return _bit_lines_only(around, _nominal_notes(around))
        around, losses = self.estimate(context, levels)
        if all(a.columns - a.failed < COLUMNS_HELD for a in around):
            note = (
                f"{count(around[0].columns, 'column')} a level: too few to know the bit line; "
                f"{COLUMNS_HELD} or more are needed (monte_carlo.samples)"
            )
            return _bit_lines_only(around, (note,))
        model = loss_model(around, losses)
        accesses = [_any_loss(model, a) for a in around]
        average = average_loss(context, model)
        return _result(around, losses, accesses, average)

    def estimate(
        self, context: Context, levels: Sequence[tuple[int, int]]
    ) -> tuple[list[Surroundings], list[LevelLoss | None]]:
        """Estimate level by level, the lowest bit line first, as far as it matters.

        Parameters
        ----------
        context : Context
        levels : sequence of (int, int)
            As of :func:`disturb_levels`.

        Returns
        -------
        list of Surroundings, list of LevelLoss or None
            Of the levels that were estimated; None where too few columns hold.
        """
        around: list[Surroundings] = []
        losses: list[LevelLoss | None] = []
        for level in levels:
            around += surroundings(context, [level])
            loss = level_loss(context, around[-1]) if _usable(around[-1]) else None
            losses.append(loss)
            if loss is not None and sum(level) * loss.high < self.negligible:
                break
        return around, losses


def disturb_levels(rows: int, n_plus: Sequence[int] = ()) -> list[tuple[int, int]]:
    """Return the levels at which the loss is estimated: these n_plus, or from 1 to half the rows.

    All rows are active, the worst case: every further row with product -1 lowers the bit line.
    """
    pluses = set(n_plus) or {1, 2, rows // 16, rows // 8, rows // 4, rows // 2}
    return [(plus, rows - plus) for plus in sorted(pluses) if 0 < plus <= rows // 2]


def loss_model(around: Sequence[Surroundings], losses: Sequence[LevelLoss | None]) -> LossModel:
    """Return the loss of a cell as a function of the nominal bit line it is on."""
    table = []
    for a, loss in zip(around, losses, strict=True):
        if loss is None:
            value, low, high = _counted(a)
            row = (value, low, high, 0.0, value)
        else:
            value = loss.estimate.probability
            estimated = 0.0 if loss.estimate.bound else value
            row = (value, loss.low, loss.high, loss.share, estimated)
        table.append((a.v_bl_nominal, *row))
    return LossModel(*np.array(sorted(table)).T)


def average_loss(context: Context, model: LossModel) -> Loss:
    """Return the loss of any cell in an access, averaged over the levels as they occur."""
    design = context.design
    distribution = sum_distribution(design)
    levels = np.stack([distribution.n_plus, distribution.n_minus], axis=1)
    counts = levels.astype(np.float64)
    rows = design.column.rows
    marks = {round(rows * i / GRID) for i in range(GRID + 1)}
    every = levels_of(cell_of(design), rows)
    known = np.array([(p, m) for p, m in every if p in marks and (p + m) in marks])
    bit_lines = nominal_bit_lines(context, [(p, m) for p, m in known.tolist()])
    solved = np.isfinite(bit_lines).all(axis=1)
    lines = interpolate_levels(known[solved], bit_lines[solved], levels)
    return Loss.known(
        *(float(distribution.probability @ model.access_loss(counts, lines, b)) for b in BOUNDS)
    )


def verdict(worst: Loss) -> str:
    """Return what the interval of the worst level's loss allows to say of a design."""
    if worst.high < SAFE:
        return "safe"
    return "unsafe" if worst.value >= SAFE and not worst.bound else "not decided"


def _counted(around: Surroundings) -> tuple[float, float, float]:
    """Return the loss of one cell, with its interval, from the columns that lost another one."""
    solved = around.columns - around.failed
    if around.n_plus < 2 or solved == 0:
        return 1.0, 0.0, 1.0
    lost = proportion(around.lost, solved)
    value, low = (1.0 - (1.0 - p) ** (1.0 / (around.n_plus - 1)) for p in (lost.value, lost.low))
    return value, low, 1.0


def _usable(around: Surroundings) -> bool:
    held = around.columns - around.lost - around.failed
    return held >= COLUMNS_HELD and bool(np.isfinite([around.v_bl, around.v_blb]).all())


def _any_loss(model: LossModel, around: Surroundings) -> Loss:
    levels = np.array([[around.n_plus, around.n_minus]], dtype=float)
    lines: FloatArray = np.array([[around.v_bl_nominal, around.v_blb]])
    return Loss.known(*(float(model.access_loss(levels, lines, bound)[0]) for bound in BOUNDS))


def _result(
    around: Sequence[Surroundings],
    losses: Sequence[LevelLoss | None],
    accesses: Sequence[Loss],
    average: Loss,
) -> MeasurementResult:
    rows: list[dict[str, object]] = []
    for a, loss, access in zip(around, losses, accesses, strict=True):
        rows.append(_bit_line_row(a))
        if loss is not None:
            rows.append(_cell_row(loss))
        rows.append(_loss_row("disturb_any", a.label, access, _nominal_loss(a)))
    worst = max(range(len(around)), key=lambda i: accesses[i].value)
    where = f"{around[worst].label}, the worst level (and its mirror image)"
    rows.append(_loss_row("disturb_worst", where, accesses[worst], _nominal_loss(around[worst])))
    rows.append(_loss_row("disturb_average", "levels as they occur", average, float("nan")))
    notes = _notes(around, losses, accesses[worst], around[worst], average)
    return MeasurementResult(pd.DataFrame(rows), notes=notes)


def _bit_lines_only(around: Sequence[Surroundings], notes: tuple[str, ...]) -> MeasurementResult:
    """Return what is known without a probability of loss."""
    return MeasurementResult(pd.DataFrame([_bit_line_row(a) for a in around]), notes=notes)


def _bit_line_row(around: Surroundings) -> dict[str, object]:
    return {
        "quantity": "disturb_bit_line",
        "condition": f"{around.label}; mean, sigma: without the cell at risk",
        "unit": "V",
        "nominal": around.v_bl_nominal,
        "mean": around.v_bl,
        "sigma": around.v_bl_sigma,
        "samples": around.columns,
        "failed": around.failed,
    }


def _cell_row(loss: LevelLoss) -> dict[str, object]:
    estimate, around = loss.estimate, loss.around
    value = estimate.probability
    found = Loss.known(value, loss.low, loss.high, 0.0 if estimate.bound else value)
    return _loss_row("disturb_cell", around.label, found, _nominal_loss(around)) | {
        "samples": estimate.samples,
        "failed": estimate.failed,
        "variation": estimate.variation,
        "effective_samples": estimate.effective_samples,
        "beta": loss.beta,
    }


def _loss_row(quantity: str, condition: str, loss: Loss, nominal: float) -> dict[str, object]:
    numbers = {"mean": loss.value, "mean_low": loss.low, "mean_high": loss.high}
    numbers["bound"] = float(loss.bound)
    row = {"quantity": quantity, "condition": condition, "unit": "1", "nominal": nominal}
    return row | numbers


def _nominal_loss(around: Surroundings) -> float:
    if around.status is Status.OK:
        return 0.0
    return 1.0 if around.status is Status.FLIPPED else float("nan")


def _nominal_notes(around: Sequence[Surroundings]) -> tuple[str, ...]:
    lost = [a.label for a in around if a.status is Status.FLIPPED]
    return (f"unsafe: the nominal column loses data at {'; '.join(lost)}",) if lost else ()


def _notes(
    around: Sequence[Surroundings],
    losses: Sequence[LevelLoss | None],
    worst: Loss,
    at: Surroundings,
    average: Loss,
) -> tuple[str, ...]:
    notes = [
        f"{verdict(worst)}: an access loses a cell with probability {worst.words} "
        f"at the worst level, {at.label}; {probability(average.value, average.bound)} on average "
        f"(bound: {SAFE:g} at the worst level)",
        *_nominal_notes(around),
    ]
    for a, loss in zip(around, losses, strict=True):
        if loss is None:
            notes.append(
                f"{a.label}: other cells lost in {a.lost} of {count(a.columns, 'column')}; counted"
            )
            continue
        if loss.estimate.bound and not loss.estimate.target_met:
            notes.append(
                f"{a.label}: {loss.estimate.effective_samples:.2g} effective samples of "
                f"{loss.estimate.samples}, {EFFECTIVE_AT_LEAST:g} are needed: only a bound"
            )
        elif not loss.estimate.target_met:
            notes.append(
                f"{a.label}: stopped at {loss.estimate.samples} samples with a coefficient of "
                f"variation of {loss.estimate.variation:.2g}"
            )
        if loss.estimate.failed:
            notes.append(f"{a.label}: {count(loss.estimate.failed, 'sample')} without a solution")
    return tuple(notes)
