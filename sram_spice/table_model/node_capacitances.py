"""Capacitances of the storage nodes of a cell on its way to its other state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sram_spice.generators.cell_bench import BenchNode, CellBias, WholeCell
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.line_charge import RAMPS, capacitance, ramp, still

WEAK = (0.45, 0.12)  # parts of VDD on the nodes of a cell that lingers on its way to flip
OTHER_LINE = 0.5  # part of VDD on its other bit line, which it pulls down; its own is near ground
WAY = ((1.0, 0.0), (0.8, 0.03), (0.6, 0.05), WEAK, (0.33, 0.33))  # parts of VDD, to the middle
EXCHANGED = (1, 0, 3, 2)
REACH = 0.1  # part of VDD to either side, over which a node is ramped


@dataclass(frozen=True)
class NodeCapacitances:
    """Capacitances of the storage nodes over the difference of their voltages.

    Attributes
    ----------
    difference : ndarray, shape (n,)
        V(q) - V(qb), rising, V.
    values : ndarray, shape (n, 4)
        Of the node that was high and of the other one; what the other one feels of the first, and
        the first of the other one, F.
    """

    difference: FloatArray
    values: FloatArray

    def at(self, nodes: FloatArray) -> FloatArray:
        """Return the capacitances, F, (cells, 4), from V(q) and V(qb) of cells, V, (cells, 2)."""
        where = nodes[:, 0] - nodes[:, 1]
        return np.stack([np.interp(where, self.difference, c) for c in self.values.T], axis=1)


def node_capacitances(setup: CellSetup, pool: SimulatorPool) -> NodeCapacitances:
    """Return the capacitances of the storage nodes of a cell.

    Parameters
    ----------
    setup : CellSetup
    pool : SimulatorPool

    Raises
    ------
    SimulatorError
        A transient has no solution.
    """
    way = setup.vdd * np.array(WAY)
    values = np.array([_at(setup, nodes, pool) for nodes in way.tolist()])
    # Beyond the middle it is the same way with the nodes exchanged; but for the bit lines.
    values[-1] = (values[-1] + values[-1, EXCHANGED]) / 2
    difference = np.concatenate([way[:, 1] - way[:, 0], (way[:, 0] - way[:, 1])[-2::-1]])
    return NodeCapacitances(difference, np.concatenate([values[:, EXCHANGED], values[-2::-1]]))


def _at(setup: CellSetup, nodes: Sequence[float], pool: SimulatorPool) -> list[float]:
    """Return the four capacitances, F, with the storage nodes at some voltages, V."""
    own, felt = [], []
    names: tuple[BenchNode, BenchNode] = ("q", "qb")
    for name, at, other in zip(names, nodes, nodes[::-1], strict=True):
        decks = [_ramped(setup, name, at, other, duration) for duration in RAMPS]
        volts = np.array([at])
        own.append(float(capacitance(decks, ("vin#branch", name), volts, pool)[0]))
        felt.append(-float(capacitance(decks, ("vother#branch", name), volts, pool)[0]))
    return own + felt


def _ramped(setup: CellSetup, name: BenchNode, at: float, other: float, duration: float) -> str:
    reach = REACH * setup.vdd
    bench = WholeCell(
        setup.cell,
        CellBias(setup.vdd, setup.v_wl, 0.0, OTHER_LINE * setup.vdd),
        held=name,
        held_wave=ramp(at + reach, at - reach, duration),
    )
    return replace(bench, other_wave=still(other)).deck(setup.cards)
