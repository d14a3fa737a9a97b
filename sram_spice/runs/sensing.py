"""From the levels of a run to references and code probabilities; no simulation."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sram_spice.design import Design
from sram_spice.generators import cell_of
from sram_spice.mlsa import (
    Quantizer,
    SensingSummary,
    build_level_model,
    code_probabilities,
    global_references,
    input_aware_references,
    linear,
    lloyd_max,
    summarize,
    to_frame,
)
from sram_spice.workload import SumDistribution, level_distribution


@dataclass(frozen=True)
class Sensing:
    """What the multi-level sense amplifier makes of the levels.

    Attributes
    ----------
    quantizer : Quantizer
    references, code_probability, code_probability_global : DataFrame
        As in :class:`RunTables`.
    summary : SensingSummary
        With each level's own references.
    summary_global : SensingSummary or None
        With the global references; None for cells whose rows are always active.
    """

    quantizer: Quantizer
    references: pd.DataFrame
    code_probability: pd.DataFrame
    code_probability_global: pd.DataFrame
    summary: SensingSummary
    summary_global: SensingSummary | None


def sum_distribution(design: Design) -> SumDistribution:
    """Return how often each level occurs.

    Raises
    ------
    InputError
        The histogram is missing or wrong.
    """
    return level_distribution(design, cell_of(design).always_active)


def quantizer_of(design: Design, distribution: SumDistribution) -> Quantizer:
    """Return the quantizer of sums that the design asks for.

    Raises
    ------
    InputError
        More codes than sums.
    """
    make = lloyd_max if design.mlsa.quantization == "nonlinear" else linear
    return make(distribution, design.mlsa.levels)


def sense(design: Design, levels: pd.DataFrame, samples: pd.DataFrame) -> Sensing:
    """Place the references between the levels and count the codes.

    Parameters
    ----------
    design : Design
    levels, samples : DataFrame
        As in :class:`RunTables`.

    Raises
    ------
    InputError
        The histogram is wrong, or there are more codes than sums.
    """
    distribution = sum_distribution(design)
    quantizer = quantizer_of(design, distribution)
    vdd = design.conditions.vdd
    model = build_level_model(with_nominal_losses(levels), samples, design.mlsa.sensing)
    aware = input_aware_references(model, quantizer.thresholds, vdd)
    codes = code_probabilities(model, samples, aware)
    summary = summarize(codes, distribution, quantizer)
    if cell_of(design).always_active:
        none = codes.iloc[:0]
        return Sensing(quantizer, to_frame(aware.values()), codes, none, summary, None)
    common = global_references(model, quantizer.thresholds, vdd, distribution)
    codes_global = code_probabilities(model, samples, common)
    sets = [one for n_active, one in aware.items() if n_active] + [common]
    return Sensing(
        quantizer,
        to_frame(sets),
        codes,
        codes_global,
        summary,
        summarize(codes_global, distribution, quantizer),
    )


def with_nominal_losses(levels: pd.DataFrame) -> pd.DataFrame:
    """Return the levels with the nominal column counted among the samples."""
    # A nominal column that loses data counts like a sample that does: its level is suspect.
    status = levels["nominal_status"]
    flipped = levels["flipped"] + (status == "flipped")
    failed = levels["failed"] + ~status.isin(["ok", "flipped"])
    return levels.assign(flipped=flipped, failed=failed)
