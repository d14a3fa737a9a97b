"""The distribution of levels that a design asks for."""

from __future__ import annotations

from sram_spice.design import Design
from sram_spice.workload.sum_distribution import SumDistribution, from_histogram, independent


def level_distribution(design: Design, always_active: bool) -> SumDistribution:
    """Return how often each level occurs, as the design's `mlsa` section says.

    Parameters
    ----------
    design : Design
        Its measured histogram of sums, else independent inputs and weights.
    always_active : bool
        Whether every row of the cell contributes +1 or -1.

    Raises
    ------
    InputError
        The histogram is missing or wrong.
    """
    mlsa, rows = design.mlsa, design.column.rows
    bits = (mlsa.input_probability, mlsa.weight_probability)
    if mlsa.sum_histogram is not None:
        return from_histogram(mlsa.sum_histogram, rows, always_active, *bits)
    return independent(rows, always_active, *bits)
