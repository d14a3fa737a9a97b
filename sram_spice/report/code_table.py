"""P(code | sum) as a matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class CodeTable:
    """How often each sum is read as each code.

    Attributes
    ----------
    sums : ndarray of int, shape (sums,)
        Ascending.
    probability : ndarray of float, shape (codes, sums)
        P(code | sum), 0 .. 1; levels of equal sum weigh the same.
    no_code : ndarray of float, shape (sums,)
        P(no valid solution | sum).
    """

    sums: NDArray[np.int64]
    probability: NDArray[np.float64]
    no_code: NDArray[np.float64]

    @property
    def mean_code(self) -> NDArray[np.float64]:
        """Mean code of each sum where there is a code, shape (sums,); NaN where there never is."""
        weight = self.probability.sum(axis=0)
        mean = np.full(weight.shape, np.nan)
        total = np.arange(self.probability.shape[0]) @ self.probability
        np.divide(total, weight, out=mean, where=weight > 0)
        return mean

    @property
    def edges(self) -> NDArray[np.float64]:
        """Borders between the sums, shape (sums + 1,)."""
        if self.sums.size < 2:
            return np.concatenate([self.sums - 0.5, self.sums + 0.5])
        middle = (self.sums[1:] + self.sums[:-1]) / 2
        first, last = 2 * self.sums[0] - middle[0], 2 * self.sums[-1] - middle[-1]
        return np.concatenate([[first], middle, [last]])


def code_table(codes: pd.DataFrame, n_codes: int) -> CodeTable:
    """Return the matrix of a table of code probabilities.

    Parameters
    ----------
    codes : DataFrame
        Columns n_plus, n_minus, sum, code (missing: no valid solution), probability.
    n_codes : int
        Number of codes.
    """
    total = codes["sum"].to_numpy(dtype=np.int64)
    sums, column = np.unique(total, return_inverse=True)
    levels = codes[["n_plus", "n_minus", "sum"]].drop_duplicates()["sum"].to_numpy(dtype=np.int64)
    weight = 1 / np.bincount(np.searchsorted(sums, levels), minlength=sums.size)
    row = codes["code"].fillna(n_codes).to_numpy(dtype=np.int64)
    table = np.zeros((n_codes + 1, sums.size))
    np.add.at(table, (row, column), codes["probability"].to_numpy(dtype=np.float64))
    table *= weight
    return CodeTable(sums, table[:-1], table[-1])
