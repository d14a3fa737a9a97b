"""Format `verilog-a`: V_BL and code as a Verilog-A module, and its twin for ngspice with benches.

NAME.va with its .tbl files is for simulators with Verilog-A. NAME.sub is the same column made of
XSPICE code models, so that ngspice runs it: NAME_tb.cir goes through all levels, NAME_mc.cir draws
mismatch.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sram_spice import __version__
from sram_spice.adapters.adapter import ExportOptions
from sram_spice.adapters.folder import write_folder
from sram_spice.adapters.templates import identifier, render
from sram_spice.lut import Lut
from sram_spice.lut.amplifier import amplifier_text
from sram_spice.lut.chip import draw_errors, threshold_errors

_DIGITS = ".12g"
_SEED = 1  # of the chip in the random bench
_COLUMNS = 8  # of the random bench: more of them cost less than more time


def write_verilog_a(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write the folder PATH: NAME.va and its tables, NAME.sub and its benches.

    Parameters
    ----------
    lut : Lut
        At one point of its conditions. Outcomes without code are not in the model: it has a voltage
        for each level.
    path : Path
    options : ExportOptions

    Raises
    ------
    InputError
        PATH is a file, or conditions are still open.
    """
    lut.check_one_point()
    module = identifier(lut)
    mean, spread = lut.sensed
    texts = {
        f"{module}_mean.tbl": _table_model(lut, mean),
        f"{module}_sigma.tbl": _table_model(lut, spread),
    }
    values = _common(lut, module)
    if lut.always_active:
        order = np.argsort(lut.levels.n_plus)
        values |= {
            "sums": _numbers((lut.levels.n_plus - lut.levels.n_minus)[order]),
            "mean": _numbers(mean[order]),
            "sigma": _numbers(spread[order]),
            "references": [format(v, _DIGITS) for v in _references(lut)[0].tolist()],
        }
    else:
        references = _references(lut)
        actives = range(lut.rows + 1)
        values |= {
            "actives": _numbers(actives),
            "references": [_numbers(column) for column in references.T],
        }
        texts[f"{module}_v_ref.tbl"] = "".join(
            f"{active} {_numbers(row)}\n" for active, row in zip(actives, references, strict=True)
        )
        texts[f"{module}_mean.txt"] = _table_2d(lut, mean)
        texts[f"{module}_sigma.txt"] = _table_2d(lut, spread)
    for suffix in (".va", ".sub", "_tb.cir", "_mc.cir"):
        texts[f"{module}{suffix}"] = render(f"column{suffix}.j2", **values)
    return write_folder(path, texts)


def _common(lut: Lut, module: str) -> dict[str, object]:
    low, high = _rails(lut)
    actives = [lut.rows] if lut.always_active else [lut.rows, lut.rows // 2]
    return {
        "name": lut.design.get("name", module),
        "module": module,
        "version": __version__,
        "rows": lut.rows,
        "codes": lut.codes,
        "always_active": lut.always_active,
        "sensing": lut.sensing.replace("_", "-"),
        "amplifier": amplifier_text(lut.data),
        "offset_sigma": _numbers(_offset_sigma(lut)),
        "offsets": [[format(v, _DIGITS) for v in one] for one in _bench_offsets(lut)],
        "sensed": "V_BL - V_BLB" if lut.sensing == "differential" else "V_BL",
        "low": repr(low),
        "high": repr(high),
        "columns": _COLUMNS,
        "bench": [(plus, active - plus) for active in actives for plus in range(active + 1)],
    }


def _offset_sigma(lut: Lut) -> NDArray[np.float64]:
    """Return the spread of each threshold with all rows active, V."""
    last = _last_set(lut)
    generator, amplifiers, _ = threshold_errors(lut)
    return np.asarray(np.sqrt(np.diag(generator[last] + amplifiers[last])))


def _bench_offsets(lut: Lut) -> list[list[float]]:
    """Return the offsets of the bench's columns, V: one chip, all rows active."""
    drawn = draw_errors(lut, np.random.default_rng(_SEED), _COLUMNS)
    return [list(map(float, column)) for column in drawn[:, _last_set(lut)]]


def _last_set(lut: Lut) -> int:
    return int(np.flatnonzero(lut.data["set_n_active"].to_numpy() == lut.rows)[0])


def _references(lut: Lut) -> NDArray[np.float64]:
    """Return references for 0 .. rows active rows, V, or for all rows where all are always active.

    They are where the nominal amplifier decides. One on a rail is moved a volt beyond it: no
    voltage may equal it.
    """
    low, high = _rails(lut)
    sets = lut.data["set_n_active"].to_numpy().tolist()
    real = lut.amplifier == "real" and "v_threshold_shift" in lut.data
    shift = lut.data["v_threshold_shift"].to_numpy() if real else np.zeros(lut.data["v_ref"].shape)

    def of(active: int) -> NDArray[np.float64]:
        own = lut.references(active)
        return np.where((low < own) & (own < high), own + shift[sets.index(active)], own)

    if lut.always_active:
        found = of(lut.rows)[None, :]
    else:
        none = np.where(lut.thresholds < 0, low, high)  # no active row: sum 0 is certain
        found = np.stack([none, *(of(active) for active in range(1, lut.rows + 1))])
    return np.where(found <= low, low - 1, np.where(found >= high, high + 1, found))


def _rails(lut: Lut) -> tuple[float, float]:
    vdd = float(lut.data.attrs["vdd"])
    return (-vdd if lut.sensing == "differential" else 0.0), vdd


def _table_model(lut: Lut, values: NDArray[np.float64]) -> str:
    """Lines of a $table_model file, ascending: [n_active] sum value."""
    levels = lut.levels
    active, sums = levels.n_plus + levels.n_minus, levels.n_plus - levels.n_minus
    lines = []
    for i in np.lexsort((sums, active)).tolist():
        first = "" if lut.always_active else f"{active[i]} "
        lines.append(f"{first}{sums[i]} {values[i]:{_DIGITS}}\n")
    return "".join(lines)


def _table_2d(lut: Lut, values: NDArray[np.float64]) -> str:
    """File of the code model table2d: n_plus across, n_minus down; beyond all rows the nearest."""
    side = lut.rows + 1
    axis = _numbers(range(side))
    lines = [
        f"* {identifier(lut)}: n_plus across, n_minus down, V",
        str(side),
        str(side),
        axis,
        axis,
    ]
    for minus in range(side):
        plus = np.minimum(np.arange(side), lut.rows - minus)
        place = lut.levels.dense[plus + minus, plus - minus + lut.rows]
        lines.append(_numbers(values[place]))
    return "\n".join(lines) + "\n"


def _numbers(values: Iterable[float]) -> str:
    return " ".join(format(value, _DIGITS) for value in values)
