"""A lookup table without circuit: every sum is its own code, or the code of a quantizer."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sram_spice.lut.dataset import variable
from sram_spice.lut.lookup import Lut
from sram_spice.lut.schema import AMPLIFIER, FORMAT_VERSION, GLOBAL_SET
from sram_spice.mlsa import Quantizer


def ideal_lut(rows: int, always_active: bool, quantizer: Quantizer | None = None) -> Lut:
    """Return the table of an ideal column.

    Its voltages are those of a linear bit line, V_BL = (1 + sum / rows) / 2 of 1 V.

    Parameters
    ----------
    rows : int
        At least 1.
    always_active : bool
        True: levels as an 8T column has them; False: as a 6T column.
    quantizer : Quantizer, optional
        Default: one code per sum, so that decoding gives the sum exactly.

    Returns
    -------
    Lut
        Without spread: `quantize` gives the same code with and without a generator.
    """
    actives = [rows] if always_active else range(rows + 1)
    levels = [(plus, active - plus) for active in actives for plus in range(active + 1)]
    n_plus, n_minus = np.array(levels).T
    sums = n_plus - n_minus
    if quantizer is None:
        reachable = np.unique(sums).astype(float)
        quantizer = Quantizer((reachable[1:] + reachable[:-1]) / 2, reachable)
    voltage = (1 + sums / rows) / 2
    none, blank = np.full(sums.size, np.nan), np.zeros(sums.size, dtype=np.int64)
    sets = np.array([rows] if always_active else [GLOBAL_SET, *range(1, rows + 1)])
    v_ref = np.tile((1 + quantizer.thresholds / rows) / 2, (sets.size, 1))
    probability = np.eye(quantizer.codes)[quantizer.quantize(sums)]
    values = {
        **{"n_plus": n_plus, "n_minus": n_minus, "sum": sums},
        **{"code": np.arange(quantizer.codes), "set_n_active": sets},
        **{"v_bl_nominal": voltage, "v_blb_nominal": 1 - voltage},
        **dict.fromkeys(("v_bl_mean", "v_bl_std", "v_blb_mean", "v_blb_std"), none),
        **dict.fromkeys(("samples", "failed", "flipped"), blank),
        **{"threshold_sum": quantizer.thresholds, "centroid": quantizer.centroids},
        **{"v_ref": v_ref, "probability": probability, "probability_no_code": blank * 0.0},
    }
    coordinates = {"n_plus", "n_minus", "sum", "code", "set_n_active"}
    return Lut(
        xr.Dataset(
            {name: variable(name, v) for name, v in values.items() if name not in coordinates},
            {name: variable(name, values[name]) for name in coordinates},
            {
                "format_version": FORMAT_VERSION,
                AMPLIFIER: "ideal",
                "rows": rows,
                "vdd": 1.0,
                "topology": "ideal",
                "sensing": "single_ended",
                "mode": "parallel",
                "quantization": "ideal",
            },
        )
    )
