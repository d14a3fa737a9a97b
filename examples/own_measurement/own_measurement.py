"""A measurement of your own: how far reading lifts the storage node that holds 0."""

from __future__ import annotations

from typing import ClassVar

from sram_spice.generators.cell_bench import WholeCell
from sram_spice.measurements.cell_conditions import describe_bias, read_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import BenchRun, CellSetup, Extraction, Quantity, Steps
from sram_spice.simulation import OperatingPoint


class ReadBump(CellMeasurement):
    """Read bump: where it reaches the trip point of the other inverter, the cell flips."""

    title: ClassVar[str] = "Read bump"
    definition: ClassVar[str] = (
        "Voltage of Q of a cell that stores 0, word line at column.word_line_voltage, both bit "
        "lines held at VDD."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = (
        "Rabaey, Chandrakasan, Nikolic, Digital Integrated Circuits, 2nd edition, 2003, chapter 12"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Solve one operating point; under mismatch one per sample."""
        bias = read_bias(setup.design)
        bench = WholeCell(setup.cell, bias, stored=-1)
        (found,) = yield (BenchRun(bench, OperatingPoint(), ("q",)),)
        return Extraction((Quantity("read_bump", describe_bias(bias), "V", found.values[:, 0]),))
