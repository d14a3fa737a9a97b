"""How well the codes stand for the sums, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sram_spice.errors import InputError
from sram_spice.mlsa.quantizer import Quantizer
from sram_spice.workload.sum_distribution import SumDistribution


@dataclass(frozen=True)
class SensingSummary:
    """Averages over all levels, weighted by how often they occur.

    Attributes
    ----------
    error_probability : float
        Probability that the code is not the one of the sum, 0 .. 1; no code counts as an error.
    no_code_probability : float
        Probability that there is no code, because the simulation has no valid solution, 0 .. 1.
    mean_square_error : float
        Mean of (decoded code - sum)^2 where there is a code; NaN if there never is.
    ideal_mean_square_error : float
        The same with error-free sensing: that of quantization alone.
    """

    error_probability: float
    no_code_probability: float
    mean_square_error: float
    ideal_mean_square_error: float


def summarize(
    codes: pd.DataFrame, distribution: SumDistribution, quantizer: Quantizer
) -> SensingSummary:
    """Average code probabilities over the distribution of levels.

    Parameters
    ----------
    codes : DataFrame
        Columns ``n_plus,n_minus,sum,code,probability``, as `code_probabilities` returns.
    distribution : SumDistribution
        Probability of each level.
    quantizer : Quantizer
        Wanted code of each sum, and value of each code.

    Returns
    -------
    SensingSummary
        The averages.

    Raises
    ------
    InputError
        If `codes` lacks a level that occurs.
    """
    levels = pd.DataFrame(
        {
            "n_plus": distribution.n_plus,
            "n_minus": distribution.n_minus,
            "level_probability": distribution.probability,
        }
    )
    levels = levels[levels["level_probability"] > 0]
    table = levels.merge(codes, on=["n_plus", "n_minus"], how="left")
    lost = table[table["probability"].isna()]
    if len(lost):
        raise InputError(
            "level without code probabilities",
            key="n_plus,n_minus",
            value=f"{lost['n_plus'].iloc[0]},{lost['n_minus'].iloc[0]}",
        )
    weight = (table["level_probability"] * table["probability"]).to_numpy(dtype=np.float64)
    has_code = table["code"].notna().to_numpy(dtype=np.bool_)
    code = table["code"].fillna(0).to_numpy(dtype=np.int64)
    sums = table["sum"].to_numpy(dtype=np.int64)
    right = has_code & (code == quantizer.quantize(sums))
    resolved = weight[has_code].sum()
    square = (quantizer.decode(code) - sums)[has_code] ** 2
    all_sums, probability = distribution.marginal
    ideal = quantizer.decode(quantizer.quantize(all_sums)) - all_sums
    return SensingSummary(
        error_probability=float(weight[~right].sum()),
        no_code_probability=float(weight[~has_code].sum()),
        mean_square_error=float(weight[has_code] @ square / resolved) if resolved else np.nan,
        ideal_mean_square_error=float(probability @ ideal**2),
    )
