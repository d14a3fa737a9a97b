"""The sense amplifier of a finished run, measured anew; its columns are not simulated again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sram_spice.amplifier.ideal import SumCoding
from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators.sense_amplifier import sizes_of
from sram_spice.runs.characterize.references import Measure
from sram_spice.runs.mlsa.characterized_access import characterized_access
from sram_spice.runs.mlsa.code_probability import characterized_codes
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.pool import available_cores
from sram_spice.simulation.progress import Progress
from sram_spice.technology import technology_cards


def amplifier_anew(progress: Progress, workers: int | None = None) -> Measure:
    """Return what measures the sense amplifier of a finished run; its columns are not simulated.

    Offsets, reference generator, P(code | level), energy and latency of whole accesses: the same as
    `characterize` leaves.

    Parameters
    ----------
    progress : Progress
    workers : int, optional
        Simulator processes; default one per core.
    """

    def measure(
        design: Design,
        levels: pd.DataFrame,
        samples: pd.DataFrame,
        folder: Path,
        coding: SumCoding,
    ) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
        sizes_of(design)  # there is one
        with SimulatorPool(workers or available_cores()) as pool:
            context = Context(design, technology_cards(design), pool, progress)
            record, codes, known = characterized_codes(context, levels, samples, folder, coding)
            codes |= characterized_access(context, levels, folder, coding, known)
        return record, codes

    return measure
