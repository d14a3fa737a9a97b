"""From the levels of a run to references and code probabilities; no simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.generators import cell_of
from sram_spice.mlsa import (
    LevelModel,
    Quantizer,
    ReferenceSet,
    SensingSummary,
    VoltageCounts,
    build_level_model,
    code_probabilities,
    counted_code_probabilities,
    counted_references,
    global_references,
    input_aware_references,
    linear,
    lloyd_max,
    summarize,
    to_frame,
    with_counts,
)
from sram_spice.mlsa.kept_samples import KEPT, LOST
from sram_spice.results.distributions import Distributions
from sram_spice.workload import SumDistribution, level_distribution


@dataclass(frozen=True, eq=False)
class SumCoding:
    """How often each level occurs, and how its sums become codes: made once for a design.

    Attributes
    ----------
    distribution : SumDistribution
    quantizer : Quantizer
    """

    distribution: SumDistribution
    quantizer: Quantizer

    @classmethod
    def of(cls, design: Design) -> SumCoding:
        """Return that of a design.

        Raises
        ------
        InputError
            The histogram is missing or wrong, or there are more codes than sums.
        """
        distribution = sum_distribution(design)
        make = lloyd_max if design.mlsa.quantization == "nonlinear" else linear
        return cls(distribution, make(distribution, design.mlsa.levels))


@dataclass(frozen=True)
class IdealSensing:
    """What the multi-level sense amplifier makes of the levels.

    Attributes
    ----------
    quantizer : Quantizer
    references, code_probability, code_probability_global : DataFrame
        As in a run's tables.
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
    cell = cell_of(design)
    if len(set(cell.inputs)) > 2 and design.mlsa.sum_histogram is None:
        raise InputError(
            f"how often each of the inputs {', '.join(f'{x:+d}' for x in cell.inputs)} of this "
            "cell occurs is not said by mlsa.input_probability",
            key="mlsa.sum_histogram",
            allowed="a CSV sum,count of measured sums",
        )
    return level_distribution(design, cell.always_active)


def sense(
    design: Design,
    levels: pd.DataFrame,
    samples: pd.DataFrame,
    distributions: Distributions | None = None,
    coding: SumCoding | None = None,
) -> IdealSensing:
    """Place the references between the levels and count the codes.

    Parameters
    ----------
    design : Design
    levels, samples : DataFrame
        As in a run's tables.
    distributions : Distributions, optional
        Of a run on the table engine: references and codes come from them, not from the samples.
    coding : SumCoding, optional
        Of the design, where it is known already.

    Raises
    ------
    InputError
        The histogram is wrong, or there are more codes than sums.
    """
    coding = coding or SumCoding.of(design)
    distribution, quantizer = coding.distribution, coding.quantizer
    vdd = design.conditions.vdd
    source = _Source.of(design, with_nominal_losses(levels), samples, distributions)
    model = source.model
    aware = {
        n_active: source.moved(references)
        for n_active, references in input_aware_references(model, quantizer.thresholds, vdd).items()
    }
    codes = source.codes(aware)
    summary = summarize(codes, distribution, quantizer)
    if cell_of(design).always_active:
        none = codes.iloc[:0]
        return IdealSensing(quantizer, to_frame(aware.values()), codes, none, summary, None)
    common = global_references(model, quantizer.thresholds, vdd, distribution)
    common = source.moved(common, distribution)
    codes_global = source.codes(common)
    sets = [one for n_active, one in aware.items() if n_active] + [common]
    return IdealSensing(
        quantizer,
        to_frame(sets),
        codes,
        codes_global,
        summary,
        summarize(codes_global, distribution, quantizer),
    )


@dataclass(frozen=True, eq=False)
class _Source:
    """What is known of the sensed voltage: single samples, or counts."""

    model: LevelModel
    samples: pd.DataFrame
    counts: VoltageCounts | None
    valid: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        design: Design,
        levels: pd.DataFrame,
        samples: pd.DataFrame,
        distributions: Distributions | None,
    ) -> _Source:
        sensing = design.mlsa.sensing
        if distributions is None:
            model = build_level_model(levels, samples, sensing)
            return cls(model, samples, None, np.ones(model.n_plus.size))
        counts = distributions.of(sensing)
        model = with_counts(build_level_model(levels, None, sensing), counts)
        number = counts.moments()[0]
        return cls(model, samples, counts, number / levels["samples"].to_numpy(dtype=np.float64))

    def moved(
        self, references: ReferenceSet, distribution: SumDistribution | None = None
    ) -> ReferenceSet:
        if self.counts is None:
            return references
        return counted_references(references, self.model, self.counts, distribution)

    def codes(self, references: dict[int, ReferenceSet] | ReferenceSet) -> pd.DataFrame:
        if self.counts is None:
            return code_probabilities(self.model, self.samples, references)
        return counted_code_probabilities(self.model, self.counts, self.valid, references)


def with_nominal_losses(levels: pd.DataFrame) -> pd.DataFrame:
    """Return the levels with the nominal column counted among the samples."""
    # A nominal column that loses data counts like a sample that does: its level is suspect.
    status = levels["nominal_status"]
    flipped = levels["flipped"] + (status == LOST)
    failed = levels["failed"] + ~status.isin([KEPT, LOST])
    return levels.assign(flipped=flipped, failed=failed)
