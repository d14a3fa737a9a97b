"""The conditions of a sign-off: corners, supplies, temperatures, and the word line's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.runs.sweep.design_grid import Axis, Grid, GridPoint
from sram_spice.technology import design_process

WordLine = Literal["fixed", "ratio", "following", "lowered"]
CORNER, SUPPLY, TEMPERATURE = "technology.corner", "conditions.vdd", "conditions.temperature"
WORD_LINE = "column.word_line_voltage"
KEYS = (CORNER, SUPPLY, TEMPERATURE)
# Columns and cells of a condition at most: sigma to 9 %, a mean to an eighth of sigma. They are the
# same silicon in every condition, so that what a condition moves is known far better.
SAMPLES = 60


@dataclass(frozen=True)
class Conditions:
    """What is combined with what.

    Attributes
    ----------
    corners : tuple of str
        Empty: all of the process.
    supplies : tuple of float
        Parts of the design's own supply.
    temperatures : tuple of float
        degC.
    word_line : {"fixed", "ratio", "following", "lowered"}
        V_WL is the design's in every condition, or a fixed part of the supply, or what keeps BL of
        a replica column in the middle at the part of VDD where it is typically
        (:mod:`sram_spice.runs.signoff.word_line`); `lowered`: that, but never above the design's.
    """

    corners: tuple[str, ...] = ()
    supplies: tuple[float, ...] = (0.9, 1.0, 1.1)
    temperatures: tuple[float, ...] = (-40.0, 27.0, 125.0)
    word_line: WordLine = "fixed"

    def __post_init__(self) -> None:
        """Check that there is something to combine."""
        for name in ("supplies", "temperatures"):
            if not getattr(self, name):
                raise InputError("no condition", key=name, allowed="at least one value")
        if self.word_line not in get_args(WordLine):
            allowed = ", ".join(get_args(WordLine))
            raise InputError("no such way", key="word_line", value=self.word_line, allowed=allowed)

    def points(self, design: Design) -> list[GridPoint]:
        """Return one design per condition, mildest keys first; each is validated.

        Raises
        ------
        InputError
            The process has no such corner, or cannot bear a supply or temperature.
        """
        vdd = design.conditions.vdd
        grid = Grid(
            few_samples(design),
            (
                Axis(CORNER, self.corners or tuple(design_process(design).corners)),
                Axis(SUPPLY, tuple(_rounded(part * vdd) for part in self.supplies)),
                Axis(TEMPERATURE, self.temperatures),
            ),
        )
        return [self._with_word_line(design, point) for point in grid]

    def _with_word_line(self, design: Design, point: GridPoint) -> GridPoint:
        if self.word_line != "ratio":  # one that follows is known when the column is simulated
            return point
        part = point.design.conditions.vdd / design.conditions.vdd
        volts = _rounded(design.column.word_line_voltage * part)
        return GridPoint(point.values, point.design.replace({WORD_LINE: volts}), point.folder)


def few_samples(design: Design) -> Design:
    """Return the design with as many samples as a condition gets."""
    samples = min(design.monte_carlo.samples, SAMPLES)
    return design.replace({"monte_carlo.samples": samples, "monte_carlo.engine": "spice"})


def _rounded(value: float) -> float:
    return float(f"{value:.9g}")
