"""Decision time of the sense amplifier against its differential input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pandas as pd

from sram_spice.amplifier.decision_summary import INPUTS, decision_summary
from sram_spice.amplifier.sense_threshold import describe_bench
from sram_spice.amplifier.sense_waveforms import decision_waves
from sram_spice.column.context import Context
from sram_spice.generators.sense_amplifier_bench import SenseAmplifierBench
from sram_spice.measurements.measurement import MeasurementResult
from sram_spice.measurements.sense_amplifier_measurement import (
    SenseAmplifierMeasurement,
    row,
    unresolved,
)


class DecisionTime(SenseAmplifierMeasurement):
    """Decision time, its log-linear slope, and the smallest input that resolves in time."""

    title: ClassVar[str] = "Decision time of the sense amplifier"
    definition: ClassVar[str] = (
        "From SAEN at half of VDD until the latch's nodes differ by half of VDD, at 10 mV. "
        "metastability_constant: slope of the time against -ln of the input below 5 mV, the time "
        "in which the difference grows e-fold. smallest_input: the least difference for which the "
        "decision is there as SAEN falls, from that line. Nominal circuit, the slower of the "
        "two directions."
    )
    unit: ClassVar[str] = "s"
    source: ClassVar[str] = (
        "Wicht, Nirschl, Schmitt-Landsiedel, IEEE JSSC 39(7), 1148-1158, 2004, eq. 5-9"
    )

    def measure(
        self, context: Context, benches: Sequence[SenseAmplifierBench]
    ) -> MeasurementResult:
        """Simulate decisions over the input at every reference level."""
        inputs = [sign * v for v in INPUTS for sign in (1, -1)]
        waves = decision_waves(context, [(bench, v) for bench in benches for v in inputs])
        rows, curves, lost = [], [], []
        for number, bench in enumerate(benches):
            mine = waves[number * len(inputs) : (number + 1) * len(inputs)]
            where = describe_bench(bench)
            time, slope, least = decision_summary(mine)
            rows += [
                row("decision_time", bench, "s", time),
                row("metastability_constant", bench, "s", slope),
                row("smallest_input", bench, "V", least),
            ]
            if not np.isfinite([time, slope, least]).all():
                lost.append(where)
            curves += [
                {"curve": where, "x_v": wave.v_in, "y_s": wave.decision_time} for wave in mine
            ]
        return MeasurementResult(
            pd.DataFrame(rows), curves=pd.DataFrame(curves), notes=unresolved(lost)
        )
