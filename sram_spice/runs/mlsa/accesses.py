"""Whole accesses of the nominal circuit in every mode: codes, energy, latency, thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sram_spice.amplifier.access import MlsaAccess
from sram_spice.amplifier.codes import ModeCodes, binary_codes, codes_of_mode
from sram_spice.amplifier.energy import energy_table
from sram_spice.amplifier.ideal import SumCoding, with_nominal_losses
from sram_spice.amplifier.pairs import PairErrors
from sram_spice.amplifier.trim import TrimmedSet, active_rows, thresholds_table, trim
from sram_spice.atomic import write_atomically
from sram_spice.column.context import Context
from sram_spice.generators import cell_of
from sram_spice.generators.mlsa_bench import MlsaMode
from sram_spice.mlsa import build_level_model, input_aware_references
from sram_spice.mlsa.level_model import Sensing
from sram_spice.results.tables import write_csv
from sram_spice.runs.mlsa.tables import one_per_code, wave_table


@dataclass(frozen=True)
class Accesses:
    """Accesses at every sum of some numbers of active rows.

    Attributes
    ----------
    codes, energy, thresholds : DataFrame
        As in mlsa_codes.csv, mlsa_energy.csv, mlsa_thresholds.csv.
    shown : mapping of str to sequence of MlsaAccess
        Parallel and serial: one access per code, with waveforms.
    parallel : sequence of TrimmedSet
        The parallel, single-ended ladders.
    """

    codes: pd.DataFrame
    energy: pd.DataFrame
    thresholds: pd.DataFrame
    shown: Mapping[str, Sequence[MlsaAccess]]
    parallel: Sequence[TrimmedSet]

    def write(self, folder: Path) -> None:
        """Write tables and waveforms."""
        write_csv(folder / "mlsa_codes.csv", self.codes)
        write_csv(folder / "mlsa_energy.csv", self.energy)
        write_csv(folder / "mlsa_thresholds.csv", self.thresholds)
        waves = wave_table(self.shown)
        write_atomically(
            folder / "mlsa_waveforms.parquet", lambda p: waves.to_parquet(p, index=False)
        )


def access_in_every_mode(
    context: Context, levels: pd.DataFrame, pairs: PairErrors | None, coding: SumCoding
) -> Accesses:
    """Simulate whole accesses: parallel, serial, early stop, differential, plain binary.

    Parameters
    ----------
    context : Context
    levels : DataFrame
        As in a run's tables: nominal levels.
    pairs : PairErrors or None
        Amplifiers of differential sensing; None leaves it out.
    coding : SumCoding
        Of the design.
    """
    design = context.design
    quantizer = coding.quantizer
    active = active_rows(design, cell_of(design).always_active)

    def trimmed(mode: MlsaMode, sensing: Sensing = "single_ended") -> list[TrimmedSet]:
        # Without mismatch the references lie midway between nominal levels: so has the code of a
        # nominal column to be the ideal quantizer's.
        nominal = input_aware_references(
            build_level_model(with_nominal_losses(levels), None, sensing),
            quantizer.thresholds,
            design.conditions.vdd,
        )
        own = pairs if sensing == "differential" else None
        return trim(context, levels, [nominal[n] for n in active], mode, own)

    parallel, serial = trimmed("parallel"), trimmed("serial")
    runs: list[ModeCodes] = [
        codes_of_mode(context, parallel, levels, quantizer),
        codes_of_mode(context, serial, levels, quantizer),
        codes_of_mode(context, serial, levels, quantizer, early_stop=True),
    ]
    differential = trimmed("parallel", "differential") if pairs else []
    if differential:
        runs.append(codes_of_mode(context, differential, levels, quantizer))
    runs.append(binary_codes(context, levels, active))
    codes = pd.concat([run.table for run in runs], ignore_index=True)
    return Accesses(
        codes,
        energy_table(design, codes),
        thresholds_table([*parallel, *serial, *differential]),
        {run.table["mode"].iloc[0]: one_per_code(run) for run in runs[:2]},
        parallel,
    )
