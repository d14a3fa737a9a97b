"""Offset sigma by bisection of every sample, against the fast method; and of half the area."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sram_spice.amplifier.sense_threshold import (
    bench_at,
    draw_amplifier_shifts,
    find_thresholds,
    offset_model,
)
from sram_spice.column.context import Context
from sram_spice.design import Design, with_values
from sram_spice.generators.sense_amplifier import sizes_of
from sram_spice.statistics import standard_deviation


def scaled(design: Design, factor: float) -> Design:
    """Return the design with every transistor of its sense amplifiers `factor` times as wide.

    The capacitances that hold the inputs and load the output scale along, so that only the area
    changes, not the circuit's operation.
    """
    sizes = sizes_of(design)
    values = {f"sense_amplifier.{key}": factor * getattr(sizes, key) for key in sizes.area_keys}
    return with_values(design, values)


def offset_check(context: Context, levels: list[float], samples: int) -> pd.DataFrame:
    """Compare both methods at some reference levels (V), for the design's area and half of it.

    Returns
    -------
    DataFrame
        One row per level and area: sigma by bisection with its 95 % interval, sigma by the fast
        method (sensitivities) over the same samples and in the limit of many, largest and rms
        difference of single samples, samples without a threshold.
    """
    rows = []
    for area in (1.0, 0.5):
        design = scaled(context.design, area)
        mine = replace(context, design=design)
        for level in levels:
            model = offset_model(mine, bench_at(design, level))
            seed = design.monte_carlo.seed
            shifts = draw_amplifier_shifts(model.transistor_sigma, seed, range(samples))
            found = find_thresholds(mine, bench_at(design, level), shifts)
            good = np.isfinite(found.values)
            fast = model.offsets(shifts)
            sigma = standard_deviation(found.values[good])
            difference = found.values[good] - fast[good]
            rows.append(
                {
                    "v_ref_v": level,
                    "polarity": model.polarity,
                    "area": area,
                    "samples": samples,
                    "failed": int(np.count_nonzero(~good)),
                    "sigma_bisection_v": sigma.value,
                    "sigma_low_v": sigma.low,
                    "sigma_high_v": sigma.high,
                    "sigma_fast_same_samples_v": float(fast[good].std(ddof=1)),
                    "sigma_fast_v": model.sigma,
                    "agrees": bool(sigma.low <= model.sigma <= sigma.high),
                    "rms_difference_v": float(np.sqrt((difference**2).mean())),
                    "largest_difference_v": float(np.abs(difference).max()),
                }
            )
    table = pd.DataFrame(rows)
    whole = table[table["area"] == 1.0].set_index("v_ref_v")["sigma_bisection_v"]
    table["sigma_over_whole_area"] = table["sigma_bisection_v"] / table["v_ref_v"].map(whole)
    return table
