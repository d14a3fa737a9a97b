"""From the levels of a run to references and code probabilities; no simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

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
    counted_code_probabilities,
    global_references,
    input_aware_references,
    linear,
    lloyd_max,
    summarize,
    to_frame,
    with_counted_errors,
    with_counts,
)
from sram_spice.mlsa.kept_samples import KEPT, LOST
from sram_spice.mlsa.level_model import sensed_voltage
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
        Of a run on the table engine, whose `samples` may be the first ones only: references and
        codes come from these counts; else the samples are counted in the same way.
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
    source = CountedLevels.of(design, levels, samples, distributions)
    model = source.model
    aware = {
        n_active: source.with_errors(references)
        for n_active, references in input_aware_references(model, quantizer.thresholds, vdd).items()
    }
    codes = source.codes(aware)
    summary = summarize(codes, distribution, quantizer)
    if cell_of(design).always_active:
        none = codes.iloc[:0]
        return IdealSensing(quantizer, to_frame(aware.values()), codes, none, summary, None)
    common = global_references(model, quantizer.thresholds, vdd, distribution)
    common = source.with_errors(common, distribution)
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
class CountedLevels:
    """What is known of the sensed voltage of all levels: counts, whatever engine solved it.

    Attributes
    ----------
    model : LevelModel
    counts : VoltageCounts
        Levels as in `model`.
    samples : ndarray of int, shape (levels,)
        Of each level; those without a voltage have no code.
    """

    model: LevelModel
    counts: VoltageCounts
    samples: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        design: Design,
        levels: pd.DataFrame,
        samples: pd.DataFrame,
        distributions: Distributions | None,
    ) -> CountedLevels:
        """Return that of a run's tables; arguments as those of :func:`sense`."""
        sensing = design.mlsa.sensing
        model = build_level_model(with_nominal_losses(levels), None, sensing)
        if distributions is not None:
            counts = distributions.of(sensing)
            number = levels["samples"].to_numpy(dtype=np.int64)
            return cls(with_counts(model, counts), counts, number)
        vdd, differential = design.conditions.vdd, sensing == "differential"
        counts = VoltageCounts.empty(model.n_plus, model.n_minus, vdd, differential)
        level = model.index_of(samples["n_plus"], samples["n_minus"])
        counts.add_at(level, sensed_voltage(samples, sensing))
        number = np.bincount(level, minlength=model.n_plus.size).astype(np.int64)
        return cls(with_counts(model, counts), counts, number)

    def below(self, level: int, voltage: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return P(V < voltage) of a level: counted, or normal where it has no samples.

        Parameters
        ----------
        level : int
            Its position.
        voltage : ndarray
            V, of any shape; -inf and inf, too.
        """
        number = int(self.samples[level])
        if number:
            grid, ends = self.counts, [0, self.counts.counts.shape[1]]
            edges = grid.edge(np.clip(voltage, *grid.voltage(np.array(ends))))
            return np.asarray(grid.below(level)[edges] / number)
        mean, std = self.model.mean[level], self.model.std[level]
        if std > 0:
            return np.asarray(ndtr((voltage - mean) / std))
        return np.asarray((voltage > mean).astype(np.float64))

    def with_errors(
        self, references: ReferenceSet, distribution: SumDistribution | None = None
    ) -> ReferenceSet:
        """Return references with their counted errors."""
        return with_counted_errors(references, self.model, self.counts, distribution)

    def codes(self, references: dict[int, ReferenceSet] | ReferenceSet) -> pd.DataFrame:
        """Return P(code | level)."""
        return counted_code_probabilities(self.model, self.counts, self.samples, references)


def with_nominal_losses(levels: pd.DataFrame) -> pd.DataFrame:
    """Return the levels with the nominal column counted among the samples."""
    # A nominal column that loses data counts like a sample that does: its level is suspect.
    status = levels["nominal_status"]
    flipped = levels["flipped"] + (status == LOST)
    failed = levels["failed"] + ~status.isin([KEPT, LOST])
    return levels.assign(flipped=flipped, failed=failed)
