"""An ADC for CrossSim that behaves as the column and the sense amplifier of a lookup table.

Needs CrossSim and what CrossSim needs, nothing of sram-spice. Import this module before the core
is made, so that CrossSim finds the class by its name:

    params.core.style = "BALANCED"                       # weights +1 and -1
    params.core.balanced.subtract_current_in_xbar = True  # one ADC sees the sum of products
    params.core.rows_max = SramSpiceADC.ROWS
    params.xbar.device.infinite_on_off_ratio = True       # the table has the devices in it
    params.xbar.adc.mvm.model = "SramSpiceADC"
    params.xbar.adc.mvm.bits = SramSpiceADC.BITS

The interface is that of IADC (`set_limits`, `convert`) in simulator/circuits/adc of CrossSim; its
readme there has a section on models that are look-up tables.
"""

from typing import Any

import numpy as np
from simulator.backend import ComputeBackend
from simulator.circuits.adc.iadc import IADC

xp = ComputeBackend()
TABLE: dict[str, Any] = {}  # put in by sram-spice export


class SramSpiceADC(IADC):  # type: ignore[misc]
    """Codes drawn from P(code | sum) of a characterized column, as reconstructed sums.

    Attributes
    ----------
    ROWS : int
        Active rows of the column.
    BITS : int
        Bits of a code.
    CUMULATIVE : ndarray, shape (ROWS + 1, codes)
        P(code <= k | sum), for the sums -ROWS, -ROWS + 2, .. ROWS.
    NOMINAL : ndarray, shape (ROWS + 1,)
        Code that the circuit without mismatch reads for each of these sums; -1: none.
    AMPLIFIER : str
        Whose codes these are: of the design's "real" sense amplifier, or of an "ideal" one.
    CENTROIDS : ndarray, shape (codes,)
        Sum that each code stands for.
    ALWAYS_ACTIVE : bool
        Whether the rows of the cell are always active (8T), so that rows that a matrix leaves over
        are filled with pairs of products +1 and -1, an odd one with +1.
    UNIT : float
        Analog value of one product +1, as CrossSim scales it.
    SAMPLED : bool
        False: the codes of the circuit without mismatch.
    """

    ROWS = TABLE.get("n_active", 0)
    CENTROIDS = np.array(TABLE.get("centroids", [0.0]))
    NOMINAL = np.array(TABLE.get("nominal", [0]))
    AMPLIFIER = TABLE.get("amplifier", "ideal")
    CUMULATIVE = np.cumsum(np.array(TABLE.get("probability", [[1.0]])), axis=1)
    ALWAYS_ACTIVE = TABLE.get("always_active", True)
    BITS = max(1, (CENTROIDS.size - 1).bit_length())
    UNIT = 1.0
    SAMPLED = True
    filler = 0

    def set_limits(self, matrix: Any) -> None:
        """Take the range of the sums, and how many rows of the matrix's last array are left over.

        Parameters
        ----------
        matrix : ndarray, shape (outputs, inputs)

        Raises
        ------
        ValueError
            More inputs than rows.
        """
        left_over = self.ROWS - matrix.shape[1]
        if left_over < 0:
            raise ValueError(f"{matrix.shape[1]} inputs; the column has {self.ROWS} rows")
        self.filler = left_over % 2 if self.ALWAYS_ACTIVE else 0
        self.min, self.max = -self.ROWS * self.UNIT, self.ROWS * self.UNIT
        self.range = self.max - self.min

    def convert(self, vector: Any) -> Any:
        """Return reconstructed sums for analog sums, in the units of `vector`."""
        sums = vector / self.UNIT + self.filler
        level = xp.rint((sums + self.ROWS) / 2).astype(int).clip(0, self.ROWS)
        codes = xp.zeros(level.shape, dtype=int)
        if self.SAMPLED:
            drawn = xp.random.random_sample(level.shape)
            cumulative = xp.asarray(self.CUMULATIVE)
            for code in range(self.CENTROIDS.size - 1):
                codes += drawn >= cumulative[level, code]
        else:
            codes = xp.asarray(self.NOMINAL)[level]
        sums = xp.where(codes < 0, xp.nan, xp.asarray(self.CENTROIDS)[codes])
        return (sums - self.filler) * self.UNIT
