"""Format `neurosim`: the ADC output noise file of NeuroSim V1.5.

NeuroSim reads a CSV with the columns `output`, `mean`, `std` (flags ``--output_noise -1
--output_noise_file FILE``). It takes the integer dot product of 0/1 inputs and 0/1 cells of one
partition as the row to look at, draws a normal number of that row's mean and standard deviation,
rounds it, and clamps it to 0 .. 2^adc_precision. Rows are taken by their place, so they have to be
0 .. N in order, and there may be at most 2^adc_precision + 1 of them: 64 rows are 6 bits.

J. Read et al., "NeuroSim V1.5", arXiv:2505.02314, 2025; there: `init_cim` of its quantization
utilities reads the file, `ADC_output` uses it.

What a count is here: rows with product +1, out of the active rows. So an XNOR column appears in
NeuroSim as 2 N cells, each weight beside its complement and each input beside its complement. The
mapping that NeuroSim makes of itself (bits of an input AND bits of a weight) has other counts, and
cannot use this table.

NeuroSim subtracts what a dummy row and a dummy column read (`simulate_array`); of 0/1 inputs and
cells that is count 0, three times, and has to be 0. So row 0 is 0: the level of the circuit where
every product is -1, which 2^-64 of accesses have, is not in the file.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sram_spice.adapters.adapter import ExportOptions
from sram_spice.adapters.one_sum import one_sum
from sram_spice.atomic import write_atomically
from sram_spice.lut import Lut


def write_neurosim(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write mean and standard deviation of the count that is read, per count of products +1.

    Parameters
    ----------
    lut : Lut
    path : Path
    options : ExportOptions
        `n_active` for cells whose rows may be inactive.
    """
    table = one_sum(lut, options, "NeuroSim")
    mean, spread = table.moments()
    counts = pd.DataFrame(
        {
            "output": range(table.n_active + 1),
            "mean": (mean + table.n_active) / 2,
            "std": spread / 2,
        }
    )
    counts.loc[0, ["mean", "std"]] = 0.0  # what its dummy row and column read
    write_atomically(path, lambda file: counts.to_csv(file, index=False, lineterminator="\n"))
    return [path]
