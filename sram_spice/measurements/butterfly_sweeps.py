"""Butterflies on the simulator: the sweep, the squares, the nominal curves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sram_spice.generators.cell_bench import BenchAccess, CellBias, SplitCell
from sram_spice.measurements.butterfly import Lobes, lobes
from sram_spice.measurements.cell_conditions import describe_bias
from sram_spice.measurements.cell_sweeps import (
    NOMINAL,
    BenchRun,
    CellSetup,
    Curves,
    Extraction,
    Quantity,
    Steps,
)
from sram_spice.simulation import DcSweep
from sram_spice.wording import count

POINTS = 100  # steps of the input; with splines between them squares are good to 6 uV


def butterfly_run(setup: CellSetup, bias: CellBias, access: BenchAccess = "compute") -> BenchRun:
    """Return the sweep that gives both curves of a butterfly."""
    sweep = DcSweep("vin", 0.0, bias.vdd, bias.vdd / POINTS)
    return BenchRun(SplitCell(setup.cell, bias, access), sweep, ("q", "qb"))


def butterfly_lobes(curves: Curves) -> Lobes:
    """Return the squares of the butterflies of all rows."""
    return lobes(curves.x, curves.values[:, 1], curves.values[:, 2])


def nominal_butterfly(curves: Curves, name: str) -> pd.DataFrame:
    """Return both nominal curves as a tidy table: x is V(q), y is V(qb)."""
    vin, q, qb = curves.values[NOMINAL]
    right = pd.DataFrame({"curve": f"{name}: V(qb) against V(q)", "x_v": vin, "y_v": qb})
    left = pd.DataFrame({"curve": f"{name}: V(q) against V(qb)", "x_v": q, "y_v": vin})
    return pd.concat([right, left], ignore_index=True)


def margin_steps(setup: CellSetup, bias: CellBias, name: str, where: str = "") -> Steps:
    """Measure a static noise margin: both lobes, and the smaller of them in each cell."""
    (curves,) = yield (butterfly_run(setup, bias),)
    squares = butterfly_lobes(curves)
    condition = describe_bias(bias) + (f"; {where}" if where else "")
    quantities = (
        Quantity(name, condition, "V", squares.smaller),
        Quantity(f"{name}_stored_1", condition, "V", squares.stored_one),
        Quantity(f"{name}_stored_0", condition, "V", squares.stored_zero),
    )
    return Extraction(quantities, nominal_butterfly(curves, name), _notes(name, quantities[0]))


def _notes(name: str, margin: Quantity) -> tuple[str, ...]:
    samples = margin.values[1:]
    lost = int(np.sum(samples <= 0))
    notes = [f"{name}: the nominal cell is not bistable"] if margin.values[NOMINAL] <= 0 else []
    if lost:
        notes.append(
            f"{name}: not bistable (margin <= 0): {lost} of {count(samples.size, 'sample')}"
        )
    return tuple(notes)
