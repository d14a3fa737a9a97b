"""Run an exported table in NeuroSim V1.5: `python scripts/tools/try_neurosim.py FOLDER`.

FOLDER is a checkout of branch 2DInferenceV1.5-dev of github.com/neurosim/NeuroSim (no package
registry has it). Its sub-array (`simulate_array` and `ADC_output` of
pytorch_quantization/cim/modules/macro.py) runs as it is, with the CSV in the place where its
`init_cim` puts it, on the CPU: the rest of NeuroSim wants CUDA. Needs the extra `torch`.
"""

from __future__ import annotations

import csv
import runpy
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from outcome import Outcome

from sram_spice.adapters import export
from sram_spice.lut import Lut
from sram_spice.nn import SubArrayLinear, bipolar

XNOR = Path(__file__).parents[2] / "results" / "xnor_8t_64"
MACRO = Path("pytorch-quantization/pytorch_quantization/cim/modules/macro.py")


def sub_arrays(folder: Path, table: Path, arrays: int, outputs: int) -> Any:
    """Return NeuroSim's sub-arrays of 128 cells, two for each row of the column."""
    made = runpy.run_path(str(folder / MACRO))["CIM"]()
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name, column in (("means", "mean"), ("stds", "std")):
        values = torch.tensor([float(row[column]) for row in rows], dtype=torch.float32)
        setattr(made, f"output_noise_{name}", values)
    made._cim_args = SimpleNamespace(
        **{"rate_stuck_0": 0, "rate_stuck_1": 0, "hook": False, "hardware": True},
        **{"num_arrays_y": arrays, "num_arrays_x": 1, "parallel_read": 128},
        **{"sub_array": [128, outputs], "cycles_per_input": 1, "dac_precision": 1, "input_base": 2},
        **{
            "cells_per_weight": 1,
            "base": 2,
            "bitcell": 1,
            "adc_precision": 6,
            "output_noise": -1.0,
        },
    )
    made._adc_quantizer = SimpleNamespace(_disabled=True)
    return made


def beside_complement(x: torch.Tensor) -> torch.Tensor:
    """Return +1 as the pair 1, 0 and -1 as 0, 1, along the first axis."""
    return torch.stack([x > 0, x < 0], dim=1).flatten(0, 1).float()


def main() -> int:
    """Return the exit code: 0 where all checks hold."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    outcome, lut, arrays, outputs = Outcome(), Lut.load(XNOR), 4, 65
    torch.manual_seed(1)
    x, weight = bipolar(torch.randn(4000, 64 * arrays)), bipolar(torch.randn(64 * arrays, outputs))
    exact = (x @ weight).numpy()
    with tempfile.TemporaryDirectory() as temporary:
        (table,) = export(lut, "neurosim", Path(temporary) / "noise.csv")
        made = sub_arrays(Path(sys.argv[1]), table, arrays, outputs)
        counts = made.simulate_array(beside_complement(x.T).T, beside_complement(weight))
    found = 2 * counts.numpy() - 64 * arrays
    layer = SubArrayLinear(64 * arrays, outputs, lut)
    layer.weight.data = weight.T.clone()
    with torch.no_grad():
        own = layer(x).numpy()
    errors, own_errors = found - exact, own - exact
    offset = float(errors.mean() / arrays)
    rmse = [float(np.sqrt((e**2).mean() / arrays)) for e in (errors, own_errors)]
    print(f"offset {offset:+.3f} per sub-array, as sram_spice.nn {own_errors.mean() / arrays:+.3f}")
    print(f"rms error {rmse[0]:.3f} per sub-array, as sram_spice.nn {rmse[1]:.3f}")
    with outcome.check("no offset of the dummy row and column"):
        assert abs(offset - own_errors.mean() / arrays) < 0.1  # its rounding: 0.03
    with outcome.check("the rms error is that of sram_spice.nn"):
        assert abs(rmse[0] / rmse[1] - 1) < 0.02  # rounding adds 1 / 12 count^2
    return outcome.exit_code()


if __name__ == "__main__":
    sys.exit(main())
