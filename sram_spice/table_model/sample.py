"""Columns of one level in any number, drawn and solved in chunks.

Random numbers. Columns of a chunk come from ``SeedSequence(seed, spawn_key=(n_plus, n_minus,
chunk))``: the same whoever solves them, in whatever order, on however many threads. They are not
the columns that `engine = "spice"` draws (sample i there is the same silicon at every level).

Transistors that enter by their sum and their sum of squares only are not drawn one by one: for n
independent normal shifts the sum is normal and the sum of squares about the mean is chi-squared
with n - 1 degrees of freedom, independent of it. Two numbers have exactly the distribution of n.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.design import Design
from sram_spice.measurements.levels import NominalLevel
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.cell_table import NEVER
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.kernels import IntArray, power_sums
from sram_spice.table_model.level import CellGroup
from sram_spice.table_model.solve import (
    LevelModel,
    LevelSamples,
    group_trips,
    level_model,
    load_features,
    solve_sums,
)
from sram_spice.table_model.tables import ColumnTables

CHUNK = 2048  # columns; part of the definition of the random numbers
SUMMED = 2  # highest power of a transistor that enters by its sums only
BLOCK = 60_000  # shifts drawn at once: they stay in the cache of a core


def sample_level(
    tables: ColumnTables,
    design: Design,
    nominal: NominalLevel,
    count: int,
    seed: int,
    threads: int = 1,
) -> LevelSamples:
    """Draw and solve mismatched columns of a level.

    Parameters
    ----------
    tables : ColumnTables
    design : Design
    nominal : NominalLevel
    count : int
        Columns.
    seed : int
    threads : int
        Of this process; the samples are the same for any number.
    """
    parts = list(sample_chunks(tables, design, nominal, count, seed, threads))
    return LevelSamples(
        np.concatenate([part.v_bl for part in parts])[:count],
        np.concatenate([part.v_blb for part in parts])[:count],
        np.concatenate([part.code for part in parts])[:count],
    )


def sample_chunks(
    tables: ColumnTables,
    design: Design,
    nominal: NominalLevel,
    count: int,
    seed: int,
    threads: int = 1,
) -> Iterator[LevelSamples]:
    """Yield the columns of :func:`sample_level` CHUNK by CHUNK, the last one whole."""
    model = level_model(tables, design, nominal)
    plans = [_plan(model, number) for number in range(len(model.groups))]
    keys = [(nominal.n_plus, nominal.n_minus, chunk) for chunk in range(-(-count // CHUNK))]
    with ThreadPoolExecutor(threads) as executor:
        yield from executor.map(lambda key: _chunk(model, plans, seed, key), keys)


@dataclass(frozen=True)
class _Plan:
    """How the shifts of a group are drawn: one by one, or as sums.

    Attributes
    ----------
    group : CellGroup
    drawn : ndarray
        Roles drawn cell by cell: all where a trip voltage needs them.
    features : ndarray
        Features of these roles alone.
    terms, degrees : ndarray
        These features as the kernel takes them, with roles counted among those drawn.
    """

    group: CellGroup
    drawn: NDArray[np.intp]
    features: IntArray
    terms: IntArray
    degrees: IntArray


def _plan(model: LevelModel, number: int) -> _Plan:
    group = model.groups[number]
    f, terms = group.features, group.terms
    drawn = np.arange(f.roles)
    if not (model.endangered and model.endangered[number]):
        crossed = terms[terms[:, 3] > 0]
        drawn = np.union1d(crossed[:, [0, 2]], np.flatnonzero(f.degrees > SUMMED))
    features = np.flatnonzero((terms[:, 1] > 0) & np.isin(terms[:, 0], drawn)).astype(np.int64)
    position = np.zeros(f.roles, dtype=np.int64)
    position[drawn] = np.arange(drawn.size)
    own = terms[features].copy()
    own[:, 0], own[:, 2] = position[own[:, 0]], position[own[:, 2]]
    return _Plan(group, drawn, features, own, f.degrees[drawn])


def _chunk(
    model: LevelModel, plans: Sequence[_Plan], seed: int, key: tuple[int, int, int]
) -> LevelSamples:
    generator = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))
    largest = np.zeros(CHUNK)
    parts, trips = [], []
    for number, plan in enumerate(plans):
        sums = np.empty((CHUNK, len(plan.group.features)))
        sums[:, 0] = plan.group.rows
        trips.append(_add_drawn(model, number, plan, generator, sums, largest))
        _add_summed(plan, generator, sums)
        parts.append(sums)
    loads = generator.standard_normal((CHUNK, 2))
    np.maximum(largest, np.abs(loads).max(axis=1), out=largest)
    sums = np.concatenate([*parts, *load_features(loads)], axis=1)
    return solve_sums(model, sums, trips, largest)


def _add_drawn(
    model: LevelModel,
    number: int,
    plan: _Plan,
    generator: np.random.Generator,
    sums: FloatArray,
    largest: FloatArray,
) -> FloatArray:
    """Fill in the features of the roles that are drawn; return the highest trip voltages."""
    trip = np.full(CHUNK, NEVER)
    if not plan.drawn.size:
        return trip
    rows = plan.group.rows
    step = max(1, BLOCK // (plan.drawn.size * rows))
    for start in range(0, CHUNK, step):
        part = slice(start, min(start + step, CHUNK))
        z = generator.standard_normal((part.stop - start, plan.drawn.size, rows))
        power_sums(z, SCALE, plan.degrees, plan.terms, plan.features, sums[part], largest[part])
        trip[part] = group_trips(model, number, z)
    return trip


def _add_summed(plan: _Plan, generator: np.random.Generator, sums: FloatArray) -> None:
    """Fill in the sums and sums of squares of the roles that are not drawn."""
    n, terms = plan.group.rows, plan.group.terms
    for role in np.setdiff1d(np.arange(plan.group.features.roles), plan.drawn):
        total = generator.standard_normal(len(sums)) * np.sqrt(n)
        spread = generator.chisquare(n - 1, len(sums)) if n > 1 else np.zeros(len(sums))
        values = {1: total / SCALE, 2: (total**2 / n + spread) / SCALE**2}
        for f in np.flatnonzero((terms[:, 0] == role) & (terms[:, 1] > 0)):
            sums[:, f] = values[int(terms[f, 1])]
