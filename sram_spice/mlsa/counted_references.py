"""References where counted distributions are confused equally often, with confidence intervals."""

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


def counted_references(
    references: ReferenceSet,
    model: LevelModel,
    counts: VoltageCounts,
    distribution: SumDistribution | None = None,
) -> ReferenceSet:
    """Move the references of a set to where the counted distributions say.

    Each lies on the grid of the counts at the edge at which P(V above | sum below the threshold) =
    P(V below | sum above); where no sample of either is beyond a whole range of edges, it is the
    one nearest to the reference of the Gaussian model. Thresholds without counts on both sides keep
    the Gaussian reference, moved to the grid, and have no interval.

    Parameters
    ----------
    references : ReferenceSet
        From the Gaussian model: thresholds, notes, rails.
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
    sums = np.unique(model.sum[chosen])
    v_ref, error = references.v_ref.copy(), references.error_probability.copy()
    interval = np.full((v_ref.size, 2), np.nan)
    for i, upper in enumerate(np.searchsorted(sums, references.thresholds)):
        edge = int(counts.edge(v_ref[i : i + 1])[0])
        v_ref[i] = counts.voltage(edge)
        if upper in (0, sums.size):
            continue
        sides = (np.flatnonzero(chosen & (model.sum == s)) for s in sums[upper - 1 : upper + 1])
        low, high = (_side(counts, levels, weight) for levels in sides)
        if low is None or high is None:
            continue
        edge = _equal_error(1 - low[0], high[0], edge)
        v_ref[i] = counts.voltage(edge)
        wrong = (1 - low[0][edge]) * low[1] + high[0][edge] * high[1]
        error[i] = wrong / (low[1] + high[1])
        interval[i] = clopper_pearson(wrong, low[1] + high[1])
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
    counts: VoltageCounts, levels: NDArray[np.intp], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float] | None:
    """Return P(V < edge) of a mixture of levels, and its effective number of samples."""
    share = weight[levels] if weight[levels].any() else np.ones(levels.size)
    share = share / share.sum()
    below: NDArray[np.float64] | None = None
    variance = 0.0
    for level, part in zip(levels.tolist(), share.tolist(), strict=True):
        if part == 0.0:
            continue
        total = counts.below(level)
        if not total[-1]:
            return None
        own = part * total / total[-1]
        below = own if below is None else below + own
        variance += part**2 / total[-1]
    return None if below is None else (below, 1 / variance)


def _equal_error(above: NDArray[np.float64], below: NDArray[np.float64], near: int) -> int:
    """Return the edge with the most equal errors, of several the one nearest to `near`."""
    gap = below - above  # rises from -1 to 1
    first = int(np.searchsorted(gap, 0.0))
    if gap[first] == 0.0:
        last = int(np.searchsorted(gap, 0.0, side="right")) - 1
        return int(np.clip(near, first, last))
    return first if first == 0 or gap[first] <= -gap[first - 1] else first - 1
