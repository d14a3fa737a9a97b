"""Format `crosssim`: a Python module with an ADC class for CrossSim, the table on the class."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from sram_spice.adapters.adapter import ExportOptions
from sram_spice.adapters.one_sum import one_sum
from sram_spice.atomic import write_text
from sram_spice.lut import Lut

_EMPTY = "TABLE: dict[str, Any] = {}  # put in by sram-spice export"


def write_crosssim(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write the module: :mod:`sram_spice.adapters.crosssim_adc` with the table in it.

    Parameters
    ----------
    lut : Lut
    path : Path
    options : ExportOptions
        `n_active` for cells whose rows may be inactive.
    """
    table = one_sum(lut, options, "CrossSim")
    content = {
        "name": lut.design.get("name", lut.data.attrs["topology"]),
        "always_active": lut.always_active,
        "n_active": table.n_active,
        "centroids": table.centroids.tolist(),
        "amplifier": table.amplifier,
        "nominal": table.nominal.tolist(),
        "probability": table.probability.tolist(),
    }
    text = json.dumps(content, allow_nan=False)
    source = files("sram_spice.adapters").joinpath("crosssim_adc.py").read_text(encoding="utf-8")
    if source.count(_EMPTY) != 1:
        raise RuntimeError("crosssim_adc.py has no place for its table")
    filled = source.replace(_EMPTY, f"TABLE = json.loads({text!r})")
    write_text(
        path, filled.replace("import numpy as np\n", "import json\n\nimport numpy as np\n", 1)
    )
    return [path]
