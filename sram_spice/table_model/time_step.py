"""One step in time of columns some of whose cells are solved from their transistors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.line_charge import LineCharge
from sram_spice.table_model.node_capacitances import NodeCapacitances


@dataclass(frozen=True)
class TimeStep:
    """How the charges enter Kirchhoff's law in one time step: d/dt = rate x new - history.

    Attributes
    ----------
    history : ndarray, shape (n, 2)
        Of the charge of the bit lines, A.
    node_history : ndarray, shape (cells, 2)
        Of the voltage of the storage nodes, V/s.
    node_capacitances : ndarray, shape (cells, 4)
        Of the storage nodes, F, as in :class:`NodeCapacitances`.
    line : LineCharge
        Of the bit lines.
    rate : float
        1/s; 0 at rest.
    access : ndarray, shape (3,)
        Part of their current that access transistors carry, as in
        :class:`~sram_spice.table_model.word_line_fall.WordLineFall`.
    """

    history: FloatArray
    node_history: FloatArray
    node_capacitances: FloatArray
    line: LineCharge
    rate: float = 0.0
    access: FloatArray = field(default_factory=lambda: np.ones(3))


def at_rest(columns: int, cells: int) -> TimeStep:
    """Return the step that is none: charges do not enter."""
    nothing = LineCharge(np.zeros((columns, 2, 2)), np.zeros((columns, 2, 2)), np.array([0.0, 1.0]))
    return TimeStep(np.zeros((columns, 2)), np.zeros((cells, 2)), np.zeros((cells, 4)), nothing)


@dataclass(frozen=True)
class Moment:
    """What happens in a step of time.

    Attributes
    ----------
    length : float
        s.
    access : ndarray, shape (3,)
        Part of their current that access transistors carry, as in `WordLineFall`.
    lines, nodes : ndarray, shape (2,)
        Current into gates from BL and BLB, and from both storage nodes of cells that are apart, A.
    trapezoidal : bool
        Integrated by the trapezoidal rule, not by backward differences.
    """

    length: float
    access: FloatArray
    lines: FloatArray
    nodes: FloatArray
    trapezoidal: bool


@dataclass(frozen=True)
class Instant:
    """Where columns are at an instant.

    Attributes
    ----------
    charge : ndarray, shape (n, 2)
        On the bit lines, C.
    nodes : ndarray, shape (cells, 2)
        Storage nodes, V.
    current, slope : ndarray, shapes (n, 2), (cells, 2)
        Their derivatives, A and V/s; 0 at the start.
    length : float
        Of the step to it, s.
    """

    charge: FloatArray
    nodes: FloatArray
    current: FloatArray = field(default_factory=lambda: np.zeros(2))
    slope: FloatArray = field(default_factory=lambda: np.zeros(2))
    length: float = 0.0


def instant_after(charge: FloatArray, nodes: FloatArray, step: TimeStep, moment: Moment) -> Instant:
    """Return where columns are after a step.

    Parameters
    ----------
    charge : ndarray, shape (n, 2)
        C.
    nodes : ndarray, shape (cells, 2)
        V.
    step : TimeStep
        That led there.
    moment : Moment
    """
    current, slope = step.rate * charge - step.history, step.rate * nodes - step.node_history
    return Instant(charge, nodes, current, slope, moment.length)


def time_step(
    moment: Moment,
    before: Instant,
    earlier: Instant | None,
    line: LineCharge,
    storage: NodeCapacitances,
) -> TimeStep:
    """Return a step of second order: trapezoidal rule, or backward differences of unequal length.

    Parameters
    ----------
    moment : Moment
    before, earlier : Instant
        The last one and the one before it; None in the first step, which is Euler's.
    line : LineCharge
    storage : NodeCapacitances
    """
    length, of_nodes = moment.length, storage.at(before.nodes)
    if moment.trapezoidal and earlier is not None:
        rate = 2 / length
        history = rate * before.charge + before.current
        nodes = rate * before.nodes + before.slope
    else:
        ratio = 0.0 if earlier is None else length / before.length
        last = earlier or before
        rate = (1 + 2 * ratio) / (1 + ratio) / length
        first, second = (1 + ratio) / length, ratio**2 / (1 + ratio) / length
        history = first * before.charge - second * last.charge
        nodes = first * before.nodes - second * last.nodes
    history = history - moment.lines
    nodes = nodes - _rates(of_nodes, moment.nodes)
    return TimeStep(history, nodes, of_nodes, line, rate, moment.access)


def _rates(capacitances: FloatArray, current: FloatArray) -> FloatArray:
    """Return what a current out of both storage nodes does to their voltages, V/s, (cells, 2)."""
    own, other, of_first, of_other = capacitances.T
    determinant = own * other - of_first * of_other
    first = (other * current[0] + of_other * current[1]) / determinant
    second = (own * current[1] + of_first * current[0]) / determinant
    return np.stack([first, second], axis=1)
