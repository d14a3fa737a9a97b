"""Format `systemverilog`: a real-number model of the column, its .mem files, and a test bench.

The test bench runs on Icarus Verilog:

    iverilog -g2012 -o bench *.sv && vvp bench
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sram_spice import __version__
from sram_spice.adapters.adapter import ExportOptions
from sram_spice.adapters.folder import write_folder
from sram_spice.adapters.templates import identifier, render
from sram_spice.errors import InputError
from sram_spice.lut import Lut
from sram_spice.lut.alias import whole_probabilities
from sram_spice.lut.amplifier import amplifier_text

_NO_CODE = 0xFFFF  # -1 of 16 bits
_BENCH_LEVELS = 8  # numbers of active rows that the bench of a large 6T column steps over


def write_system_verilog(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write the folder PATH: NAME.sv, NAME_tb.sv, and the .mem files.

    Raises
    ------
    InputError
        PATH is a file, or conditions are still open.
    """
    lut.check_one_point()
    order = _order(lut)
    codes = lut.code_tables()
    cumulative = np.cumsum(whole_probabilities(codes.probability, codes.no_code)[:, :-1], axis=1)
    mean, spread = lut.sensed
    words = {
        "cumulative.mem": [f"{value:09x}" for value in cumulative[order].ravel().tolist()],
        "v_mean.mem": _doubles(mean[order]),
        "v_sigma.mem": _doubles(spread[order]),
        "centroid.mem": _doubles(lut.centroids),
        "nominal.mem": [f"{code & _NO_CODE:04x}" for code in lut.nominal_codes()[order].tolist()],
        "v_nominal.mem": _doubles(_nominal_voltage(lut, mean)[order]),
    }
    module = identifier(lut)
    values = {
        "name": lut.design.get("name", module),
        "module": module,
        "version": __version__,
        "rows": lut.rows,
        "codes": lut.codes,
        "levels": order.size,
        "always_active": lut.always_active,
        "sensing": lut.sensing.replace("_", "-"),
        "amplifier": amplifier_text(lut.data),
        "sensed": "V_BL - V_BLB" if lut.sensing == "differential" else "V_BL",
        "step": 1 if lut.always_active else max(1, lut.rows // _BENCH_LEVELS),
    }
    texts = {name: "\n".join(lines) + "\n" for name, lines in words.items()}
    texts[f"{module}.sv"] = render("column.sv.j2", **values)
    texts[f"{module}_tb.sv"] = render("column_tb.sv.j2", **values)
    return write_folder(path, texts)


def _order(lut: Lut) -> NDArray[np.intp]:
    """Levels as the module counts them: by n_active, then by n_plus."""
    levels = lut.levels
    order = np.lexsort((levels.n_plus, levels.n_plus + levels.n_minus))
    whole = lut.rows + 1 if lut.always_active else (lut.rows + 1) * (lut.rows + 2) // 2
    if order.size != whole:
        raise InputError("levels are missing", key="level", value=order.size, allowed=str(whole))
    return order


def _nominal_voltage(lut: Lut, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sensed voltage without mismatch, V; the mean where the nominal column has none."""
    bl, blb = (lut.data[f"v_{line}_nominal"].to_numpy() for line in ("bl", "blb"))
    nominal = bl - blb if lut.sensing == "differential" else bl
    return np.where(np.isfinite(nominal), nominal, mean)


def _doubles(values: Iterable[float]) -> list[str]:
    return [struct.pack(">d", value).hex() for value in values]
