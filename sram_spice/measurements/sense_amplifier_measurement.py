"""What all measurements of the sense amplifier share: common modes, empty results, tables."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sram_spice.design import Design
from sram_spice.measurements.measurement import MeasurementResult

COMMON_MODES = (0.3, 0.4, 0.5, 0.65, 0.8, 0.95)  # parts of VDD
NOTE = "not measured: the design has no [sense_amplifier]"


def common_modes(design: Design) -> list[float]:
    """Return the reference levels at which sense amplifiers are measured, V."""
    return [part * design.conditions.vdd for part in COMMON_MODES]


def absent() -> MeasurementResult:
    """Return the result of a measurement for a design without sense amplifier."""
    columns = ["quantity", "condition", "unit", "nominal"]
    return MeasurementResult(pd.DataFrame(columns=columns), notes=(NOTE,))


def row(quantity: str, condition: str, unit: str, nominal: float) -> dict[str, object]:
    """Return one row of a summary without statistics."""
    return {"quantity": quantity, "condition": condition, "unit": unit, "nominal": nominal}


def unresolved(names: Sequence[str]) -> tuple[str, ...]:
    """Return the note about conditions in which something has no value."""
    return (f"no value at {'; '.join(names)}",) if names else ()
