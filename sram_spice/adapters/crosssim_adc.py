"""A DAC and an ADC for CrossSim that behave as the column and the MLSA of a lookup table.

Needs CrossSim and what CrossSim needs, nothing of sram-spice. CrossSim finds the classes by their
names, which are those of the table, so that several exported tables can be used side by side:

    from adc import SramSpiceADC       # this module, as adc.py

    params = CrossSimParameters()
    SramSpiceADC.configure(params)     # sets all of the below
    core = AnalogCore(weights, params)  # weights +1 and -1; core @ inputs

What it needs, and checks: a balanced core (weights +1 and -1) that subtracts currents in the array
(one ADC sees the sum of products), at most ROWS inputs per array, ideal devices (the table has the
devices in it), the bits of the code, inputs that word lines can have. The DAC only checks inputs
and counts active rows; the ADC puts it in where CrossSim has its ideal one.

The interfaces are those of IADC and IDAC in simulator/circuits of CrossSim (3.2); the readme of its
ADCs has a section on models that are look-up tables.
"""

from typing import Any

import numpy as np
from simulator.backend import ComputeBackend
from simulator.circuits.adc.iadc import IADC
from simulator.circuits.dac.idac import IDAC
from simulator.parameters.core_parameters import CoreStyle, PartitionStrategy

xp = ComputeBackend()
TABLE: dict[str, Any] = {}  # put in by sram-spice export


class SramSpiceDAC(IDAC):  # type: ignore[misc]
    """Inputs as the word lines have them; counts the active rows of each access.

    Attributes
    ----------
    ALWAYS_ACTIVE : bool
        Whether the rows of the cell are always active (8T): inputs are +1 and -1; else 1 and 0.
    PADDING : float or None
        What an input 0 becomes where rows are always active, -1.0 or +1.0: a convolution of
        CrossSim pads with 0. None: 0 is refused.
    """

    ALWAYS_ACTIVE = TABLE.get("always_active", True)
    PADDING: float | None = None

    def set_limits(self, matrix: Any) -> None:
        """Take the number of inputs from a matrix of shape (outputs, inputs)."""
        self.inputs = matrix.shape[1]

    def convert(self, vector: Any) -> Any:
        """Return the inputs, shape (inputs,) or (..., inputs, accesses).

        Raises
        ------
        ValueError
            Inputs that the word lines cannot have, or another shape.
        """
        name = type(self).__name__
        axis = 0 if vector.ndim == 1 else -2
        if vector.shape[axis] != self.inputs:
            raise ValueError(
                f"{name}: {vector.shape[axis]} inputs for {self.inputs} rows; a column "
                "computes matrix times vector, one access at a time (no transposed product, "
                "x_par = y_par = 1)"
            )
        if self.ALWAYS_ACTIVE:
            if self.PADDING is not None:
                vector = xp.where(vector == 0, self.PADDING, vector)
            if not bool((xp.abs(vector) == 1).all()):
                raise ValueError(
                    f"{name}: inputs have to be +1 and -1, a word line of this cell is never off. "
                    "A convolution of CrossSim pads with 0: set SramSpiceDAC.PADDING = -1.0 or 1.0 "
                    "of the exported module, or pad beforehand"
                )
        elif not bool(((vector == 0) | (vector == 1)).all()):
            raise ValueError(f"{name}: inputs have to be 1 and 0, rows that are active or not")
        # The one object that CrossSim gives to the DAC and to the ADC of a core.
        self.core_params.active_rows = xp.expand_dims(xp.abs(vector).sum(axis=axis), axis)
        return vector

    def convert_sliced(self, vector: Any, slice_size: Any) -> Any:
        """Refuse: an input is one bit."""
        raise ValueError(f"{type(self).__name__}: an input is one bit; no input_bitslicing")


class SramSpiceADC(IADC):  # type: ignore[misc]
    """Codes drawn from P(code | level) of a characterized column, as reconstructed sums.

    Attributes
    ----------
    ROWS : int
        Rows of the column.
    N_ACTIVE : int or None
        Active rows the table is for; None: all numbers of them.
    BITS : int
        Bits of a code.
    CUMULATIVE : ndarray, shape (levels, codes)
        P(code <= k | level): for n_plus = 0 .. N_ACTIVE; where that is None for n_active = 0 ..
        ROWS, in it n_plus = 0 .. n_active.
    NOMINAL : ndarray, shape (levels,)
        Code that the circuit without mismatch reads at each level; -1: none.
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

    ROWS = TABLE.get("rows", 0)
    N_ACTIVE: int | None = TABLE.get("n_active")
    CENTROIDS = np.array(TABLE.get("centroids", [0.0]))
    NOMINAL = np.array(TABLE.get("nominal", [0]))
    AMPLIFIER = TABLE.get("amplifier", "ideal")
    CUMULATIVE = np.cumsum(np.array(TABLE.get("probability", [[1.0]])), axis=1)
    ALWAYS_ACTIVE = TABLE.get("always_active", True)
    BITS = max(1, (CENTROIDS.size - 1).bit_length())
    UNIT = 1.0
    SAMPLED = True
    DAC = SramSpiceDAC

    @classmethod
    def configure(cls, params: Any) -> None:
        """Set all that this ADC needs in the parameters of a core."""
        params.core.style = CoreStyle.BALANCED
        params.core.balanced.subtract_current_in_xbar = True
        params.core.rows_max = cls.ROWS
        # Whole arrays and the rest in the last one, as sub-arrays are; not arrays of equal size.
        params.core.mapping.weights.col_partition_strategy = PartitionStrategy.MAX
        params.xbar.device.infinite_on_off_ratio = True
        params.xbar.adc.mvm.model = cls.__name__
        params.xbar.adc.mvm.bits = cls.BITS
        params.xbar.dac.mvm.model = cls.DAC.__name__

    def __init__(
        self,
        adc_params: Any,
        dac_params: Any,
        core_params: Any,
        simulation_params: Any,
        bitslice: int = 0,
    ) -> None:
        super().__init__(adc_params, dac_params, core_params, simulation_params, bitslice)
        if dac_params.model == "IdealDAC":
            dac_params.model = self.DAC.__name__  # CrossSim makes the DAC after the ADC
        for key, fits, allowed in (
            ("core.style", core_params.style == CoreStyle.BALANCED, "BALANCED"),
            (
                "core.balanced.subtract_current_in_xbar",
                bool(core_params.balanced.subtract_current_in_xbar),
                "True: one sense amplifier sees the sum of products",
            ),
            ("core.rows_max", 1 <= core_params.rows_max <= self.ROWS, f"1 .. {self.ROWS}"),
            ("xbar.adc.mvm.bits", adc_params.bits == self.BITS, str(self.BITS)),
            ("xbar.adc.mvm.adc_per_ibit", not adc_params.adc_per_ibit, "False"),
            ("xbar.dac.mvm.input_bitslicing", not dac_params.input_bitslicing, "False"),
            (
                "xbar.dac.mvm.model",
                dac_params.model == self.DAC.__name__,
                f"{self.DAC.__name__}, which checks inputs and counts active rows",
            ),
        ):
            if not fits:
                raise ValueError(
                    f"{type(self).__name__}: {key} has to be {allowed}; "
                    "SramSpiceADC.configure(params) of the exported module sets it"
                )

    def set_limits(self, matrix: Any) -> None:
        """Take how many rows the matrix leaves over, and the range of the sums.

        CrossSim calls it for the transposed product, too, with the transposed matrix, and its
        layers with random weights at first: what does not fit is said when something is read.

        Parameters
        ----------
        matrix : ndarray, shape (outputs, inputs)
        """
        size = xp.abs(matrix)
        largest = float(size.max())
        self.binary = largest > 0 and bool((size > (1 - 1e-6) * largest).all())
        self.inputs = matrix.shape[1]
        self.filler = (self.ROWS - self.inputs) % 2 if self.ALWAYS_ACTIVE else 0
        self.min, self.max = -self.ROWS * self.UNIT, self.ROWS * self.UNIT
        self.range = self.max - self.min

    def convert(self, vector: Any) -> Any:
        """Return reconstructed sums for analog sums, in the units of `vector`.

        Raises
        ------
        ValueError
            Weights other than +1 and -1, more inputs than rows, sums that a column cannot have, or
            inputs that the DAC has not seen.
        """
        name = type(self).__name__
        if self.inputs > self.ROWS:
            raise ValueError(f"{name}: {self.inputs} inputs; the column has {self.ROWS} rows")
        if not self.binary:
            raise ValueError(
                f"{name}: the cells hold weights +1 and -1 only, binarize them first (a cell "
                "cannot hold 0: no groups of a convolution, no bias rows)"
            )
        active = self._active_rows()
        analog = vector / self.UNIT
        sums = xp.rint(analog)
        if not bool((xp.abs(analog - sums) < 1e-2).all()):
            raise ValueError(
                f"{name}: sums are not whole numbers; the devices have to be ideal "
                "(xbar.device.infinite_on_off_ratio, no errors: the table has the circuit in it), "
                "inputs and weights scaled to 1"
            )
        sums = sums.astype(int)
        if bool(((sums + active) % 2 != 0).any()) or bool((xp.abs(sums) > active).any()):
            raise ValueError(f"{name}: sums that {int(xp.max(active))} active rows cannot have")
        sums = sums + self.filler
        level = (sums + self._level_rows(active)) // 2
        if self.N_ACTIVE is None:
            level = level + active * (active + 1) // 2
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

    def _active_rows(self) -> Any:
        """Active rows of the matrix in this access, from the DAC, broadcast with the sums."""
        inputs = self.core_params.mapping.inputs.mvm
        active = getattr(inputs, "active_rows", None)
        if active is None:
            raise ValueError(
                f"{type(self).__name__}: {self.DAC.__name__} has not seen these inputs; only "
                "matrix times vector is a read of the column"
            )
        inputs.active_rows = None  # of one access
        active = xp.rint(active).astype(int)
        wanted = None if self.ALWAYS_ACTIVE else self.N_ACTIVE
        if wanted is not None and bool((active != wanted).any()):
            raise ValueError(
                f"{type(self).__name__}: the table is for {wanted} active rows; exported without "
                "--n-active it is for any number"
            )
        return active

    def _level_rows(self, active: Any) -> Any:
        """Active rows of the level: an 8T column's left-over rows are active, too."""
        return self.ROWS if self.ALWAYS_ACTIVE else active


# CrossSim knows a class by its name alone: that of another table would replace this one.
for _kind, _suffix in ((SramSpiceADC, "ADC"), (SramSpiceDAC, "DAC")):
    _kind.__name__ = _kind.__qualname__ = TABLE.get("class_name", "SramSpice") + _suffix
    globals()[_kind.__name__] = _kind
