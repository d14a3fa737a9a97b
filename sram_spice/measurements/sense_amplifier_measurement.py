"""What all measurements of the sense amplifier share: benches, empty results, tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import pandas as pd

from sram_spice.amplifier.sense_threshold import bench_at, describe_bench
from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators.sense_amplifier_bench import SenseAmplifierBench
from sram_spice.measurements.measurement import FIRST_COLUMNS, MeasurementResult

COMMON_MODES = (0.3, 0.4, 0.5, 0.65, 0.8, 0.95)  # parts of VDD
NOTE = "not measured: the design has no [sense_amplifier]"


class SenseAmplifierMeasurement(ABC):
    """A measurement of one sense amplifier at several reference levels."""

    title: ClassVar[str]
    definition: ClassVar[str]
    unit: ClassVar[str]
    source: ClassVar[str]

    def run(self, context: Context) -> MeasurementResult:
        """Measure, or say that the design has no sense amplifier."""
        design = context.design
        if design.sense_amplifier is None:
            return MeasurementResult(pd.DataFrame(columns=FIRST_COLUMNS), notes=(NOTE,))
        return self.measure(context, [bench_at(design, level) for level in common_modes(design)])

    @abstractmethod
    def measure(
        self, context: Context, benches: Sequence[SenseAmplifierBench]
    ) -> MeasurementResult:
        """Measure on benches at all reference levels, inputs from ideal sources."""


def common_modes(design: Design) -> list[float]:
    """Return the reference levels at which sense amplifiers are measured, V."""
    return [part * design.conditions.vdd for part in COMMON_MODES]


def row(quantity: str, bench: SenseAmplifierBench, unit: str, nominal: float) -> dict[str, object]:
    """Return one row of a summary without statistics."""
    condition = describe_bench(bench)
    return {"quantity": quantity, "condition": condition, "unit": unit, "nominal": nominal}


def unresolved(names: Sequence[str]) -> tuple[str, ...]:
    """Return the note about conditions in which something has no value."""
    return (f"no value at {'; '.join(names)}",) if names else ()
