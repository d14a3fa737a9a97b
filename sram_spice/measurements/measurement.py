"""What a measurement is; measurements are plug-ins, one file each, found by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol, cast

import pandas as pd

from sram_spice.column.context import Context
from sram_spice.design import Design, MeasurementsDesign
from sram_spice.generators.plugin_checks import Plugin, made
from sram_spice.registry import MEASUREMENTS

WORDS = ("title", "definition", "unit", "source")

FIRST_COLUMNS = ["quantity", "condition", "unit", "nominal"]  # of a summary


@dataclass(frozen=True)
class MeasurementResult:
    """What a measurement found.

    Attributes
    ----------
    summary : DataFrame
        One row per quantity and condition: ``quantity, condition, unit, nominal``, and under
        mismatch the columns of :func:`sram_spice.statistics.describe`.
    samples : DataFrame
        One row per Monte Carlo sample, failed ones included: ``index, status``, and one column per
        quantity with its unit in the name.
    curves : DataFrame
        Nominal curves in tidy form, when the measurement has any: ``curve, x_<unit>, y_<unit>``.
    notes : tuple of str
        What a reader has to know first, most severe first.
    """

    summary: pd.DataFrame
    samples: pd.DataFrame = field(default_factory=pd.DataFrame)
    curves: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()


class Measurement(Protocol):
    """A measurement of the cell or of the column.

    Attributes
    ----------
    title : str
        Display name.
    definition : str
        What is measured and how, in a sentence or two.
    unit : str
    source : str
        Paper that defines it.

    A measurement with keys of its own in a design has the class attribute ``Parameters``, a
    sub-class of :class:`sram_spice.design.Section`, and is constructed with the design's section
    [measurements.NAME]; any other one is constructed without arguments.
    """

    title: ClassVar[str]
    definition: ClassVar[str]
    unit: ClassVar[str]
    source: ClassVar[str]

    def run(self, context: Context) -> MeasurementResult:
        """Measure nominally and, when the design has mismatch, by Monte Carlo."""
        ...


def measurement_of(name: str, design: Design | None = None) -> Measurement:
    """Return the measurement registered under `name`, as a design wants it.

    Parameters
    ----------
    name : str
    design : Design, optional
        Has its section [measurements.NAME]; without a design the defaults hold.

    Raises
    ------
    InputError
        There is none (the message lists those that exist), or it is not what it has to be.
    """
    kind = MEASUREMENTS.load(name)
    arguments: tuple[object, ...] = ()
    if hasattr(kind, "Parameters"):
        sections = MeasurementsDesign() if design is None else design.measurements
        arguments = (sections.section(name),)
    plugin = Plugin(MEASUREMENTS.key, name)
    return check_measurement(plugin, made(plugin, kind, *arguments))


def check_measurement(plugin: Plugin, measurement: object) -> Measurement:
    """Return a measurement, checked: it says what it is, and can be run.

    Raises
    ------
    InputError
        Something is missing.
    """
    plugin.members(measurement, (*WORDS, "run"))
    wrong = [name for name in WORDS if not isinstance(getattr(measurement, name), str)]
    plugin.need(not wrong, f"{', '.join(wrong)} is no text")
    plugin.need(callable(measurement.run), "run is no method")  # type: ignore[attr-defined]
    return cast("Measurement", measurement)
