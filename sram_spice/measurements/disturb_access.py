"""From the loss of one cell to the loss of any cell in an access, at a level and on average."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.integrate import trapezoid
from scipy.stats import norm

from sram_spice.simulation.job import FloatArray

POINTS = 801  # of the integral over the shared bit line, some 0.03 sigma apart
MARGIN = 9.0  # sigma beyond the peak of its integrand
LARGEST_BETA = 37.0  # norm.sf of more is 0 in double precision

Bound = Literal["value", "low", "high", "estimated"]
BOUNDS: tuple[Bound, ...] = ("value", "low", "high", "estimated")


def any_of(count: FloatArray, beta: FloatArray, share: FloatArray) -> FloatArray:
    """Return the probability that at least one of several cells loses its data.

    The cells differ in their own mismatch and share the deviation of the bit line: a one-factor
    normal model whose single-cell probability is Phi(-beta).

    Parameters
    ----------
    count : ndarray, shape (n,)
        Cells, 0 or more.
    beta : ndarray, shape (n,)
        Reliability index of each cell.
    share : ndarray, shape (n,)
        Part of the variance that the cells share, 0 to less than 1.

    Returns
    -------
    ndarray, shape (n,)

    References
    ----------
    C. W. Dunnett, M. Sobel, "Approximations to the probability integral and certain percentage
    points of a multivariate analogue of Student's t-distribution", Biometrika 42, 258-260, 1955.
    """
    shared, own = np.sqrt(share), np.sqrt(1.0 - share)
    low, high = -(shared * np.abs(beta) + MARGIN), shared * np.abs(beta) + MARGIN
    z = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, POINTS)
    single = norm.sf((beta[:, None] + shared[:, None] * z) / own[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(count[:, None] > 0, count[:, None] * np.log1p(-single), 0.0)
    terms = -np.expm1(logs) * norm.pdf(z)
    return np.asarray(np.minimum(1.0, trapezoid(terms, z, axis=1)))


@dataclass(frozen=True, eq=False)
class LossModel:
    """Probability that a cell is lost, as a function of the nominal bit line it is on.

    Between the bit lines at which it was estimated the reliability index is interpolated linearly;
    above the highest one its value there counts, which can only exaggerate the loss.

    Attributes
    ----------
    v_bl : ndarray, shape (k,)
        Nominal bit lines, ascending, V.
    probability, low, high : ndarray, shape (k,)
        Loss of one cell, with its 95 % interval.
    share : ndarray, shape (k,)
        Part of the limit state's variance that comes from the bit line.
    estimated : ndarray, shape (k,)
        `probability`, and 0 where that is only an upper bound.
    """

    v_bl: FloatArray
    probability: FloatArray
    low: FloatArray
    high: FloatArray
    share: FloatArray
    estimated: FloatArray

    def any_loss(self, count: FloatArray, v_bl: FloatArray, bound: Bound = "value") -> FloatArray:
        """Return the probability that any of `count` cells on a bit line at `v_bl` V is lost."""
        table = {
            "value": self.probability,
            "low": self.low,
            "high": self.high,
            "estimated": self.estimated,
        }[bound]
        betas = np.clip(norm.isf(table), -LARGEST_BETA, LARGEST_BETA)
        beta = np.interp(v_bl, self.v_bl, betas)
        share = np.interp(v_bl, self.v_bl, self.share)
        return any_of(np.asarray(count, dtype=float), beta, share)

    def access_loss(
        self,
        levels: FloatArray,
        bit_lines: FloatArray,
        bound: Bound = "value",
    ) -> FloatArray:
        """Return the probability that an access loses any cell, on BL or on BLB.

        Parameters
        ----------
        levels : ndarray, shape (n, 2)
            n_plus cells are at risk through BL, n_minus, their mirror image, through BLB.
        bit_lines : ndarray, shape (n, 2)
            Nominal V_BL and V_BLB, V.
        bound : {"value", "low", "high", "estimated"}
        """
        plus = self.any_loss(levels[:, 0], bit_lines[:, 0], bound)
        minus = self.any_loss(levels[:, 1], bit_lines[:, 1], bound)
        return np.asarray(plus + minus - plus * minus)
