"""How often the two sums next to a reference are confused: counted, with a confidence interval.

References lie where two Gaussians with the counted means and sigmas are confused equally often,
whatever engine found the samples and however many there are. Measured on 40,000 columns of each
level of the 8T reference design, of which 20 draws of a few were taken: the equal-error point of
the counted distributions itself lies 0.26 to 0.45 mV higher (the distributions are skewed by -0.2
to -0.5), a thirtieth of a step between two sums, and has no fewer wrong codes (45.91 % against
45.88 %). From 200 samples it is known to 1.12 mV, the Gaussian point, its own distance included, to
0.88 mV. So the Gaussian point is the better one of few samples and no worse of many; and it needs
no more than mean and sigma, which the levels between the sampled ones have, too. What is counted,
of few samples and of many, is what comes of it: errors and codes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from sram_spice.mlsa.level_model import LevelModel
from sram_spice.mlsa.references import ReferenceSet
from sram_spice.mlsa.voltage_counts import VoltageCounts
from sram_spice.workload.sum_distribution import SumDistribution

CONFIDENCE = 0.95


def with_counted_errors(
    references: ReferenceSet,
    model: LevelModel,
    counts: VoltageCounts,
    distribution: SumDistribution | None = None,
) -> ReferenceSet:
    """Put references on the grid of the counts, and count how often they are wrong.

    The error probability is the mean of P(V above | sum below the threshold) and P(V below | sum
    above), which are nearly equal. Thresholds without counts on both sides keep that of the
    Gaussian model, and have no interval. Without any counts nothing changes: levels without
    mismatch may be nearer to each other than the grid.

    Parameters
    ----------
    references : ReferenceSet
        From the Gaussian model.
    model : LevelModel
        Its levels are those of `counts`, in the same order.
    counts : VoltageCounts
        Of the sensed voltage.
    distribution : SumDistribution, optional
        Weights of the levels of one sum; needed for the global set.

    Returns
    -------
    ReferenceSet
        With `interval`: Clopper-Pearson, 95 %, from the samples of the sums on both sides.
    """
    weight = _weights(model, distribution)
    chosen = (
        np.ones(model.n_plus.size, dtype=bool)
        if references.n_active is None
        else model.n_active == references.n_active
    )
    number = counts.number
    if not number.any():
        return references
    sums = np.unique(model.sum[chosen])
    edges = counts.edge(references.v_ref)
    error = references.error_probability.copy()
    interval = np.full((error.size, 2), np.nan)
    for i, upper in enumerate(np.searchsorted(sums, references.thresholds)):
        if upper in (0, sums.size):
            continue
        sides = (np.flatnonzero(chosen & (model.sum == s)) for s in sums[upper - 1 : upper + 1])
        low, high = (_side(counts, number, levels, weight, int(edges[i])) for levels in sides)
        if low is None or high is None:
            continue
        wrong = (1 - low[0]) * low[1] + high[0] * high[1]
        error[i] = (1 - low[0] + high[0]) / 2
        interval[i] = clopper_pearson(wrong, low[1] + high[1])
    v_ref = counts.voltage(edges)
    return replace(references, v_ref=v_ref, error_probability=error, interval=interval)


def clopper_pearson(wrong: float, samples: float) -> tuple[float, float]:
    """Return the 95 % interval of a probability from a number of events among samples.

    The numbers may be effective ones: not whole.
    """
    tail = (1 - CONFIDENCE) / 2
    right = max(samples - wrong, 0.0)
    low = beta.ppf(tail, wrong, right + 1) if wrong > 0 else 0.0
    high = beta.ppf(1 - tail, wrong + 1, right) if right > 0 else 1.0
    return float(low), float(high)


def _weights(model: LevelModel, distribution: SumDistribution | None) -> NDArray[np.float64]:
    weight = np.ones(model.n_plus.size)
    if distribution is not None:
        weight[:] = 0.0
        weight[model.index_of(distribution.n_plus, distribution.n_minus)] = distribution.probability
    return weight


def _side(
    counts: VoltageCounts,
    number: NDArray[np.int64],
    levels: NDArray[np.intp],
    weight: NDArray[np.float64],
    edge: int,
) -> tuple[float, float] | None:
    """Return P(V < edge) of a mixture of levels, and its effective number of samples."""
    share = weight[levels] if weight[levels].any() else np.ones(levels.size)
    levels, share = levels[share > 0], share[share > 0] / share.sum()
    if not number[levels].all():
        return None
    parts = [counts.counts[level, :edge].sum() / number[level] for level in levels]
    return float(share @ parts), float(1 / (share**2 / number[levels]).sum())
