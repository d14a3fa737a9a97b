"""How sums are read in one condition: references made anew, and as each generator makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from sram_spice.amplifier.errors import AmplifierErrors, measure_errors
from sram_spice.amplifier.ideal import SumCoding, with_nominal_losses
from sram_spice.amplifier.reference_statistics import (
    BuiltReferences,
    ReferenceStatistics,
    build_references,
    reference_statistics,
)
from sram_spice.column.context import Context
from sram_spice.design import Design, with_values
from sram_spice.errors import InputError
from sram_spice.generators.reference_generator import reference_generator_of
from sram_spice.mlsa import LevelModel, ReferenceSet, SensingSummary, build_level_model
from sram_spice.registry import REFERENCE_GENERATORS
from sram_spice.runs.mlsa.code_probability import (
    MOST_LEVELS,
    Amplifiers,
    needed_levels,
    read_with,
    reference_sets,
)
from sram_spice.runs.signoff.columns import Columns
from sram_spice.runs.signoff.condition_task import TypicalReferences
from sram_spice.simulation.job import FloatArray

Sets: TypeAlias = dict[int, ReferenceSet]
Made: TypeAlias = dict[int, ReferenceStatistics]
OWN = "input-aware"
LOWEST, HIGHEST = 0.02, 0.99  # parts of VDD between which offsets are measured


@dataclass(frozen=True)
class Generated:
    """Code errors with the references of one generator.

    Attributes
    ----------
    summary : SensingSummary or None
        None where its references are not known in this condition.
    sigma : float
        Largest standard deviation of a reference over chips, V.
    columns : int
        Columns of the array that it takes.
    flipped : float
        Part of the chips in which a column of it loses data, at the worst reference.
    """

    summary: SensingSummary | None
    sigma: float = float("nan")
    columns: int = 0
    flipped: float = float("nan")


@dataclass(frozen=True)
class Amplifier:
    """What decides.

    Attributes
    ----------
    mode : {"parallel", "serial", "ideal"}
    offset_sigma : float
        Largest of its offset at the references, V; NaN where it is ideal.
    undecided : tuple of float
        Reference levels at which it does not decide, V.
    """

    mode: str
    offset_sigma: float = float("nan")
    undecided: tuple[float, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Code errors in one condition.

    Attributes
    ----------
    anew : SensingSummary
        References made anew for this condition, at equal errors, the same on every chip: none has
        them.
    generated : dict of str to Generated
        By generator: made for the typical chip, as they come out in this condition.
    amplifier : Amplifier
    typical : TypicalReferences
        What this condition's references are for the others, where it is the typical one.
    """

    anew: SensingSummary
    generated: dict[str, Generated]
    amplifier: Amplifier
    typical: TypicalReferences


def read(
    context: Context, columns: Columns, coding: SumCoding, typical: TypicalReferences | None
) -> Reading:
    """Read all levels with references of this condition, and with those that generators make.

    Parameters
    ----------
    context : Context
    columns : Columns
    coding : SumCoding
        Over the levels of `columns`.
    typical : TypicalReferences or None
        None: this is the typical condition.
    """
    design = context.design
    levels = with_nominal_losses(columns.levels)
    model = build_level_model(levels, columns.samples, design.mlsa.sensing)
    sets = reference_sets(design, model, coding)[OWN]
    typical = typical or TypicalReferences(
        design, tuple((n, tuple(one.v_ref.round(12).tolist())) for n, one in sorted(sets.items()))
    )
    anew = {n: _exactly(one) for n, one in sets.items()}
    made = {name: _made(context, name, typical, sets) for name in REFERENCE_GENERATORS.names()}
    errors, amplifier = _amplifier(context, model, [anew, *made.values()], sets)
    known = Amplifiers(errors or AmplifierErrors(design, {}))

    def summary(at: Made) -> SensingSummary | None:
        if not at:
            return None
        one = sets if errors else {n: replace(own, v_ref=at[n].mean_v) for n, own in sets.items()}
        mine = replace(known, made=at)
        # Levels are Gaussian: only some of them are sampled.
        return read_with(coding, mine, model, None, (OWN, one), amplifier.mode).summary

    best = summary(anew)
    assert best is not None
    generated = {name: _generated(at, summary(at)) for name, at in made.items()}
    return Reading(best, generated, amplifier, typical)


def check_readable(design: Design) -> None:
    """Raise the InputError of a design whose codes a sign-off cannot read."""
    if design.mlsa.sensing != "single_ended":
        raise InputError(
            "a sign-off reads BL against references",
            key="mlsa.sensing",
            value=design.mlsa.sensing,
            allowed="single_ended",
        )


def _exactly(one: ReferenceSet) -> ReferenceStatistics:
    """Return references that are where they are to be, on every chip."""
    none = np.zeros(one.v_ref.size)
    square = np.zeros((none.size, none.size))
    return ReferenceStatistics(
        threshold_v=one.v_ref,
        mean_v=one.v_ref,
        covariance=square,
        nominal_v=one.v_ref,
        complement_mean_v=None,
        pair_covariance=None,
        threshold_sum=one.thresholds,
        columns=0,
        power_w=0.0,
        energy_j=0.0,
        flipped=none,
        failed=none,
    )


def _made(context: Context, name: str, typical: TypicalReferences, sets: Sets) -> Made:
    """Return the references of a generator, made for the typical chip, in this condition.

    Empty where they are not known: columns that lose their data make no reference, a generator may
    not know what a design has, and without the sizes of an amplifier only what is a fixed part of
    the supply is known, without its mismatch.
    """
    design = with_generator(context.design, name)
    try:
        reference_generator_of(design)
    except InputError:
        if context.design.references.generator == name:
            raise
        return {}
    here = replace(context, design=design)
    base, v_ref = with_generator(typical.design, name), dict(typical.v_ref)
    found = {}
    for n, one in sets.items():
        wanted = replace(one, v_ref=np.array(v_ref[n]), rails=(0.0, base.conditions.vdd))
        built = build_references(base, wanted)
        if design.sense_amplifier is None:
            fixed = _fixed(design, built)
            at = None if fixed is None else _exactly(replace(one, v_ref=fixed))
        else:
            at = reference_statistics(here, built, energy=False)
        if at is None or not np.isfinite([at.threshold_v, np.diag(at.covariance)]).all():
            return {}
        found[n] = at
    return found


def _fixed(design: Design, built: BuiltReferences) -> FloatArray | None:
    """Return references that are parts of the supply, V; None where columns make one."""
    generator, vdd = reference_generator_of(design), design.conditions.vdd
    found = np.where(built.v_ref <= built.rails[0], 0.0, vdd)
    for i, setting in enumerate(built.settings):
        if setting is not None:
            own = generator.fixed_voltage(setting)
            if own is None:
                return None
            found[i] = own
    return found


def with_generator(design: Design, name: str) -> Design:
    """Return the design with a reference generator; its keys are given, or have their defaults."""
    if design.references.generator == name:
        return design
    return with_values(design, {"references.generator": name})


def _generated(made: Made, summary: SensingSummary | None) -> Generated:
    if not made:
        return Generated(None)
    sigma = max(float(np.sqrt(np.diag(one.covariance).max(initial=0.0))) for one in made.values())
    columns = sum(one.columns for one in made.values())
    flipped = max(float(one.flipped.max(initial=0.0)) for one in made.values())
    return Generated(summary, sigma, columns, flipped)


def _amplifier(
    context: Context, model: LevelModel, made: Sequence[Made], sets: Sets
) -> tuple[AmplifierErrors | None, Amplifier]:
    """Return the errors of the amplifiers, None where they are ideal, and what is said of them."""
    design = context.design
    if design.sense_amplifier is None or design.mlsa.levels > MOST_LEVELS:
        return None, Amplifier("ideal")
    at = sorted(
        {float(v) for one in made for own in one.values() for v in own.mean_v}
        | set(needed_levels(design, model, {OWN: sets}))
    )
    vdd = design.conditions.vdd
    at = [v for v in at if LOWEST * vdd < v < HIGHEST * vdd]
    try:
        errors = measure_errors(context, at)
    except InputError:  # it decides nowhere: said in the row, and the columns are not lost for it
        return None, Amplifier("ideal", undecided=tuple(at))
    sigma = max((m.sigma for c in errors.curves.values() for m in c.models), default=float("nan"))
    return errors, Amplifier(design.mlsa.mode, float(sigma), errors.undecided)
