"""How the sums are read in one condition, with references of several origins."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sram_spice.amplifier.errors import AmplifierErrors, measure_errors
from sram_spice.amplifier.ideal import SumCoding, with_nominal_losses
from sram_spice.column.context import Context
from sram_spice.errors import InputError
from sram_spice.mlsa import LevelModel, ReferenceSet, SensingSummary, build_level_model
from sram_spice.runs.mlsa.code_probability import (
    MOST_LEVELS,
    Amplifiers,
    needed_levels,
    pairs_of,
    read_with,
    reference_sets,
)
from sram_spice.runs.signoff.columns import Columns
from sram_spice.runs.signoff.condition_task import TypicalReferences

Sets = dict[int, ReferenceSet]
OWN = "input-aware"


@dataclass(frozen=True)
class Reading:
    """Code errors in one condition.

    Attributes
    ----------
    own : SensingSummary
        References made anew for this condition: what no chip has, the least that is possible.
    typical : SensingSummary
        Those of the typical chip, kept by a ladder as parts of the supply.
    amplifier : {"parallel", "serial", "ideal"}
        What decides.
    offset_sigma : float
        Largest of its offset at the references, V; NaN where it is ideal.
    undecided : tuple of float
        Reference levels at which it does not decide, V.
    typical_references : TypicalReferences
        What this condition's own references are for the others, where it is the typical one.
    """

    own: SensingSummary
    typical: SensingSummary
    amplifier: str
    offset_sigma: float
    undecided: tuple[float, ...]
    typical_references: TypicalReferences


def read(
    context: Context, columns: Columns, coding: SumCoding, typical: TypicalReferences | None
) -> Reading:
    """Read all levels with references of this condition and with those of the typical chip.

    Parameters
    ----------
    context : Context
    columns : Columns
    coding : SumCoding
        Over the levels of `columns`.
    typical : TypicalReferences or None
        None: this is the typical condition.
    """
    design, vdd = context.design, context.design.conditions.vdd
    levels = with_nominal_losses(columns.levels)
    model = build_level_model(levels, columns.samples, design.mlsa.sensing)
    sets = reference_sets(design, model, coding)[OWN]
    kept = _kept(sets, vdd)
    fixed = sets if typical is None else _of_typical(sets, typical, vdd)
    known, sigma, undecided, amplifier = _amplifiers(context, columns, coding, model, (sets, fixed))

    def summary(one: Sets) -> SensingSummary:  # levels are Gaussian: some of them are sampled
        return read_with(coding, known, model, None, (OWN, one), amplifier).summary

    own = summary(sets)
    return Reading(
        own, own if typical is None else summary(fixed), amplifier, sigma, undecided, kept
    )


def _kept(sets: Sets, vdd: float) -> TypicalReferences:
    return TypicalReferences(
        tuple((n, tuple((one.v_ref / vdd).round(12).tolist())) for n, one in sorted(sets.items()))
    )


def _of_typical(sets: Sets, typical: TypicalReferences, vdd: float) -> Sets:
    parts = dict(typical.parts)
    return {n: replace(one, v_ref=vdd * np.array(parts[n])) for n, one in sets.items()}


def _amplifiers(
    context: Context,
    columns: Columns,
    coding: SumCoding,
    model: LevelModel,
    wanted: tuple[Sets, ...],
) -> tuple[Amplifiers, float, tuple[float, ...], str]:
    """Return the amplifiers, the sigma of their offset, where they do not decide, their mode."""
    design = context.design
    none = AmplifierErrors(design, {})
    if design.sense_amplifier is None or design.mlsa.levels > MOST_LEVELS:
        return Amplifiers(none), float("nan"), (), "ideal"
    at = [v for sets in wanted for v in needed_levels(design, model, {OWN: sets})]
    try:
        errors = measure_errors(context, at)
    except InputError:  # it decides nowhere: said in the row, and the columns are not lost for it
        return Amplifiers(none), float("nan"), tuple(sorted(set(at))), "ideal"
    differential = design.mlsa.sensing == "differential"
    pairs = pairs_of(context, columns.levels, coding) if differential else None
    sigma = max(one.sigma for curve in errors.curves.values() for one in curve.models)
    known = Amplifiers(errors, pairs, columns.levels)
    return known, float(sigma), errors.undecided, design.mlsa.mode
