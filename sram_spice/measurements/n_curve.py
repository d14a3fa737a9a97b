"""N-curve."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd

from sram_spice.generators.cell_bench import WholeCell
from sram_spice.measurements.cell_conditions import describe_bias, read_bias
from sram_spice.measurements.cell_measurement import CellMeasurement
from sram_spice.measurements.cell_sweeps import (
    NOMINAL,
    BenchRun,
    CellSetup,
    Extraction,
    Quantity,
    Steps,
)
from sram_spice.measurements.n_curve_points import n_curve_points
from sram_spice.simulation import DcSweep
from sram_spice.simulation.job import FloatArray
from sram_spice.wording import count

POINTS = 100  # steps of the node voltage


class NCurve(CellMeasurement):
    """N-curve: SVNM, SINM, WTV, WTI."""

    title: ClassVar[str] = "N-curve"
    definition: ClassVar[str] = (
        "Current into q against its voltage, word line at column.word_line_voltage and both bit "
        "lines at VDD. A, B, C are its zeros. SVNM = V_B - V_A, SINM = largest current between, "
        "WTV = V_C - V_B, WTI = largest negative current between. All are 0 when B does not exist: "
        "the cell has one state."
    )
    unit: ClassVar[str] = "V, A"
    source: ClassVar[str] = (
        "Wann et al., VLSI-TSA 2005, 21-22; Grossar et al., IEEE JSSC 41(11), 2577-2588, 2006"
    )

    def steps(self, setup: CellSetup) -> Steps:
        """Sweep the voltage that is forced on q."""
        bias = read_bias(setup.design)
        bench = WholeCell(setup.cell, bias, stored=-1, held="q")
        sweep = DcSweep("vin", 0.0, bias.vdd, bias.vdd / POINTS)
        (curves,) = yield (BenchRun(bench, sweep, ("vin#branch",)),)
        current = -curves.values[:, 1]
        points, where = n_curve_points(curves.x, current), describe_bias(bias)
        quantities = (
            Quantity("svnm", where, "V", points.svnm),
            Quantity("sinm", where, "A", points.sinm),
            Quantity("wtv", where, "V", points.wtv),
            Quantity("wti", where, "A", points.wti),
        )
        nominal = {"curve": "N-curve", "x_v": curves.values[NOMINAL, 0], "y_a": current[NOMINAL]}
        return Extraction(quantities, pd.DataFrame(nominal), _notes(points.svnm))


def _notes(svnm: FloatArray) -> tuple[str, ...]:
    one_state = svnm == 0
    notes = (
        ["n_curve: the nominal cell has one state: its numbers are 0"] if one_state[NOMINAL] else []
    )
    if one_state[1:].any():
        total = count(svnm.size - 1, "sample")
        notes.append(
            f"n_curve: {int(one_state[1:].sum()):,} of {total} have one state; they are in the "
            "means, with 0"
        )
    return tuple(notes)
