"""The references of a design as its generator makes them, trimmed at the design's condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sram_spice.amplifier.pairs import PairErrors
from sram_spice.amplifier.reference_statistics import (
    ReferenceStatistics,
    build_references,
    columns_make,
    reference_statistics,
)
from sram_spice.amplifier.trim import trimmed_references
from sram_spice.column.context import Context
from sram_spice.errors import InputError
from sram_spice.generators.mlsa_bench import MlsaMode
from sram_spice.mlsa import ReferenceSet


def made_references(
    context: Context,
    levels: pd.DataFrame | None,
    sets: Mapping[int, ReferenceSet],
    mode: MlsaMode,
    pairs: PairErrors | None = None,
    trimmed: bool = True,
) -> dict[int, ReferenceStatistics]:
    """Return how the references of each number of active rows come out.

    Empty for a generator that can be put anywhere: nothing has to be simulated for it.

    Parameters
    ----------
    context : Context
    levels : DataFrame or None
        As in a run's tables; without them nothing is trimmed.
    sets : mapping of int to ReferenceSet
        By n_active; a global set stands at every n_active.
    mode : {"parallel", "serial"}
    pairs : PairErrors, optional
        Amplifiers of differential sensing.
    trimmed : bool
        Trimmed in the circuit of the amplifiers; where none is built there is no such circuit.

    Raises
    ------
    InputError
        Columns that are to make a reference lose their data.
    """
    different = list({id(one): one for one in sets.values()}.values())
    built = [build_references(context.design, one) for one in different]
    if not columns_make(context.design, [s for one in built for s in one.settings]):
        return {}
    if trimmed and levels is not None:
        # A global set is built, and trimmed, at the mean number of active rows.
        numbered = [
            replace(one, n_active=own.n_active) for one, own in zip(different, built, strict=True)
        ]
        built = trimmed_references(context, levels, numbered, mode, pairs)
    found = [reference_statistics(context, one, energy=False) for one in built]
    for one in found:
        _check(context, one)
    of_set = dict(zip(map(id, different), found, strict=True))
    return {n: of_set[id(one)] for n, one in sets.items()}


def _check(context: Context, made: ReferenceStatistics) -> None:
    """Raise where a reference is not known: nothing may be computed from it."""
    unknown = ~(np.isfinite(made.threshold_v) & np.isfinite(np.diag(made.covariance)))
    if unknown.any():
        place = int(unknown.argmax())
        raise InputError(
            "the columns of a reference do not hold their data under mismatch: lost in "
            f"{made.flipped[place]:.3g}, without a solution in {made.failed[place]:.3g}",
            key="references.generator",
            value=f"{context.design.references.generator}, sum {made.threshold_sum[place]:g}",
            allowed="a word line and loads with which columns hold theirs",
        )


def reference_record(made: Mapping[int, ReferenceStatistics]) -> list[dict[str, Any]]:
    """Return what the manifest says of references that columns make, per number of active rows."""
    return [
        {
            "n_active": n,
            "columns": one.columns,
            "threshold_sum": one.threshold_sum.tolist(),
            "mean_v": one.mean_v.tolist(),
            "sigma_v": np.sqrt(np.diag(one.covariance)).tolist(),
            "decides_at_v": one.threshold_v.tolist(),
            "flipped": one.flipped.tolist(),
            "failed": one.failed.tolist(),
        }
        for n, one in made.items()
    ]


def reference_warnings(sets: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what a reader of :func:`reference_record` has to know first."""
    lost = max((max(one["flipped"], default=0.0) for one in sets), default=0.0)
    failed = max((max(one["failed"], default=0.0) for one in sets), default=0.0)
    found = []
    if lost > 0:
        found.append(f"Columns that make a reference lose data in up to {lost:.3g} of the chips")
    if failed > 0:
        found.append(
            f"Up to {failed:.3g} of the cells of columns that make a reference have no solution; "
            "the reference is that of the others"
        )
    return found
