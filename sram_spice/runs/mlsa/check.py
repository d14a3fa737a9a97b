"""Are the code probabilities right? Full transients of the mismatched column with its MLSA."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sram_spice.amplifier.access_samples import MlsaSample, simulate_samples
from sram_spice.amplifier.check_codes import SUMS, check_levels, check_summary, compare_codes
from sram_spice.amplifier.check_thresholds import (
    Prediction,
    compare_thresholds,
    differential_prediction,
    single_ended_prediction,
)
from sram_spice.amplifier.errors import measure_errors
from sram_spice.amplifier.ideal import with_nominal_losses
from sram_spice.amplifier.pairs import PairErrors, nominal_taps
from sram_spice.amplifier.trim import TrimmedSet, statistics_of, trim
from sram_spice.column.context import Context
from sram_spice.design import with_values
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.mlsa import build_level_model, input_aware_references
from sram_spice.mlsa.level_model import Sensing
from sram_spice.mlsa.mlsa_code_probability import ErrorSet, mlsa_code_probabilities
from sram_spice.report.run import Run
from sram_spice.results.checkpoint import Level, RecordStore
from sram_spice.results.identity import TRANSIENTS, Identity, identity_of, sha256
from sram_spice.results.tables import write_csv

SUMS_OF_SEVERAL = 4  # where there are several numbers of active rows, and of differential sensing
FEWER = 4  # differential sensing: so many times fewer transients
SAVED_TOGETHER = 25  # transients


@dataclass(frozen=True)
class Check:
    """Predictions against full transients.

    Attributes
    ----------
    codes : DataFrame
        As of :func:`compare_codes`: mlsa_check.csv.
    thresholds : DataFrame
        As of :func:`compare_thresholds`: mlsa_check_thresholds.csv.
    """

    codes: pd.DataFrame
    thresholds: pd.DataFrame

    def __add__(self, other: Check) -> Check:
        """Return both in one."""
        return Check(
            pd.concat([self.codes, other.codes], ignore_index=True),
            pd.concat([self.thresholds, other.thresholds], ignore_index=True),
        )

    def write(self, folder: Path) -> None:
        """Write both run."""
        write_csv(folder / "mlsa_check.csv", self.codes)
        write_csv(folder / "mlsa_check_thresholds.csv", self.thresholds)

    @property
    def summary(self) -> dict[str, dict[str, Any]]:
        """How the comparison came out, for each kind of sensing."""
        turns = dict(list(self.thresholds.groupby("sensing")))
        return {
            str(sensing): check_summary(codes)
            | {
                "decisions": int(turns[sensing]["decisions"].sum()),
                "decisions_as_predicted": int(turns[sensing]["as_predicted"].sum()),
                "largest_bias_v": float(turns[sensing]["bias_v"].abs().max()),
            }
            for sensing, codes in self.codes.groupby("sensing", sort=False)
        }


class TransientStore(RecordStore[MlsaSample]):
    """Finished full transients."""

    record = MlsaSample


def check_codes(
    context: Context,
    run: Run,
    n_active: Sequence[int],
    samples: int,
    folder: Path,
    pairs: PairErrors | None,
) -> Check:
    """Check P(code | level) of parallel MLSAs with input-aware references.

    Parameters
    ----------
    context : Context
    run : Run
        Of the design.
    n_active : sequence of int
        Numbers of active rows; only those that the run has samples of are checked.
    samples : int
        Full transients per level, of differential sensing a quarter; not more than the run has.
    folder : Path
        Of checkpoints: finished transients are kept in it.
    pairs : PairErrors or None
        Check differential sensing with these amplifiers; None: single-ended sensing.
    """
    # A transient of ngspice has no thermal noise.
    design = with_values(context.design, {"sense_amplifier.thermal_noise": False})
    context = replace(context, design=design)
    active = run.samples["n_plus"] + run.samples["n_minus"]
    chosen = [n for n in n_active if (active == n).any()]
    wanted = samples if pairs is None else max(1, samples // FEWER)
    number = min(wanted, design.monte_carlo.samples)
    sensing = "single_ended" if pairs is None else "differential"
    codes, turns = [], []
    for one in _predict(context, run, chosen, pairs):
        few = SUMS if len(chosen) == 1 and pairs is None else SUMS_OF_SEVERAL
        benches = {
            level: one.trimmed.bench(column_of(design, *level), recover=False)
            for level in check_levels(one.codes, one.trimmed.n_active, few)
        }
        counted = _simulate(context, benches, number, folder)
        codes.append(compare_codes(one.codes, benches, counted))
        turns.append(
            compare_thresholds(context, one.prediction, one.trimmed, benches, counted, run.samples)
        )
    table = pd.concat(codes, ignore_index=True)
    table.insert(0, "sensing", sensing)
    return Check(table, pd.concat(turns, ignore_index=True))


@dataclass(frozen=True)
class _Predicted:
    """Code probabilities and thresholds of one set of references."""

    trimmed: TrimmedSet
    codes: pd.DataFrame
    prediction: Prediction


def _predict(
    context: Context, run: Run, n_active: Sequence[int], pairs: PairErrors | None
) -> Iterator[_Predicted]:
    """Predict what the MLSA of each number of active rows does; what trimming leaves included."""
    vdd = context.design.conditions.vdd
    sensing: Sensing = "single_ended" if pairs is None else "differential"
    model = build_level_model(with_nominal_losses(run.levels), run.samples, sensing)
    thresholds = run.quantizer.thresholds
    references = input_aware_references(model, thresholds, vdd)
    chosen = [references[n] for n in n_active]
    trims = trim(context, run.levels, chosen, "parallel", pairs, spread=True)
    for own, trimmed in zip(chosen, trims, strict=True):
        made = statistics_of(context, own, trimmed)
        if pairs is None:
            errors = measure_errors(context, own.v_ref.tolist())
            known, common = errors.single_ended(own.v_ref, "parallel", made), None
            prediction = single_ended_prediction(errors, trimmed)
        else:
            taps = nominal_taps(run.levels, trimmed.n_active, own.v_ref, vdd)
            known, common = pairs.errors(taps, "parallel", made), pairs.common_mode(taps)
            prediction = differential_prediction(pairs, trimmed, taps)
        if made is None:
            known = replace(known, shift=np.nan_to_num(trimmed.after))
        codes = mlsa_code_probabilities(model, run.samples, ErrorSet(own, known, common))
        yield _Predicted(trimmed, codes, prediction)


def _simulate(
    context: Context, benches: Mapping[Level, MlsaBench], samples: int, folder: Path
) -> dict[Level, list[MlsaSample]]:
    """Simulate the samples of each level that are not kept from an interrupted run."""
    store = TransientStore(
        folder / f"mlsa_{_identity(context, list(benches.values())).sha256[:16]}"
    )
    levels = list(benches)
    wanted = [
        (bench, [i for i in range(samples) if i not in store.samples(level)])
        for level, bench in benches.items()
    ]
    total, missing = samples * len(levels), sum(len(indices) for _, indices in wanted)
    context.progress.begin("full transients", total, total - missing)
    try:
        found = simulate_samples(context, wanted)
        for done, (number, index, sample) in enumerate(found, start=1):
            store.add(levels[number], index, sample)
            if done % SAVED_TOGETHER == 0:
                store.save()
    finally:
        store.save()
    return {level: [store.samples(level)[i] for i in range(samples)] for level in levels}


def _identity(context: Context, benches: Sequence[MlsaBench]) -> Identity:
    """Return the identity of the samples of some benches."""
    decks = sha256("\n".join(f"{b.deck(context.cards)}\n{b.timing}\n{b.taps}" for b in benches))
    ngspice = context.pool.loaded_version()
    return identity_of(TRANSIENTS, context.design, context.cards, ngspice, benches=decks)
