"""Kick-back of one decision on BL and on REF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd

from sram_spice.amplifier.sense_waveforms import DecisionWave, decision_waves
from sram_spice.column.context import Context
from sram_spice.generators.sense_amplifier import sizes_of
from sram_spice.generators.sense_amplifier_bench import InputImpedance, SenseAmplifierBench
from sram_spice.measurements.measurement import MeasurementResult
from sram_spice.measurements.sense_amplifier_measurement import SenseAmplifierMeasurement, row

BIT_LINE_RESISTANCE = 1e3  # ohm; assumption: that of the reference columns at mid level is 0.7 k
BIT_LINE_CAPACITANCE_PER_ROW = 0.5e-15  # F; assumption: junction, overlap and wire of one cell
INPUT = 10e-3  # V


class KickBack(SenseAmplifierMeasurement):
    """Largest excursion of BL and of REF while SAEN is high."""

    title: ClassVar[str] = "Kick-back of the sense amplifier"
    definition: ClassVar[str] = (
        "Largest excursion of BL, and of REF, from where it was as SAEN rose until SAEN falls, BL "
        "10 mV above REF. BL is driven through 1 kilohm with 0.5 fF per row, REF as by the middle "
        "of the ladder: a quarter of its resistance, with a tap's capacitance. kick_difference: "
        "largest excursion of their difference. How far it moves the thresholds of a whole MLSA in "
        "its column: `sram-spice mlsa`."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = (
        "Figueiredo, Vital, Kickback noise reduction techniques for CMOS latched comparators, "
        "IEEE Trans. Circuits Syst. II 53(7), 541-545, 2006"
    )

    def measure(
        self, context: Context, benches: Sequence[SenseAmplifierBench]
    ) -> MeasurementResult:
        """Simulate one decision at each reference level, inputs from lines as in a column."""
        driven = [_driven(bench) for bench in benches]
        rows = []
        for wave in decision_waves(context, [(bench, INPUT) for bench in driven]):
            bl, ref, difference = excursions(wave)
            rows += [
                row("kick_bit_line", wave.bench, "V", bl),
                row("kick_reference", wave.bench, "V", ref),
                row("kick_difference", wave.bench, "V", difference),
            ]
        return MeasurementResult(pd.DataFrame(rows))


def excursions(wave: DecisionWave) -> tuple[float, float, float]:
    """Return the largest excursion of BL, of REF and of their difference, V, with its sign."""
    if not wave.status.has_values:
        return (float("nan"),) * 3
    start = wave.bench.saen_middle - sizes_of(wave.bench.design).edge_time / 2
    inside = (wave.time >= start) & (wave.time <= wave.bench.decided)

    def largest(signal: np.ndarray) -> float:
        moved = signal[inside] - np.interp(start, wave.time, signal)
        return float(moved[np.abs(moved).argmax()])

    return largest(wave.bl), largest(wave.ref), largest(wave.bl - wave.ref)


def _driven(bench: SenseAmplifierBench) -> SenseAmplifierBench:
    sizes, rows = sizes_of(bench.design), bench.design.column.rows
    line = InputImpedance(BIT_LINE_RESISTANCE, rows * BIT_LINE_CAPACITANCE_PER_ROW)
    tap = InputImpedance(sizes.ladder_resistance / 4, sizes.tap_capacitance)
    return replace(bench, bit_line=line, reference=tap)
