"""Code probabilities with the real MLSA, for `characterize` and `mlsa`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sram_spice.amplifier.errors import AmplifierErrors, measure_errors
from sram_spice.amplifier.ideal import SumCoding, with_nominal_losses
from sram_spice.amplifier.pairs import PairErrors, measure_pairs, nominal_taps
from sram_spice.amplifier.reference_statistics import ReferenceStatistics
from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.errors import AmplifierError
from sram_spice.generators import cell_of
from sram_spice.generators.mlsa_bench import MlsaMode
from sram_spice.mlsa import (
    LevelModel,
    ReferenceSet,
    SensingSummary,
    build_level_model,
    code_probabilities,
    global_references,
    input_aware_references,
    summarize,
)
from sram_spice.mlsa.level_model import Sensing as SensedVoltage
from sram_spice.mlsa.mlsa_code_probability import ErrorSet, mlsa_code_probabilities
from sram_spice.results.tables import (
    AMPLIFIER,
    OWN_CODES,
    THRESHOLD_ERRORS,
    as_written,
    file_name,
    write_csv,
)
from sram_spice.runs.mlsa.made_references import (
    made_references,
    reference_record,
    reference_warnings,
)

MOST_LEVELS = 16  # codes of a sense amplifier at transistor level


@dataclass(frozen=True)
class Read:
    """One way to read the sums, and how well it does.

    Attributes
    ----------
    sensing : {"single_ended", "differential"}
    references : {"input-aware", "global"}
    amplifier : {"ideal", "parallel", "serial"}
    errors : {"none", "measured", "assumed"}
        Where the amplifier's errors come from: a simulated circuit, or an assumption about one that
        is not built.
    codes : DataFrame
        P(code | level), as code_probability.csv.
    summary : SensingSummary
    thresholds : mapping of int to ErrorSet
        References and their errors, by number of active rows; empty of an ideal amplifier.
    """

    sensing: SensedVoltage
    references: str
    amplifier: str
    errors: str
    codes: pd.DataFrame
    summary: SensingSummary
    thresholds: Mapping[int, ErrorSet] = field(default_factory=dict)


@dataclass(frozen=True)
class Amplifiers:
    """What is known of the amplifiers of a design.

    Attributes
    ----------
    errors : AmplifierErrors
        With one input pair.
    pairs : PairErrors or None
        With two, for differential sensing; None where there is no such amplifier.
    levels : DataFrame or None
        Nominal levels; needed with `pairs`.
    made : mapping of int to ReferenceStatistics
        How references come out, by number of active rows, where that has to be simulated.
    """

    errors: AmplifierErrors
    pairs: PairErrors | None = None
    levels: pd.DataFrame | None = None
    made: Mapping[int, ReferenceStatistics] = field(default_factory=dict)


def read_in_every_way(
    context: Context,
    levels: pd.DataFrame,
    samples: pd.DataFrame,
    pairs: PairErrors | None,
    coding: SumCoding,
) -> list[Read]:
    """Return code probabilities of every sensing, reference set and mode, side by side."""
    design = context.design
    voltages = levels["v_bl_nominal_v"].dropna().to_numpy(dtype=np.float64)
    known = Amplifiers(measure_errors(context, _inner(design, voltages)), pairs, levels)
    found: list[Read] = []
    for sensing in ("single_ended", "differential"):
        model = build_level_model(with_nominal_losses(levels), samples, sensing)
        for references, sets in reference_sets(design, model, coding).items():
            for amplifier in ("ideal", "parallel", "serial"):
                mine = known
                if amplifier != "ideal":
                    mine = _with_made(context, known, model, (references, sets), amplifier)
                found.append(read_with(coding, mine, model, samples, (references, sets), amplifier))
    return found


def pairs_of(context: Context, levels: pd.DataFrame, coding: SumCoding) -> PairErrors | None:
    """Measure the amplifiers with two input pairs where the references of a design need them."""
    design, vdd = context.design, context.design.conditions.vdd
    model = build_level_model(with_nominal_losses(levels), None, "differential")
    sets = reference_sets(design, model, coding)["input-aware"]
    taps = [nominal_taps(levels, n, one.v_ref, vdd) for n, one in sets.items() if n]
    return measure_pairs(context, taps)


def characterized_codes(
    context: Context, levels: pd.DataFrame, samples: pd.DataFrame, folder: Path, coding: SumCoding
) -> tuple[dict[str, Any], dict[str, pd.DataFrame], Amplifiers | None]:
    """Write P(code | level) with the design's own MLSA.

    Returns what the manifest says of it, the tables by name, as their files have them, and what was
    measured of the amplifier. Of one that does not work the manifest says why (`failed`), and there
    is nothing else.

    Removes those of an earlier run when the design has no [sense_amplifier], or too many codes.
    """
    design = context.design
    forget_codes(folder)
    if design.sense_amplifier is None or design.mlsa.levels > MOST_LEVELS:
        return {}, {}, None
    try:
        known, reads = _own(context, levels, samples, coding)
    except AmplifierError as error:
        return {"sense_amplifier": {"failed": str(error)}}, {}, None
    errors = known.errors
    tables = {}
    record: dict[str, Any] = {
        "offset_sigma_v": _sigmas(errors),
        "undecided_levels_v": list(errors.undecided),
    }
    if known.made:
        record["references"] = reference_record(known.made)
    for one in reads:
        own = one.references == "input-aware"
        name = OWN_CODES[0 if own else 1]
        tables[name] = as_written(one.codes)
        write_csv(folder / file_name(name), tables[name])
        record["own_references" if own else "global_references"] = asdict(one.summary)
    tables[THRESHOLD_ERRORS] = as_written(threshold_errors(reads))
    write_csv(folder / file_name(THRESHOLD_ERRORS), tables[THRESHOLD_ERRORS])
    return {"sense_amplifier": record}, tables, known


def threshold_errors(reads: Sequence[Read]) -> pd.DataFrame:
    """Return how the thresholds of some reads vary, for silicon that is drawn from it later.

    Returns
    -------
    DataFrame
        One row per reference: ``n_active`` (missing: global references, at all rows active),
        ``index,shift_v,noise_v,common_mode_weight,common_mode_level_v``, and against each
        reference of its set ``generator_covariance_<j>_v2`` and ``offset_covariance_<j>_v2``.
    """
    parts = []
    for read in reads:
        own = read.references == "input-aware"
        chosen = read.thresholds if own else {-1: read.thresholds[max(read.thresholds)]}
        for n_active, one in chosen.items():
            if n_active:  # no active row: no reference is needed
                parts.append(_errors_of(n_active if own else None, one))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(n_active=table["n_active"].astype("Int64"))


def _errors_of(n_active: int | None, one: ErrorSet) -> pd.DataFrame:
    errors, common = one.errors, one.common_mode
    table: dict[str, Any] = {
        "n_active": pd.array([n_active] * errors.shift.size, dtype="Int64"),
        "index": np.arange(errors.shift.size),
        "shift_v": errors.shift,
        "noise_v": errors.noise_sigma,
        "common_mode_weight": 0.0 if common is None else common.weight,
        "common_mode_level_v": 0.0 if common is None else common.level,
    }
    for name, covariance in (
        ("generator", errors.generator_covariance),
        ("offset", errors.offset_covariance),
    ):
        table |= {f"{name}_covariance_{j}_v2": column for j, column in enumerate(covariance.T)}
    return pd.DataFrame(table)


def own_codes(context: Context, model: LevelModel, coding: SumCoding) -> list[Read]:
    """Return what an ideal and the design's own amplifier read, each level with its references.

    The sensed voltages are those of the model, Gaussian at each level.

    Raises
    ------
    AmplifierError
        The sense amplifier decides at no reference level.
    """
    design, mode = context.design, context.design.mlsa.mode
    sets = reference_sets(design, model, coding)
    errors = measure_errors(context, needed_levels(design, model, sets))
    own = ("input-aware", sets["input-aware"])
    known = _with_made(context, Amplifiers(errors), model, own, mode)
    return [read_with(coding, known, model, None, own, amplifier) for amplifier in ("ideal", mode)]


def _own(
    context: Context, levels: pd.DataFrame, samples: pd.DataFrame, coding: SumCoding
) -> tuple[Amplifiers, list[Read]]:
    """Return the errors and the reads of the design's mode and sensing, per reference set."""
    design = context.design
    sensing, mode = design.mlsa.sensing, design.mlsa.mode
    model = build_level_model(with_nominal_losses(levels), samples, sensing)
    sets = reference_sets(design, model, coding)
    errors = measure_errors(context, needed_levels(design, model, sets))
    pairs = pairs_of(context, levels, coding) if sensing == "differential" else None
    known = Amplifiers(errors, pairs, levels)
    own = {name: _with_made(context, known, model, (name, one), mode) for name, one in sets.items()}
    reads = [read_with(coding, own[one[0]], model, samples, one, mode) for one in sets.items()]
    return own["input-aware"], reads


def _with_made(
    context: Context,
    known: Amplifiers,
    model: LevelModel,
    references: tuple[str, dict[int, ReferenceSet]],
    amplifier: str,
) -> Amplifiers:
    """Return what is known together with how these references come out."""
    name, sets = references
    differential = model.sensing == "differential"
    pairs = known.pairs if name == "input-aware" and differential else None
    # Differential sensing is a circuit in its parallel mode only: there it is trimmed.
    mode: MlsaMode = "serial" if amplifier == "serial" and not differential else "parallel"
    circuit = not differential or pairs is not None
    made = made_references(context, known.levels, sets, mode, pairs, trimmed=circuit)
    return replace(known, made=made)


def forget_codes(folder: Path) -> None:
    """Remove the tables of :func:`characterized_codes`."""
    for name in AMPLIFIER:
        (folder / file_name(name)).unlink(missing_ok=True)


def kept_warnings(design: Design, kept: dict[str, Any]) -> list[str]:
    """Return the warnings when references are made anew without simulation."""
    if design.sense_amplifier is None or kept or design.mlsa.levels > MOST_LEVELS:
        return amplifier_warnings(design, kept)
    return [
        "Codes of the sense amplifier are not made anew: `sram-spice references DIR "
        "--sense-amplifier` makes them"
    ]


def amplifier_warnings(design: Design, record: dict[str, Any]) -> list[str]:
    """Return what a reader of :func:`characterized_codes` has to know first."""
    if design.sense_amplifier is None:
        return []
    if not record:
        return [f"More than {MOST_LEVELS} codes: the sense amplifier is taken as ideal"]
    own = record["sense_amplifier"]
    if "failed" in own:
        return [
            "The sense amplifier is not characterized, and all codes are those of an ideal one: "
            f"{own['failed']}"
        ]
    found = reference_warnings(own.get("references", []))
    silent = own["undecided_levels_v"]
    if silent:
        words = ", ".join(f"{v:.3g} V" for v in silent)
        found.append(
            f"The sense amplifier does not decide at reference levels {words}: its offset there is "
            "taken from the nearest level at which it does"
        )
    return found


def _inner(design: Design, voltages: np.ndarray) -> list[float]:
    """Return the reference levels that may be needed: where bit lines are, off the rails."""
    vdd = design.conditions.vdd
    low, high = max(voltages.min(), 0.05 * vdd), min(voltages.max(), 0.99 * vdd)
    edge = design.sense_amplifier.crossover * vdd if design.sense_amplifier else 0.0
    inside = [float(low), float(high)]
    # Both sides of the crossover, when the levels reach across it.
    return inside + ([edge, edge * (1 - 1e-9)] if low < edge < high else [])


def needed_levels(
    design: Design, model: LevelModel, sets: dict[str, dict[int, ReferenceSet]]
) -> list[float]:
    """Return the reference levels that the design's own sensing uses, V."""
    vdd = design.conditions.vdd
    if model.sensing == "differential":
        return [model_common_mode(model, int(n), vdd) for n in np.unique(model.n_active)]
    used = [v for chosen in sets.values() for one in chosen.values() for v in one.v_ref.tolist()]
    return [min(v, 0.99 * vdd) for v in used]


def reference_sets(
    design: Design, model: LevelModel, coding: SumCoding
) -> dict[str, dict[int, ReferenceSet]]:
    """Return the references of every number of active rows, and the global ones, by origin."""
    thresholds = coding.quantizer.thresholds
    vdd = design.conditions.vdd
    found = {"input-aware": input_aware_references(model, thresholds, vdd)}
    if not cell_of(design).always_active:
        common = global_references(model, thresholds, vdd, coding.distribution)
        found["global"] = dict.fromkeys(found["input-aware"], common)
    return found


def _with_errors(
    known: Amplifiers, model: LevelModel, references: str, sets: dict[int, ReferenceSet], mode: str
) -> tuple[str, dict[int, ErrorSet]]:
    """Return where the errors come from, and those of every number of active rows."""
    vdd = known.errors.design.conditions.vdd
    if model.sensing == "single_ended":
        return "measured", {
            n: ErrorSet(one, known.errors.single_ended(one.v_ref, mode, known.made.get(n)))
            for n, one in sets.items()
        }
    # One set of taps for all numbers of active rows is far from where most bit lines are.
    if known.pairs is None or known.levels is None or references != "input-aware":
        return "assumed", {
            n: ErrorSet(
                one,
                known.errors.differential(
                    one.v_ref, model_common_mode(model, n, vdd), mode, known.made.get(n)
                ),
            )
            for n, one in sets.items()
        }
    found = {}
    for n, one in sets.items():
        taps = nominal_taps(known.levels, n, one.v_ref, vdd)
        common = known.pairs.common_mode(taps)
        found[n] = ErrorSet(one, known.pairs.errors(taps, mode, known.made.get(n)), common)
    return "measured", found


def model_common_mode(model: LevelModel, n_active: int, vdd: float) -> float:
    """Return where BL and BLB are when they are equal: estimated from the span of differences.

    At sum = n_active BL is at VDD and BLB lowest, and both are nearly linear in the sum.
    """
    mine = model.n_active == n_active
    return float(vdd - np.abs(model.mean[mine]).max() / 2)


def read_with(
    coding: SumCoding,
    known: Amplifiers,
    model: LevelModel,
    samples: pd.DataFrame | None,
    references: tuple[str, dict[int, ReferenceSet]],
    amplifier: str,
) -> Read:
    """Return what an amplifier reads with some references.

    Parameters
    ----------
    coding : SumCoding
    known : Amplifiers
    model : LevelModel
    samples : DataFrame or None
        As samples.parquet.
    references : (str, dict of int to ReferenceSet)
        Where they come from, and those of every number of active rows.
    amplifier : {"ideal", "parallel", "serial"}
    """
    name, sets = references
    if amplifier == "ideal":
        with_errors: dict[int, ErrorSet] = {}
        errors, codes = "none", code_probabilities(model, samples, sets)
    else:
        mode: MlsaMode = "serial" if amplifier == "serial" else "parallel"
        errors, with_errors = _with_errors(known, model, name, sets, mode)
        codes = mlsa_code_probabilities(model, samples, with_errors)
    summary = summarize(codes, coding.distribution, coding.quantizer)
    return Read(model.sensing, name, amplifier, errors, codes, summary, with_errors)


def _sigmas(errors: AmplifierErrors) -> dict[str, float]:
    return {
        f"{polarity} at {model.common_mode:.4g} V": model.sigma
        for polarity, curve in errors.curves.items()
        for model in curve.models
    }
