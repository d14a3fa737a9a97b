"""Input-referred offset of the sense amplifier under mismatch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pandas as pd

from sram_spice.amplifier.sense_threshold import (
    OffsetModel,
    describe_bench,
    draw_amplifier_shifts,
    offset_model,
)
from sram_spice.column.context import Context
from sram_spice.generators.sense_amplifier_bench import SenseAmplifierBench
from sram_spice.measurements.measurement import MeasurementResult
from sram_spice.measurements.sense_amplifier_measurement import (
    SenseAmplifierMeasurement,
    row,
    unresolved,
)
from sram_spice.simulation import Status
from sram_spice.simulation.job import FloatArray
from sram_spice.statistics import describe


class SenseOffset(SenseAmplifierMeasurement):
    """Offset: the difference V_BL - V_REF at which the decision turns."""

    title: ClassVar[str] = "Offset of the sense amplifier"
    definition: ClassVar[str] = (
        "Difference V_BL - V_REF at which the decision turns, inputs from ideal sources. `nominal` "
        "is that of the circuit without mismatch; samples are linear in the threshold shifts, with "
        "a sensitivity per transistor from bisection (checked against bisection of every sample: "
        "`sram-spice mlsa`). sense_offset_sigma: the sigma that follows from the sensitivities."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = (
        "Wicht, Nirschl, Schmitt-Landsiedel, Yield and speed optimization of a latch-type voltage "
        "sense amplifier, IEEE JSSC 39(7), 1148-1158, 2004"
    )

    def measure(
        self, context: Context, benches: Sequence[SenseAmplifierBench]
    ) -> MeasurementResult:
        """Measure the sensitivities at every reference level, and draw samples."""
        rows: list[dict[str, object]] = []
        samples, lost = {}, []
        for bench in benches:
            model = offset_model(context, bench)
            entry = row("sense_offset", bench, "V", model.nominal)
            if context.design.mismatch.a_vt:
                values = _samples(context, model)
                samples[f"sense_offset_at_{bench.common_mode:.4g}_v"] = values
                entry |= describe(values).columns()
            rows += [entry, row("sense_offset_sigma", bench, "V", model.sigma)]
            if not np.isfinite(model.nominal):
                lost.append(describe_bench(bench))
        table = pd.DataFrame(samples)
        if len(table):
            good = np.isfinite(table.to_numpy()).all(axis=1)
            words = [str(Status.OK if one else Status.VALUE_MISSING) for one in good]
            table.insert(0, "status", words)
            table.insert(0, "index", np.arange(len(table)))
        return MeasurementResult(pd.DataFrame(rows), table, notes=unresolved(lost))


def _samples(context: Context, model: OffsetModel) -> FloatArray:
    plan = context.design.monte_carlo
    shifts = draw_amplifier_shifts(model.transistor_sigma, plan.seed, range(plan.samples))
    return model.offsets(shifts)
