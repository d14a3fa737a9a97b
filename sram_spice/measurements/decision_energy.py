"""Energy of one decision of the sense amplifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pandas as pd

from sram_spice.amplifier.sense_waveforms import decision_waves
from sram_spice.column.context import Context
from sram_spice.generators.sense_amplifier_bench import SenseAmplifierBench
from sram_spice.measurements.measurement import MeasurementResult
from sram_spice.measurements.sense_amplifier_measurement import SenseAmplifierMeasurement, row

INPUT = 10e-3  # V


class DecisionEnergy(SenseAmplifierMeasurement):
    """Energy per decision, with the reset after it."""

    title: ClassVar[str] = "Energy per decision"
    definition: ClassVar[str] = (
        "Energy from the supply of the sense amplifier and from the driver of SAEN over one "
        "decision and the reset after it; the larger of BL 10 mV above and 10 mV below REF."
    )
    unit: ClassVar[str] = "J"
    source: ClassVar[str] = (
        "Razavi, The StrongARM latch, IEEE Solid-State Circuits Magazine 7(2), 12-17, 2015"
    )

    def measure(
        self, context: Context, benches: Sequence[SenseAmplifierBench]
    ) -> MeasurementResult:
        """Simulate two decisions at each reference level."""
        waves = decision_waves(context, [(b, v) for b in benches for v in (INPUT, -INPUT)])
        rows = [
            row("decision_energy", bench, "J", max(up.energy, down.energy))
            for bench, up, down in zip(benches, waves[::2], waves[1::2], strict=True)
        ]
        return MeasurementResult(pd.DataFrame(rows))
