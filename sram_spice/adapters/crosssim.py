"""Format `crosssim`: a Python module with an ADC and a DAC for CrossSim, the table on the class."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import numpy as np

from sram_spice.adapters.adapter import ExportOptions
from sram_spice.adapters.one_sum import every_n_active, one_sum
from sram_spice.adapters.python_module import check_module_path
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
        `n_active` for a table of one number of active rows, where rows may be inactive; accesses
        with another number are refused.

    Raises
    ------
    InputError
        PATH is no name of a Python module, conditions are still open, or outcomes without code.
    """
    lut.check_one_point()
    check_module_path(path)
    if lut.always_active or options.n_active is not None:
        tables = [one_sum(lut, options, "CrossSim")]
        n_active: int | None = tables[0].n_active
    else:
        tables, n_active = every_n_active(lut, options, "CrossSim"), None
    content = {
        "name": lut.name,
        "always_active": lut.always_active,
        "rows": lut.rows,
        "n_active": n_active,
        "centroids": lut.centroids.tolist(),
        "amplifier": lut.amplifier,
        "nominal": np.concatenate([table.nominal for table in tables]).tolist(),
        "probability": np.concatenate([table.probability for table in tables]).tolist(),
    }
    content["class_name"] = _class_name(lut.name, json.dumps(content))
    text = json.dumps(content, allow_nan=False)
    source = files("sram_spice.adapters").joinpath("crosssim_adc.py").read_text(encoding="utf-8")
    if source.count(_EMPTY) != 1:
        raise RuntimeError("crosssim_adc.py has no place for its table")
    filled = source.replace(_EMPTY, f"TABLE = json.loads({text!r})")
    write_text(
        path, filled.replace("import numpy as np\n", "import json\n\nimport numpy as np\n", 1)
    )
    return [path]


def _class_name(name: str, content: str) -> str:
    """Words of the design's name, and which table it is: sweeps have many of one name."""
    words = "".join(word[:1].upper() + word[1:] for word in re.findall("[A-Za-z0-9]+", name))
    return f"SramSpice{words}_{hashlib.sha256(content.encode()).hexdigest()[:8]}_"
