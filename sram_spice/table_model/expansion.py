"""What every feature of a level contributes to Kirchhoff's law, as polynomials in a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_groups import CellGroup
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.load_table import LoadTable
from sram_spice.table_model.table_points import interpolation_matrix

SIGMAS = 7.0  # half width of the first box in sigmas of the linearized column
FLOOR = 0.005  # V, added to it
WIDEST = 0.4  # V, half width of the box in which stragglers are solved
DEGREES = (4, 5, 6, 8, 10, 12, 14)  # tried in turn
VOLTAGE_ERROR = 10e-6  # V, that the expansion may cost at its worst point
CHECKS = 9  # points in each direction at which it is compared with the splines


@dataclass(frozen=True)
class Box:
    """A rectangle of bit-line voltages, V.

    Attributes
    ----------
    low, high : ndarray, shape (2,)
        BL, BLB.
    valid : ndarray, shape (2,)
        Lowest BL and BLB at which the level's tables are valid: a box never goes below.
    """

    low: FloatArray
    high: FloatArray
    valid: FloatArray

    @property
    def center(self) -> FloatArray:
        """Middle, V."""
        return (self.low + self.high) / 2

    @property
    def half(self) -> FloatArray:
        """Half widths, V."""
        return (self.high - self.low) / 2

    def holds(self, v: FloatArray) -> NDArray[np.bool_]:
        """Tell which pairs of bit lines, shape (n, 2), V, are inside."""
        return np.asarray(((self.low <= v) & (v <= self.high)).all(axis=1))


@dataclass(frozen=True)
class Expansion:
    """Polynomials of all features of a level in a box.

    Attributes
    ----------
    box : Box
    polynomials : ndarray, shape (features, 2, m, m)
        Current out of BL and BLB, A, of x^i y^j with x, y = (V - center) / half.
        Features: those of each group, then the load of BL, then that of BLB.
    """

    box: Box
    polynomials: FloatArray


def level_box(
    groups: Sequence[CellGroup],
    load: LoadTable,
    center: FloatArray,
    half: FloatArray,
    whole: bool = False,
) -> Box | None:
    """Return the box about a point, as far as the tables are valid; None if the point is not.

    With `whole` as far as they go: for sums over cells that are far from their trip.
    """
    valid, top = np.full(2, load.axis[0]), np.full(2, load.axis[-1])
    for group in groups:
        own, other = (1, 0) if group.mirrored else (0, 1)
        table = group.table
        near = np.abs(table.blb - center[other]) <= half[other] + np.diff(table.blb).max()
        lowest = table.bl[0] if whole else table.lowest_bl[near].max()
        valid[own] = max(valid[own], lowest)
        valid[other] = max(valid[other], table.blb[0])
        top[own] = min(top[own], table.bl[-1])
        top[other] = min(top[other], table.blb[-1])
    low = np.maximum(center - half, valid)
    high = np.minimum(center + half, top)
    return Box(low, high, valid) if (low < center).all() and (center < high).all() else None


def first_half_widths(
    groups: Sequence[CellGroup], load: LoadTable, center: FloatArray
) -> FloatArray | None:
    """Return the half widths within which nearly all columns of a level lie, V; None as above."""
    box = level_box(groups, load, center, np.full(2, FLOOR))
    if box is None:
        return None
    local = expand_to(groups, load, box, 2)
    nominal = np.einsum("fcij,f->cij", local, nominal_sums(groups))
    slopes = np.stack([nominal[:, 1, 0], nominal[:, 0, 1]], axis=1) / box.half
    deviation, start = np.zeros((2, 2)), 0
    for group in groups:
        f, size = group.features, len(group.features)
        linear = np.add(f.first_power, f.second_power) == 1
        at_center = local[start : start + size][linear][:, :, 0, 0] / SCALE
        deviation += group.rows * at_center.T @ at_center
        start += size
    for line in range(2):
        own = local[start + 1 + line * load.current.shape[0], line, 0, 0] / SCALE
        deviation[line, line] += own**2
    inverse = np.linalg.inv(slopes)
    sigma = np.sqrt(np.diag(inverse @ deviation @ inverse.T))
    return np.asarray(SIGMAS * sigma + FLOOR)


def expand(groups: Sequence[CellGroup], load: LoadTable, box: Box) -> Expansion:
    """Return the polynomials in a box, of the lowest degree that is exact enough."""
    at = np.linspace(-1, 1, CHECKS)
    voltages = box.center[:, None] + box.half[:, None] * at
    means = [_mean_current(group) for group in groups]
    exact = _mean_on_grid(groups, means, load, voltages)
    # The steepest slope of each current within the box turns volts into amperes.
    slope = np.array([np.abs(np.gradient(exact[c], voltages[c], axis=c)).max() for c in (0, 1)])
    for degree in DEGREES[:-1]:
        voltages, to_powers = _chebyshev(box, degree)
        total = to_powers @ _mean_on_grid(groups, means, load, voltages) @ to_powers.T
        powers = np.vander(at, degree + 1, increasing=True)
        error = np.abs(powers @ total @ powers.T - exact).max(axis=(1, 2))
        if (error <= VOLTAGE_ERROR * slope).all():
            return Expansion(box, expand_to(groups, load, box, degree))
    return Expansion(box, expand_to(groups, load, box, DEGREES[-1]))


def nominal_sums(groups: Sequence[CellGroup]) -> FloatArray:
    """Return the mean over mismatch of all features of a level, loads nominal."""
    parts = [group.rows * group.features.mean for group in groups]
    return np.concatenate([*parts, *(np.eye(1, 7)[0] for _ in range(2))])


def expand_to(groups: Sequence[CellGroup], load: LoadTable, box: Box, degree: int) -> FloatArray:
    """Return the polynomials of one degree in a box, shape (features, 2, m, m)."""
    voltages, to_powers = _chebyshev(box, degree)
    values = _on_grid(groups, load, voltages[0], voltages[1])
    return np.ascontiguousarray(to_powers @ values @ to_powers.T)


def _chebyshev(box: Box, degree: int) -> tuple[FloatArray, FloatArray]:
    """Return the voltages at which a box is sampled, and what takes values there to powers."""
    x, to_powers = _nodes(degree)
    return box.center[:, None] + box.half[:, None] * x, to_powers


@lru_cache
def _nodes(degree: int) -> tuple[FloatArray, FloatArray]:
    x = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
    return x, np.linalg.inv(np.vander(x, degree + 1, increasing=True))


def _mean_current(group: CellGroup) -> FloatArray:
    """Return the current of a group's rows, averaged over mismatch, A: shape (2, n_bl, n_blb)."""
    current = np.tensordot(group.rows * group.features.mean, group.table.current, axes=1)
    return np.moveaxis(current, 2, 0)


def _mean_on_grid(
    groups: Sequence[CellGroup], means: Sequence[FloatArray], load: LoadTable, voltages: FloatArray
) -> FloatArray:
    """Return the mean currents of a level at pairs of bit lines, A, shape (2, n, n).

    The loads are nominal. Summed over features before they are interpolated: that takes the time.
    """
    v_bl, v_blb = voltages
    total = np.zeros((2, v_bl.size, v_blb.size))
    for group, mean in zip(groups, means, strict=True):
        total += _interpolated(group, mean, v_bl, v_blb)
    total[0] -= _load_current(load, v_bl)[0][:, None]
    total[1] -= _load_current(load, v_blb)[0][None, :]
    return total


def _load_current(load: LoadTable, v: FloatArray) -> FloatArray:
    return np.asarray(load.current @ interpolation_matrix(load.axis, v).T)


def _on_grid(
    groups: Sequence[CellGroup], load: LoadTable, v_bl: FloatArray, v_blb: FloatArray
) -> FloatArray:
    """Return what every feature contributes, shape (features, 2, len(v_bl), len(v_blb))."""
    parts = [
        _interpolated(group, np.moveaxis(group.table.current, 3, 1), v_bl, v_blb)
        for group in groups
    ]
    for line, v in enumerate((v_bl, v_blb)):
        current = _load_current(load, v)
        part = np.zeros((current.shape[0], 2, v_bl.size, v_blb.size))
        part[:, line] = -(current[:, :, None] if line == 0 else current[:, None, :])
        parts.append(part)
    return np.concatenate(parts)


def _interpolated(
    group: CellGroup, current: FloatArray, v_bl: FloatArray, v_blb: FloatArray
) -> FloatArray:
    """Return currents on a cell's own axes at pairs of bit lines: (..., 2, BL, BLB)."""
    own, other = (v_blb, v_bl) if group.mirrored else (v_bl, v_blb)
    left = interpolation_matrix(group.table.bl, own)
    right = interpolation_matrix(group.table.blb, other)
    values = left @ current @ right.T
    return np.asarray(values[..., ::-1, :, :].swapaxes(-1, -2) if group.mirrored else values)
