"""Fabricated columns: the shifts of all their transistors, the same at every level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sram_spice.design import Design
from sram_spice.generators.cell import cell_of
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.kernels import IntArray
from sram_spice.technology import draw_threshold_shifts


@dataclass(frozen=True)
class Silicon:
    """Mismatch of some columns, in sigmas.

    Attributes
    ----------
    cells : ndarray, shape (n, rows x transistors of a cell)
        In the order of a column's devices.
    loads : ndarray, shape (n, 2)
        Of the loads on BL and on BLB.
    """

    cells: FloatArray
    loads: FloatArray

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.loads)

    @cached_property
    def largest(self) -> FloatArray:
        """Largest shift of any transistor of each column, sigmas."""
        cells = np.maximum(self.cells.max(axis=1), -self.cells.min(axis=1))
        return np.asarray(np.maximum(cells, np.abs(self.loads).max(axis=1)))

    def of_group(self, devices: IntArray) -> FloatArray:
        """Return the shifts of a group's transistors, shape (n, *devices.shape)."""
        return np.ascontiguousarray(self.cells[:, devices])


def silicon_of(z: FloatArray) -> Silicon:
    """Split the shifts of columns, shape (n, devices of a column), in sigmas."""
    return Silicon(np.ascontiguousarray(z[:, :-2]), z[:, -2:])


def draw_silicon(design: Design, seed: int, indices: Sequence[int]) -> Silicon:
    """Draw columns: sample i of a seed is the one that `engine = "spice"` simulates as sample i."""
    rows, transistors = design.column.rows, len(cell_of(design).transistors())
    ones = np.ones(rows * transistors + 2)
    return silicon_of(np.array([draw_threshold_shifts(ones, seed, i) for i in indices]))
