"""Write static noise margin."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd

from sram_spice.generators.cell_bench import why_not_writable
from sram_spice.measurements.butterfly_sweeps import (
    butterfly_lobes,
    butterfly_run,
    nominal_butterfly,
)
from sram_spice.measurements.cell_conditions import describe_bias, not_measurable, write_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import CellSetup, Extraction, Quantity, Steps


class WriteSnm(CellMeasurement):
    """Write SNM: how far from bistable a cell is while it is written."""

    title: ClassVar[str] = "Write static noise margin"
    definition: ClassVar[str] = (
        "Side of the smallest square between the butterfly curves of a cell being written (word "
        "line at the write voltage, one bit line at 0, the other at VDD), where the lobe of the "
        "old state was; the smaller of writing 0 and writing 1. Negative when the cell cannot be "
        "written: minus the side of the largest square in the lobe that is left."
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
        # The lobe that has to go is that of the state to be overwritten.
        write_0 = -butterfly_lobes(of_zero).stored_one
        write_1 = -butterfly_lobes(of_one).stored_zero
        both = f"{describe_bias(zero)}, and mirrored"
        quantities = (
            Quantity("write_snm", both, "V", np.minimum(write_0, write_1)),
            Quantity("write_snm_of_0", describe_bias(zero), "V", write_0),
            Quantity("write_snm_of_1", describe_bias(one), "V", write_1),
        )
        curves = [
            nominal_butterfly(of_zero, "write 0"),
            nominal_butterfly(of_one, "write 1"),
        ]
        return Extraction(quantities, pd.concat(curves, ignore_index=True))
