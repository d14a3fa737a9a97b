"""What drivers of gates pay: the charge they draw, times the voltage of their supply."""

from __future__ import annotations

import numpy as np
from scipy.integrate import trapezoid

from sram_spice.simulation.job import FloatArray

AT_GROUND = 0.01  # part of the highest level; below, a driver's pull-down conducts


def drawn_charge(time: FloatArray, current: FloatArray, level: FloatArray) -> float:
    """Return the charge that a driver draws from its supply, C.

    A driver charges its gates from the supply and discharges them into ground: an ideal source in
    its place gets C V^2 back at the falling edge, a supply does not. So what flows into the source
    counts for nothing, nor does what flows out of it while it stands at ground.

    Parameters
    ----------
    time : ndarray, shape (n,)
        s.
    current : ndarray, shape (n,)
        Out of the source that stands for the driver, A.
    level : ndarray, shape (n,)
        Its voltage, V; never below ground.
    """
    supplied = level > AT_GROUND * level.max(initial=0.0)
    return float(trapezoid(np.where(supplied, np.maximum(current, 0.0), 0.0), time))


def driver_energy(time: FloatArray, current: FloatArray, level: FloatArray) -> float:
    """Return the energy that a driver draws from a supply at its highest level, J.

    Parameters as of :func:`drawn_charge`. Loss of the generator of that level, and gates of the
    driver's own stages, are not in it.
    """
    return drawn_charge(time, current, level) * float(level.max(initial=0.0))
