"""Format `hwcomponents`: a Python module with a component model of one column.

hwcomponents estimates energy, latency, leakage and area for AccelForge; both follow CiMLoop.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sram_spice import __version__
from sram_spice.adapters.adapter import ExportOptions
from sram_spice.adapters.python_module import check_module_path
from sram_spice.adapters.templates import identifier, render
from sram_spice.atomic import write_text
from sram_spice.errors import InputError
from sram_spice.lut import Lut


def write_hwcomponents(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write the module: energy and latency of an access with its MLSA, by level.

    Raises
    ------
    InputError
        PATH is no name of a Python module, conditions are still open, no access with the MLSA was
        simulated, or one did not settle.
    """
    lut.check_one_point()
    check_module_path(path)
    first = lut.rows if lut.always_active else 0
    levels = [(k, active) for active in range(first, lut.rows + 1) for k in range(active + 1)]
    plus, active = np.array(levels).T
    energy = lut.energy(2 * plus - active, n_active=active)
    latency = lut.latency(2 * plus - active, n_active=active)
    unknown = ~(np.isfinite(energy) & np.isfinite(latency))
    if unknown.any():
        raise InputError(
            "levels whose energy or latency is not known: an access did not settle",
            key="n_plus, n_minus",
            value=f"{plus[unknown][0]}, {(active - plus)[unknown][0]}",
        )
    component = identifier(lut)
    workload = lut.design.get("mlsa", {})
    text = render(
        "hwcomponents_model.py.j2",
        name=lut.design.get("name", component),
        version=__version__,
        class_name="".join(word.capitalize() for word in component.split("_")) + "Column",
        component=f"{component}_column",
        rows=lut.rows,
        codes=lut.codes,
        vdd=float(lut.data.attrs["vdd"]),
        always_active=lut.always_active,
        first_active="ROWS" if lut.always_active else "0",
        energy=energy.tolist(),
        latency=latency.tolist(),
        input_probability=float(workload.get("input_probability", 0.5)),
        weight_probability=float(workload.get("weight_probability", 0.5)),
    )
    write_text(path, text)
    return [path]
