"""Points that no other beats, and how much space they leave to none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError

MOST_EXACT = 4  # objectives up to which a volume is computed


def front_of(costs: ArrayLike) -> list[int]:
    """Return the points that no other beats in all costs, by rising first cost; equal ones once.

    Parameters
    ----------
    costs : array_like, shape (points, objectives)
        Each to be small; a point with one that is not finite is none.
    """
    table = np.asarray(costs, dtype=np.float64)
    if not table.size:
        return []
    good = np.flatnonzero(np.isfinite(table).all(axis=1))
    found: list[int] = []
    # In this order whatever beats a point comes before it.
    for i in sorted(good.tolist(), key=lambda i: (*table[i].tolist(), i)):
        if not any(bool((table[j] <= table[i]).all()) for j in found):
            found.append(i)
    return found


def hypervolume(costs: ArrayLike, reference: Sequence[float]) -> float:
    """Return the volume of what the points beat, up to a reference.

    Parameters
    ----------
    costs : array_like, shape (points, objectives)
    reference : sequence of float
        The corner that is beaten by all points that count.

    Raises
    ------
    InputError
        More objectives than can be computed by slices.
    """
    corner = np.asarray(reference, dtype=np.float64)
    table = np.asarray(costs, dtype=np.float64).reshape(-1, corner.size)
    if corner.size > MOST_EXACT:
        raise InputError("too many objectives", value=corner.size, allowed=f"{MOST_EXACT} at most")
    inside = table[np.isfinite(table).all(axis=1) & (table < corner).all(axis=1)]
    return _volume(inside, corner)


def _volume(table: NDArray[np.float64], corner: NDArray[np.float64]) -> float:
    """Add slices along the first cost: each is as deep as the front of the points before it."""
    if not len(table):
        return 0.0
    if corner.size == 1:
        return float(corner[0] - table[:, 0].min())
    table = table[np.argsort(table[:, 0], kind="stable")]
    ends = np.append(table[1:, 0], corner[0])
    total = 0.0
    for i, width in enumerate(ends - table[:, 0]):
        if width > 0:
            total += float(width) * _volume(table[: i + 1, 1:], corner[1:])
    return total
