"""Features of a cell's mismatch: monomials whose sums over cells are all a column needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sram_spice.generators.transistor import Transistor
from sram_spice.simulation.job import FloatArray

SCALE = 3.0  # sigmas; powers of z / 3 stay near 1, so that the regression is well conditioned
Z_LIMIT = 6.0  # sigmas; beyond it the table knows nothing, and a sample is not solved
CARRYING = 6  # degree in an access transistor: its current runs from threshold to strong inversion
LEAKING = 6  # degree in one that is off at a bit line: exponential, and all there is at the ends
REST = 2  # degree in every other transistor: what moves the storage nodes
CROSSED = 4  # total degree of the products of an access transistor and the one in series with it


@dataclass(frozen=True)
class FeatureSet:
    """Monomials ``t_i^a t_j^b`` of the shifts ``t = z / SCALE``.

    Attributes
    ----------
    roles : int
        Transistors of a cell.
    first, first_power, second, second_power : tuple of int
        i, a, j, b of each feature; b = 0 where there is one factor. Feature 0 is the constant.
    """

    roles: int
    first: tuple[int, ...]
    first_power: tuple[int, ...]
    second: tuple[int, ...]
    second_power: tuple[int, ...]

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.first)

    @cached_property
    def terms(self) -> NDArray[np.int64]:
        """The features as the compiled loops take them, shape (features, 4)."""
        columns = [self.first, self.first_power, self.second, self.second_power]
        return np.array(columns, dtype=np.int64).T.copy()

    @cached_property
    def degrees(self) -> NDArray[np.int64]:
        """Highest power of each role."""
        highest = np.zeros(self.roles, dtype=np.int64)
        for role, power in (
            *zip(self.first, self.first_power, strict=True),
            *zip(self.second, self.second_power, strict=True),
        ):
            highest[role] = max(highest[role], power)
        return highest

    @cached_property
    def low_order(self) -> NDArray[np.intp]:
        """Features of total degree 2 and less."""
        return np.flatnonzero(np.add(self.first_power, self.second_power) <= 2)

    @cached_property
    def mean(self) -> FloatArray:
        """Expectation of each feature over the mismatch, shape (features,)."""
        moment = np.array([0.0 if p % 2 else float(np.prod(np.arange(1, p, 2))) for p in range(13)])
        scaled = moment / SCALE ** np.arange(13)
        return np.asarray(scaled[list(self.first_power)] * scaled[list(self.second_power)])

    def evaluate(self, z: FloatArray) -> FloatArray:
        """Return the features of cells, shape (n, len(self)), from z of shape (n, roles)."""
        t = z / SCALE
        columns = [
            t[:, i] ** a * t[:, j] ** b
            for i, a, j, b in zip(
                self.first, self.first_power, self.second, self.second_power, strict=True
            )
        ]
        return np.stack(columns, axis=1)


def feature_set(transistors: Sequence[Transistor]) -> FeatureSet:
    """Return the features of a cell: measured, these reach 1e-3 of sigma(I) and below.

    Parameters
    ----------
    transistors : sequence of Transistor
        Of the bench: word lines that are on have the gate ``wl``.
    """
    on = [i for i, t in enumerate(transistors) if t.gate == "wl"]
    terms: list[tuple[int, int, int, int]] = [(0, 0, 0, 0)]
    for i, t in enumerate(transistors):
        at_line = {t.drain, t.source} & {"bl", "blb"}
        degree = CARRYING if i in on else LEAKING if at_line else REST
        terms += [(i, a, 0, 0) for a in range(1, degree + 1)]
    for i in on:
        for j in _in_series(transistors, i):
            powers = [(a, b) for a in range(1, CROSSED) for b in range(1, CROSSED)]
            terms += [(i, a, j, b) for a, b in powers if a + b <= CROSSED]
    # At low bit lines one half of the cell feels the other through the storage nodes.
    for i, k in combinations(on, 2):
        terms += [(i, 1, k, 1), (i, 2, k, 1), (i, 1, k, 2)]
        terms += [(i, 1, j, 1) for j in _in_series(transistors, k)]
        terms += [(k, 1, j, 1) for j in _in_series(transistors, i)]
    first, first_power, second, second_power = zip(*terms, strict=True)
    return FeatureSet(len(transistors), first, first_power, second, second_power)


def _in_series(transistors: Sequence[Transistor], access: int) -> list[int]:
    """Return the transistor that holds the storage node of an access transistor.

    With q high and qb low these are the pull-up of q and the pull-down of qb.
    """
    nodes = {transistors[access].drain, transistors[access].source}
    wanted = ("q", "pmos") if "q" in nodes else ("qb", "nmos")
    return [
        i
        for i, t in enumerate(transistors)
        if (t.drain, t.polarity) == wanted and t.gate in ("q", "qb")
    ]
