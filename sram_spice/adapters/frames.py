"""A lookup table as plain tables: one of levels, one of references, one of codes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from sram_spice.lut import Lut
from sram_spice.lut.lookup import References
from sram_spice.lut.schema import GLOBAL_SET

_LEVEL_VOLTAGES = (
    "v_bl_nominal",
    "v_blb_nominal",
    "v_bl_mean",
    "v_bl_std",
    "v_blb_mean",
    "v_blb_std",
)
_COUNTS = ("samples", "failed", "flipped")
_SUFFIX = {"V": "_v", "m": "_m", "s": "_s", "F": "_f", "degC": "_degc", "V m": "_v_m", "1": ""}


@dataclass(frozen=True, eq=False)
class Frames:
    """The three tables; swept conditions are their first columns.

    Attributes
    ----------
    levels : DataFrame
        n_plus, n_minus, n_active, sum; voltages (V); samples, failed, flipped; p_code_0 ..,
        p_no_code, and the same with the global references where there are any; amplifier, whose
        codes these are.
    references : DataFrame
        n_active (missing: global set), index, threshold_sum, v_ref_v.
    codes : DataFrame
        code, centroid_sum.
    """

    levels: pd.DataFrame
    references: pd.DataFrame
    codes: pd.DataFrame


def frames(lut: Lut) -> Frames:
    """Return a lookup table as plain tables."""
    swept = lut.conditions
    levels, references = [], []
    for values in product(*swept.values()):
        chosen = dict(zip(swept, values, strict=True))
        one = lut.sel(**chosen) if chosen else lut
        labels = {name + _suffix(lut, name): value for name, value in chosen.items()}
        levels.append(_with_labels(_levels(one), labels))
        references.append(_with_labels(_references(one), labels))
    codes = pd.DataFrame({"code": np.arange(lut.codes), "centroid_sum": lut.centroids})
    return Frames(
        pd.concat(levels, ignore_index=True), pd.concat(references, ignore_index=True), codes
    )


def _suffix(lut: Lut, name: str) -> str:
    return _SUFFIX.get(str(lut.data[name].attrs["units"]), "")


def _with_labels(table: pd.DataFrame, labels: dict[str, Any]) -> pd.DataFrame:
    for place, (name, value) in enumerate(labels.items()):
        table.insert(place, name, value)
    return table


def _levels(lut: Lut) -> pd.DataFrame:
    data = lut.data
    plus, minus = (data[name].to_numpy() for name in ("n_plus", "n_minus"))
    columns = {"n_plus": plus, "n_minus": minus, "n_active": plus + minus, "sum": plus - minus}
    columns |= {f"{name}_v": data[name].to_numpy() for name in _LEVEL_VOLTAGES}
    columns |= {name: data[name].to_numpy() for name in _COUNTS}
    kinds: tuple[tuple[References, str], ...] = (("own", "p"), ("global", "p_global"))
    for references, prefix in kinds[: 2 if "probability_global" in data else 1]:
        table = lut.code_tables(references)
        values = table.probability
        columns |= {f"{prefix}_code_{code}": values[:, code] for code in range(lut.codes)}
        columns[f"{prefix}_no_code"] = table.no_code
    columns["amplifier"] = np.full(plus.size, lut.amplifier)
    return pd.DataFrame(columns)


def _references(lut: Lut) -> pd.DataFrame:
    sets, table = lut.data["set_n_active"].to_numpy(), lut.data["v_ref"].to_numpy()
    count = table.shape[1]
    active = pd.array(np.repeat(sets, count), dtype="Int64")
    active[np.repeat(sets == GLOBAL_SET, count)] = pd.NA
    return pd.DataFrame(
        {
            "n_active": active,
            "index": np.tile(np.arange(count), sets.size),
            "threshold_sum": np.tile(lut.thresholds, sets.size),
            "v_ref_v": table.ravel(),
        }
    )
