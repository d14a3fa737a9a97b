"""A column without a simulator: smooth, monotonic levels, and samples around them."""

import numpy as np
import pandas as pd


def level_table(rows, always_active=False):
    """Table of levels of a made-up column on 1 V; V_BL is 0.97 V at most, V_BLB its mirror."""
    pairs = [(p, n - p) for n in range(rows + 1) for p in range(n + 1)]
    if always_active:
        pairs = [(p, m) for p, m in pairs if p + m == rows]
    n_plus, n_minus = np.array(pairs).T

    def voltage(up, down):
        return 0.97 * (20 + up) / (20 + up + 3 * down)

    return pd.DataFrame(
        {
            "n_plus": n_plus,
            "n_minus": n_minus,
            "sum": n_plus - n_minus,
            "v_bl_nominal_v": voltage(n_plus, n_minus),
            "v_blb_nominal_v": voltage(n_minus, n_plus),
            "failed": 0,
            "flipped": 0,
        }
    )


def sample_table(levels, count, sigma=0.004, step=1, seed=1):
    """Normal samples around the levels whose n_active is a multiple of step, 0 left out."""
    n_active = levels["n_plus"] + levels["n_minus"]
    chosen = levels[(n_active % step == 0) & (n_active > 0)]
    samples = chosen.loc[chosen.index.repeat(count)].reset_index(drop=True)
    noise = np.random.default_rng(seed).normal(0.0, sigma, (2, len(samples)))
    return pd.DataFrame(
        {
            "n_plus": samples["n_plus"],
            "n_minus": samples["n_minus"],
            "index": samples.groupby(["n_plus", "n_minus"]).cumcount(),
            "v_bl_v": samples["v_bl_nominal_v"] + noise[0],
            "v_blb_v": samples["v_blb_nominal_v"] + noise[1],
            "status": "ok",
        }
    )
