"""A quantity of writing: of a 0, of a 1, and the smaller of both."""

from __future__ import annotations

import numpy as np

from sram_spice.measurements.cell_sweeps import Quantity, first_reasons
from sram_spice.simulation.job import FloatArray


def of_both_bits(
    name: str,
    conditions: tuple[str, str, str],
    of_0: FloatArray,
    of_1: FloatArray,
    reasons: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
) -> tuple[Quantity, Quantity, Quantity]:
    """Return the smaller of both, then that of writing 0 and that of writing 1, in V.

    Parameters
    ----------
    name : str
    conditions : (str, str, str)
        Of the smaller, of writing 0, of writing 1.
    of_0, of_1 : ndarray, shape (n_rows,)
        V; NaN where there is no value.
    reasons : (tuple of str, tuple of str)
        Why rows have none, as in :class:`Quantity`; a row without either has the first of them.
    """
    both, zero, one = conditions
    return (
        Quantity(name, both, "V", np.minimum(of_0, of_1), first_reasons(*reasons)),
        Quantity(f"{name}_of_0", zero, "V", of_0, reasons[0]),
        Quantity(f"{name}_of_1", one, "V", of_1, reasons[1]),
    )
