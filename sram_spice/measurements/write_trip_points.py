"""Write trip voltages of many cells at once: the bit line at which the stored 1 is lost."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from sram_spice.generators.cell import Cell
from sram_spice.generators.cell_bench import CellBias
from sram_spice.generators.disturb_bench import CoupledCell
from sram_spice.measurements.cell_sweeps import BenchRun, Curves
from sram_spice.measurements.state_loss import Ramp, held_points
from sram_spice.simulation.job import FloatArray

LOWEST = -0.6  # part of VDD; below it the access transistor's junction takes over
# The fine sweep then has steps of 1.6 mV, which finds the trip to 0.3 mV (1 % of its sigma).
COARSE_STEPS = 50


def trip_ramp(
    cell: Cell, vdd: float, v_wl: float, v_blb: float, resistance_bl: float = 0.0
) -> Ramp:
    """Return the sweep of a cell's own bit line from VDD down to below ground.

    Parameters
    ----------
    cell : Cell
    vdd, v_wl : float
        Supply and active word line, V.
    v_blb : float
        Complementary bit line, held, V.
    resistance_bl : float
        Resistance between the swept voltage and the cell, ohm.
    """
    bias = CellBias(vdd, v_wl, vdd, v_blb)
    bench = CoupledCell(cell, bias, swept="bl", resistance_bl=resistance_bl)
    return Ramp(bench, vdd, LOWEST * vdd, COARSE_STEPS)


def trip_steps(ramp: Ramp) -> Generator[tuple[BenchRun, ...], tuple[Curves, ...], FloatArray]:
    """Return the write trip voltage of every row, for a :data:`Steps` generator to delegate to.

    Returns
    -------
    ndarray, shape (n_rows,)
        V; +inf for a cell that does not even hold at VDD, -inf for one that holds at the lowest
        bit line, NaN where the simulator has no solution.
    """
    (coarse,) = yield (ramp.coarse(),)
    margin = ramp.margin(coarse)
    held = held_points(margin)
    run = ramp.fine(coarse)
    (fine,) = yield (run,)
    trip = ramp.locate(fine, run)
    solved = np.isfinite(margin).all(axis=1)
    trip = np.where(solved & (held == 0), np.inf, trip)
    return np.where(solved & (held == margin.shape[1]), -np.inf, trip)
