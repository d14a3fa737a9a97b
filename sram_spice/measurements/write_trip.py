"""Write trip: the bit-line voltage at which a stored 1 is lost while the column computes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import NOMINAL, CellSetup, Extraction, Quantity, Steps
from sram_spice.measurements.compute_snm import minority_level
from sram_spice.measurements.write_trip_points import LOWEST, trip_ramp, trip_steps
from sram_spice.simulation.job import FloatArray
from sram_spice.wording import count


class WriteTrip(CellMeasurement):
    """Write trip voltage in the compute condition, and how far the column stays above it."""

    title: ClassVar[str] = "Write trip voltage (compute)"
    definition: ClassVar[str] = (
        "Voltage of the cell's own bit line, swept down from VDD, at which a stored 1 is lost: "
        "word line at the column's voltage, complementary bit line where the nominal column has "
        "it at n_plus = 1, n_minus = rows - 1. Below 0 V: the cell holds on any real bit line; the "
        "sweep goes on to -0.6 VDD, so that the tail can be extrapolated (below some -0.5 V the "
        "junction of the access transistor conducts). write_trip_distance: nominal bit line of "
        "that level, the lowest a stored 1 can be on, minus the trip."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = (
        "Bit-line write margin at a reduced word line: Grossar et al., Read stability and "
        "write-ability analysis of SRAM cells for nanometer technologies, IEEE JSSC 41(11), "
        "2577-2588, 2006"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Simulate the nominal column, then sweep the bit line of every cell."""
        design, level = setup.design, minority_level(setup)
        vdd, v_wl = design.conditions.vdd, design.column.word_line_voltage
        trip = yield from trip_steps(trip_ramp(setup.cell, vdd, v_wl, level.line_blb))
        where = f"VDD = {vdd:.4g} V, V_WL = {v_wl:.4g} V, V_BLB = {level.line_blb:.4g} V"
        finite = np.where(np.isfinite(trip), trip, np.nan)
        column = f"{where}; column at n_plus = {level.n_plus}, n_minus = {level.n_minus}"
        unstable, held = (
            f"does not hold with BL at {vdd:.4g} V",
            f"still holds at {LOWEST * vdd:.4g} V",
        )
        reasons = tuple(
            unstable if np.isposinf(v) else held if np.isneginf(v) else "" for v in trip.tolist()
        )
        quantities = (
            Quantity("write_trip", where, "V", finite, reasons),
            Quantity("write_trip_distance", column, "V", level.line_bl - finite, reasons),
        )
        return Extraction(quantities, notes=tuple(_notes(trip, level.line_bl, vdd)))


def _notes(trip: FloatArray, v_bl: float, vdd: float) -> list[str]:
    nominal, sampled = bool(trip[NOMINAL] > v_bl), trip[NOMINAL + 1 :]
    lost, notes = int((sampled > v_bl).sum()), []
    if nominal or lost:
        cells = f"data is lost by {lost} of {count(sampled.size, 'sampled cell')}"
        also = ", and by the nominal one" if nominal else ""
        notes.append(f"unsafe: on the nominal bit line of {v_bl:.4g} V {cells}{also}")
    return notes
