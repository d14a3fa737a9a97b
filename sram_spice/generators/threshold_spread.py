"""What A_VT means for a design: the spread of its access transistors' threshold voltages."""

from __future__ import annotations

import math

from sram_spice.design import Design
from sram_spice.generators.cell import cell_of
from sram_spice.generators.transistor import threshold_sigma


def threshold_spread(design: Design) -> dict[str, float]:
    """Return what manifest and report say of the mismatch.

    Returns
    -------
    dict
        `a_vt_v_m` of each transistor and `a_vt_pair_v_m` of a pair's difference (sqrt(2) times
        it; Pelgrom's eq. 1), V m; `sigma_vt_access_v`: sigma(VT) of the smallest access transistor
        of the cell, V (of its smallest transistor where none is one).
    """
    transistors = cell_of(design).transistors()
    access = [t for t in transistors if t.role == "access"] or list(transistors)
    a_vt = design.mismatch.a_vt
    return {
        "a_vt_v_m": a_vt,
        "a_vt_pair_v_m": math.sqrt(2) * a_vt,
        "sigma_vt_access_v": float(threshold_sigma(access, a_vt).max()),
    }
