"""Energy and latency of whole accesses with the design's own MLSA, for `characterize`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sram_spice.amplifier.access import simulate_accesses
from sram_spice.amplifier.codes import access_row
from sram_spice.amplifier.ideal import SumCoding, with_nominal_losses
from sram_spice.amplifier.trim import TrimmedSet, active_rows, nearly_trimmed
from sram_spice.column.context import Context
from sram_spice.generators import cell_of, column_of
from sram_spice.generators.mlsa_bench import MlsaMode
from sram_spice.mlsa import build_level_model, input_aware_references
from sram_spice.results.tables import MLSA_ACCESS, as_written, file_name, write_csv
from sram_spice.runs.mlsa.code_probability import MOST_LEVELS, Amplifiers, pairs_of

PARTS = 8  # of the sums of each number of active rows; in between energy is linear to 0.5 %


def characterized_access(
    context: Context,
    levels: pd.DataFrame,
    folder: Path,
    coding: SumCoding,
    known: Amplifiers | None = None,
) -> dict[str, pd.DataFrame]:
    """Simulate whole accesses of the nominal circuit at a few levels, and write what they take.

    The pulse of the word line is as long as the amplifiers need, not `access.word_line_pulse`.

    Parameters
    ----------
    context : Context
    levels : DataFrame
        As in a run's tables: nominal levels.
    folder : Path
        Gets access_mlsa.csv.
    coding : SumCoding
        Of the design.
    known : Amplifiers, optional
        What was measured of the amplifier; else its input pairs are measured where they are needed.

    Returns
    -------
    dict of str to DataFrame
        The table by its name: empty without [sense_amplifier], with too many codes, and where
        sensing is differential and no amplifier with two input pairs is known.
    """
    design = context.design
    if design.sense_amplifier is None or design.mlsa.levels > MOST_LEVELS:
        return {}
    sensing = design.mlsa.sensing
    pairs = None
    if sensing == "differential":
        pairs = pairs_of(context, levels, coding) if known is None else known.pairs
        if pairs is None:
            return {}
    mode: MlsaMode = "serial" if design.mlsa.mode == "serial" and pairs is None else "parallel"
    # As the accesses of `sram-spice mlsa`: references midway between nominal levels.
    model = build_level_model(with_nominal_losses(levels), None, sensing)
    nominal = input_aware_references(model, coding.quantizer.thresholds, design.conditions.vdd)
    solved = levels.dropna(subset=["v_bl_nominal_v", "v_blb_nominal_v"])
    present = set(solved["n_plus"] + solved["n_minus"])
    active = [n for n in active_rows(design, cell_of(design).always_active) if n in present]
    if not active:
        return {}
    sets = nearly_trimmed(context, levels, [nominal[n] for n in active], mode, pairs)
    benches = [
        one.bench(column_of(design, plus, one.n_active - plus, merged=True))
        for one in sets
        for plus in _some_sums(one)
    ]
    found = simulate_accesses(context, benches)
    rows = [access_row(mode, one) for one in found]
    table = as_written(pd.DataFrame(rows))
    write_csv(folder / file_name(MLSA_ACCESS), table)
    return {MLSA_ACCESS: table}


def _some_sums(one: TrimmedSet) -> list[int]:
    return sorted({round(one.n_active * part / PARTS) for part in range(PARTS + 1)})
