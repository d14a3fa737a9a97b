"""The pre-charger's current as a polynomial in its own shift, over the bit-line voltage."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sram_spice.column.levels import mismatch_sigma
from sram_spice.design import Design
from sram_spice.errors import SimulatorError
from sram_spice.generators.cell import cell_of
from sram_spice.generators.column import Column
from sram_spice.generators.deck import circuit_deck
from sram_spice.generators.readout import readout_of
from sram_spice.simulation import DcSweep, Job, SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.features import SCALE, Z_LIMIT
from sram_spice.table_model.table_points import STEP, bl_axis
from sram_spice.technology import ModelCards

DEGREE = 6  # in the shift: some 8 mV against an overdrive of half a volt, or a leakage
SHIFTS = 13  # at which it is simulated


@dataclass(frozen=True)
class LoadTable:
    """The PMOS between VDD and a bit line.

    Attributes
    ----------
    axis : ndarray, shape (n,)
        Bit-line voltage, V.
    current : ndarray, shape (DEGREE + 1, n)
        Coefficients of the current into the bit line, A, of powers of z / SCALE.
    """

    axis: FloatArray
    current: FloatArray


def build_load_table(design: Design, cards: ModelCards, pool: SimulatorPool) -> LoadTable:
    """Simulate a load and fit its table.

    Raises
    ------
    SimulatorError
        A sweep of one transistor between ideal sources gave nothing.
    """
    job, z = _job(design, cards)
    axis = bl_axis(design.conditions.vdd)
    values = np.full((z.size, axis.size), np.nan)
    for result in pool.run([job]):
        if result.values is None:
            raise SimulatorError(f"the load cannot be tabulated: {result.status} {result.detail}")
        values[result.point] = result.values[1]
    basis = np.vander(z / SCALE, DEGREE + 1, increasing=True)
    return LoadTable(axis, np.asarray(np.linalg.pinv(basis) @ values))


def load_deck(design: Design, cards: ModelCards, bit_line: str = "DC 0") -> str:
    """Return the deck of a column without rows between ideal bit lines; BL as given."""
    column = Column(design, cell_of(design), readout_of(design), ())
    sources = [f"vbl bl 0 {bit_line}", "vblb blb 0 DC 0"]
    return circuit_deck(column.circuit("load"), cards, last=sources)


def _job(design: Design, cards: ModelCards) -> tuple[Job, FloatArray]:
    axis = bl_axis(design.conditions.vdd)
    step = STEP * design.conditions.vdd
    column = Column(design, cell_of(design), readout_of(design), ())
    z = np.linspace(-Z_LIMIT, Z_LIMIT, SHIFTS)
    job = Job(
        load_deck(design, cards),
        DcSweep("vbl", float(axis[0]), float(axis[-1]), step),
        ("vbl#branch",),
        alter=(f"@m{column.loads()[0].name}[delvto]",),
        points=z[:, None] * mismatch_sigma(design, column)[-2],
    )
    return replace(job, label="load table"), z
