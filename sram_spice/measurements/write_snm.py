"""Write static noise margin."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.generators.cell_bench import why_not_writable
from sram_spice.measurements.butterfly_sweeps import (
    butterfly_lobes,
    butterfly_run,
    nominal_butterfly,
)
from sram_spice.measurements.cell_conditions import describe_bias, not_measurable, write_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import NOMINAL, CellSetup, Extraction, Steps
from sram_spice.measurements.write_quantities import of_both_bits
from sram_spice.wording import count


class WriteSnm(CellMeasurement):
    """Write SNM: how far from bistable a cell is while it is written."""

    title: ClassVar[str] = "Write static noise margin"
    definition: ClassVar[str] = (
        "Side of the smallest square between the butterfly curves of a cell being written (word "
        "line at the write voltage, one bit line at 0, the other at VDD) beyond the written state, "
        "where the lobe of the old one was; the smaller of writing 0 and writing 1. Negative when "
        "the cell cannot be written: minus the side of the largest square in a lobe that is left."
    )
    unit: ClassVar[str] = "V"
    source: ClassVar[str] = (
        "Grossar, Stucchi, Maex, Dehaene, IEEE JSSC 41(11), 2577-2588, 2006, section II"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Sweep the broken loop while a 0 and while a 1 is written."""
        if reason := why_not_writable(setup.cell):
            return not_measurable(reason)
        zero = write_bias(setup.design)
        one = zero.mirrored
        of_zero, of_one = yield (
            butterfly_run(setup, zero, "write"),
            butterfly_run(setup, one, "write"),
        )
        # No state may be left but the written one: neither the old one nor one in the middle.
        squares_0, squares_1 = butterfly_lobes(of_zero), butterfly_lobes(of_one)
        write_0, write_1 = squares_0.beyond_zero, squares_1.beyond_one
        conditions = (
            f"{describe_bias(zero)}, and mirrored",
            describe_bias(zero),
            describe_bias(one),
        )
        quantities = of_both_bits("write_snm", conditions, write_0, write_1)
        curves = [
            nominal_butterfly(of_zero, "write 0"),
            nominal_butterfly(of_one, "write 1"),
        ]
        strong = np.isfinite(write_0 + write_1) & ~(squares_0.folded_zero & squares_1.folded_one)
        return Extraction(quantities, pd.concat(curves, ignore_index=True), _notes(strong))


def _notes(strong: NDArray[np.bool_]) -> tuple[str, ...]:
    if not strong.any():
        return ()
    of_samples = f"{int(strong[1:].sum())} of {count(strong.size - 1, 'sample')}"
    cells = "the nominal cell" if strong[NOMINAL] else ""
    cells += " and " if cells and strong.size > 1 else ""
    cells += of_samples if strong.size > 1 else ""
    return (
        f"write_snm: no noise gives {cells} another state while written; the square there is that "
        "between the curves where they come nearest to a second crossing",
    )
