"""The same samples have the same references and codes, whichever engine they are said to be of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from sram_spice.amplifier.ideal import sense
from sram_spice.mlsa.voltage_counts import VoltageCounts
from sram_spice.results.distributions import Distributions

from .synthetic import level_table, sample_table

ROWS = 8


def skewed(levels, count):
    """Samples that are no Gaussians, some of which lost data or failed."""
    samples = sample_table(levels, count, sigma=0.02, seed=3)
    for name in ("v_bl_v", "v_blb_v"):
        nominal = name.removesuffix("_v") + "_nominal_v"
        table = samples.merge(levels[["n_plus", "n_minus", nominal]], on=["n_plus", "n_minus"])
        noise = (samples[name] - table[nominal]) / 0.02
        samples[name] = table[nominal] + 0.02 * (noise - 0.2 * (noise**2 - 1))
    samples.loc[samples.index % 13 == 2, "status"] = "flipped"
    lost = samples.index % 17 == 5
    samples.loc[lost, ["v_bl_v", "v_blb_v"]] = np.nan
    samples.loc[lost, "status"] = "timeout"
    return samples


def with_statistics(levels, samples, count):
    ok = samples[samples["status"] == "ok"].groupby(["n_plus", "n_minus"])["v_bl_v"]
    return levels.assign(
        v_bl_mean_v=ok.mean().to_numpy(),
        v_bl_std_v=ok.std().to_numpy(),
        samples=count,
        nominal_status="ok",
    )


def as_distributions(levels, samples, count):
    """What the table engine has of these samples: blocks of columns, NaN where data is lost."""
    n_plus, n_minus = (levels[name].to_numpy() for name in ("n_plus", "n_minus"))
    found = Distributions(
        VoltageCounts.empty(n_plus, n_minus, 1.0, differential=False),
        VoltageCounts.empty(n_plus, n_minus, 1.0, differential=True),
    )
    v = samples[["v_bl_v", "v_blb_v"]].to_numpy().reshape(len(levels), count, 2).copy()
    v[(samples["status"] != "ok").to_numpy().reshape(len(levels), count)] = np.nan
    for block in np.array_split(v, 3, axis=1):
        found.add(block)
    return found


@pytest.mark.parametrize("count", [30, 200, 2000])
@pytest.mark.parametrize("sensing", ["single_ended", "differential"])
def test_references_and_codes_of_both_engines_are_identical(make_design, sensing, count):
    design = make_design(
        "8t_xnor", f"column.rows={ROWS}", "mlsa.levels=4", f"mlsa.sensing={sensing}"
    )
    levels = level_table(ROWS, always_active=True)
    samples = skewed(levels, count)
    levels = with_statistics(levels, samples, count)
    spice = sense(design, levels, samples)
    table = sense(design, levels, samples.head(0), as_distributions(levels, samples, count))
    for name in ("references", "code_probability"):
        pd.testing.assert_frame_equal(getattr(spice, name), getattr(table, name), check_exact=True)
    assert spice.summary == table.summary
    assert spice.summary.no_code_probability > 0.05  # what lost data or failed is counted


def test_references_lie_where_gaussians_are_confused_equally_often(make_design):
    """By root finding on mean and sigma of plain lists, without the level model."""
    design = make_design("8t_xnor", f"column.rows={ROWS}", "mlsa.levels=4")
    levels = level_table(ROWS, always_active=True)
    samples = skewed(levels, 500)
    found = sense(design, with_statistics(levels, samples, 500), samples)
    kept = samples[samples["status"] == "ok"]
    sums = kept["n_plus"] - kept["n_minus"]
    for row in found.references.to_dict("records"):
        below = kept["v_bl_v"][sums == sums[sums < row["threshold_sum"]].max()]
        above = kept["v_bl_v"][sums == sums[sums > row["threshold_sum"]].min()]
        low, high = (norm(v.mean(), v.std()) for v in (below, above))

        def gap(v, low=low, high=high):
            return low.sf(v) - high.cdf(v)

        # The grid is 50 uV wide, and the middles of its bins stand for the voltages.
        assert row["v_ref_v"] == pytest.approx(brentq(gap, 0, 1), abs=35e-6)
        wrong = (below > row["v_ref_v"]).mean() + (above < row["v_ref_v"]).mean()
        assert row["error_probability"] == pytest.approx(wrong / 2, rel=1e-9)
        assert row["error_probability_low"] < wrong / 2 < row["error_probability_high"]
