"""The conditions in which cells are measured: hold, read, write."""

from __future__ import annotations

from sram_spice.design import Design
from sram_spice.generators.cell_bench import CellBias
from sram_spice.measurements.cell_sweeps import Extraction


def hold_bias(design: Design) -> CellBias:
    """Return hold: word lines at 0, bit lines pre-charged to VDD."""
    vdd = design.conditions.vdd
    return CellBias(vdd, 0.0, vdd, vdd)


def read_bias(design: Design) -> CellBias:
    """Return read: word line at the column's voltage, bit lines still at VDD (the worst case)."""
    vdd = design.conditions.vdd
    return CellBias(vdd, design.column.word_line_voltage, vdd, vdd)


def write_bias(design: Design) -> CellBias:
    """Return the writing of a 0: word line at the write voltage, BL at 0, BLB at VDD."""
    vdd = design.conditions.vdd
    v_wl = design.cell_test.write_word_line_voltage
    return CellBias(vdd, vdd if v_wl is None else v_wl, 0.0, vdd)


def describe_bias(bias: CellBias) -> str:
    """Return a bias in words, for tables."""
    lines = f"V_WL = {bias.v_wl:.4g} V, V_BL = {bias.v_bl:.4g} V, V_BLB = {bias.v_blb:.4g} V"
    return f"VDD = {bias.vdd:.4g} V, {lines}"


def not_measurable(reason: str) -> Extraction:
    """Return what there is to say of a cell to which a measurement does not apply."""
    return Extraction((), notes=(f"not measurable for this cell: {reason}",))
