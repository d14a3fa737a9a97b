"""Static noise margin during a computing access, at the bit lines that the column really has."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from sram_spice.column.levels import NominalLevel, nominal_job, nominal_level
from sram_spice.measurements.butterfly_sweeps import margin_steps
from sram_spice.measurements.cell_conditions import read_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import CellSetup, Extraction, Quantity, Steps


class ComputeSnm(CellMeasurement):
    """Compute SNM: all rows on, one cell alone against all others."""

    title: ClassVar[str] = "Compute static noise margin"
    definition: ClassVar[str] = (
        "Side of the largest square between the butterfly curves with the word line on and BL and "
        "BLB at their nominal voltages in a column with all rows active of which one has product "
        "+1: the lowest bit line that a stored 1 can stand on. Smaller lobe; negative when a lobe "
        "is gone: minus the side of the smallest square between the curves there."
    )
    unit: ClassVar[str] = "V"
    signed_off: ClassVar[bool] = True
    source: ClassVar[str] = (
        "Seevinck, List, Lohstroh, IEEE JSSC 22(5), 748-754, 1987, at bit lines of this column"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Simulate the column nominally, then sweep the broken loop between its bit lines."""
        level = minority_level(setup)
        where = f"column at n_plus = {level.n_plus}, n_minus = {level.n_minus}"
        if not level.status.has_values:
            return without_level(setup.rows, where, level)
        bias = replace(read_bias(setup.design), v_bl=level.line_bl, v_blb=level.line_blb)
        found = yield from margin_steps(setup, bias, "compute_snm", where)
        note = f"compute_snm: the nominal column is {level.status} ({level.detail})"
        lost = (note,) if level.guess is None else ()
        return Extraction(found.quantities, found.curves, (*lost, *found.notes))


def without_level(rows: int, where: str, level: NominalLevel) -> Extraction:
    """Return what there is to say when the nominal column has no solution: no value in any row."""
    none = Quantity("compute_snm", where, "V", np.full(rows, np.nan))
    return Extraction((none,), notes=(f"no nominal {where}: {level.status}, {level.detail}",))


def minority_level(setup: CellSetup) -> NominalLevel:
    """Return the nominal level with every row active and a single product +1."""
    level = (1, setup.design.column.rows - 1)
    job = nominal_job(setup.design, setup.context.cards, *level)
    (result,) = setup.context.pool.run([job])
    return nominal_level(*level, result)
