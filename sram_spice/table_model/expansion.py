"""What every feature of a level contributes to Kirchhoff's law, as polynomials in a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.grid import interpolation_matrix
from sram_spice.table_model.level import CellGroup
from sram_spice.table_model.load_table import LoadTable

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
    nominal = nominal_sums(groups)
    at = np.linspace(-1, 1, CHECKS)
    voltages = box.center[:, None] + box.half[:, None] * at
    exact = np.einsum("fcij,f->cij", _on_grid(groups, load, voltages[0], voltages[1]), nominal)
    # The steepest slope of each current within the box turns volts into amperes.
    slope = np.array([np.abs(np.gradient(exact[c], voltages[c], axis=c)).max() for c in (0, 1)])
    polynomials = expand_to(groups, load, box, DEGREES[0])
    for degree in DEGREES[1:]:
        powers = np.vander(at, polynomials.shape[-1], increasing=True)
        total = np.einsum("fcij,f->cij", polynomials, nominal)
        error = np.abs(powers @ total @ powers.T - exact).max(axis=(1, 2))
        if (error <= VOLTAGE_ERROR * slope).all():
            break
        polynomials = expand_to(groups, load, box, degree)
    return Expansion(box, polynomials)


def nominal_sums(groups: Sequence[CellGroup]) -> FloatArray:
    """Return the mean over mismatch of all features of a level, loads nominal."""
    parts = [group.rows * mean_features(group) for group in groups]
    return np.concatenate([*parts, *(np.eye(1, 7)[0] for _ in range(2))])


def mean_features(group: CellGroup) -> FloatArray:
    """Return the expectation of each feature of one cell."""
    f = group.features
    moment = np.array([0.0 if p % 2 else float(np.prod(np.arange(1, p, 2))) for p in range(13)])
    scaled = moment / SCALE ** np.arange(13)
    return np.asarray(scaled[list(f.first_power)] * scaled[list(f.second_power)])


def expand_to(groups: Sequence[CellGroup], load: LoadTable, box: Box, degree: int) -> FloatArray:
    """Return the polynomials of one degree in a box, shape (features, 2, m, m)."""
    x = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
    voltages = box.center[:, None] + box.half[:, None] * x
    to_powers = np.linalg.inv(np.vander(x, degree + 1, increasing=True))
    values = _on_grid(groups, load, voltages[0], voltages[1])
    return np.ascontiguousarray(to_powers @ values @ to_powers.T)


def _on_grid(
    groups: Sequence[CellGroup], load: LoadTable, v_bl: FloatArray, v_blb: FloatArray
) -> FloatArray:
    """Return what every feature contributes, shape (features, 2, len(v_bl), len(v_blb))."""
    parts = [_of_group(group, v_bl, v_blb) for group in groups]
    for line, v in enumerate((v_bl, v_blb)):
        current = load.current @ interpolation_matrix(load.axis, v).T
        part = np.zeros((current.shape[0], 2, v_bl.size, v_blb.size))
        part[:, line] = -(current[:, :, None] if line == 0 else current[:, None, :])
        parts.append(part)
    return np.concatenate(parts)


def _of_group(group: CellGroup, v_bl: FloatArray, v_blb: FloatArray) -> FloatArray:
    table = group.table
    own, other = (v_blb, v_bl) if group.mirrored else (v_bl, v_blb)
    left = interpolation_matrix(table.bl, own)
    right = interpolation_matrix(table.blb, other)
    values = left @ np.moveaxis(table.current, 3, 1) @ right.T
    return values[:, ::-1].swapaxes(2, 3) if group.mirrored else values
