"""Codes of single Monte Carlo samples: one column after the other, not their average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sram_spice.lut.decisions import Decisions
from sram_spice.lut.lookup import Lut, References


def sample_table(lut: Lut, references: References = "own") -> NDArray[np.int16]:
    """Return the code of every sample at every level, shape (levels, samples).

    The amplifiers are nominal ones: :meth:`Lut.chip` has their mismatch, too. Sample i is the same
    silicon at every level. `NO_CODE` where it has lost data or has no valid solution.

    Raises
    ------
    InputError
        The table has no samples, or not of all levels.
    """
    bl, blb = lut.sample_voltages
    return Decisions.of(lut, references).codes(np.arange(len(bl))[:, None], bl, blb)
