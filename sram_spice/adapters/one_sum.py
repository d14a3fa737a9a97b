"""A lookup table as a function of the sum alone, for tools that know nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.adapters.adapter import ExportOptions
from sram_spice.errors import InputError
from sram_spice.lut import Amplifier, Lut
from sram_spice.wording import count


@dataclass(frozen=True, eq=False)
class OneSum:
    """Codes at one number of active rows.

    Attributes
    ----------
    n_active : int
    sums : ndarray of int, shape (n_active + 1,)
        -n_active .. n_active in steps of 2.
    probability : ndarray of float, shape (n_active + 1, codes)
        P(code | sum); adds up to 1.
    centroids : ndarray of float, shape (codes,)
        Sum that each code stands for.
    nominal : ndarray of int, shape (n_active + 1,)
        What the circuit without mismatch reads; -1 where it has no code.
    amplifier : {"real", "ideal"}
        Whose codes these are.
    """

    n_active: int
    sums: NDArray[np.int64]
    probability: NDArray[np.float64]
    centroids: NDArray[np.float64]
    nominal: NDArray[np.int16]
    amplifier: Amplifier

    def moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and standard deviation of the decoded sum, shape (n_active + 1,)."""
        mean = self.probability @ self.centroids
        spread = (self.probability * (self.centroids - mean[:, None]) ** 2).sum(axis=1)
        return mean, np.sqrt(spread)


def one_sum(lut: Lut, options: ExportOptions, tool: str) -> OneSum:
    """Return the codes at one number of active rows.

    Parameters
    ----------
    lut : Lut
        At one point of its conditions.
    options : ExportOptions
    tool : str
        For the messages.

    Raises
    ------
    InputError
        No number of active rows, outcomes without code, or conditions that are still open.
    """
    lut.check_one_point()
    n_active = options.n_active
    if n_active is None:
        if not lut.always_active:
            raise InputError(
                f"{tool} knows sums only, and this column gives other codes with other active rows",
                key="--n-active",
                allowed=f"1 .. {lut.rows}",
            )
        n_active = lut.rows
    if not 1 <= n_active <= lut.rows or (lut.always_active and n_active != lut.rows):
        allowed = str(lut.rows) if lut.always_active else f"1 .. {lut.rows}"
        raise InputError(
            "not a number of active rows of this column",
            key="--n-active",
            value=n_active,
            allowed=allowed,
        )
    return _of_sums(lut, n_active, options, tool)


def every_n_active(lut: Lut, options: ExportOptions, tool: str) -> list[OneSum]:
    """Return the codes at 0, 1, .. rows active rows, where rows may be inactive.

    Raises
    ------
    InputError
        Outcomes without code, or conditions that are still open.
    """
    lut.check_one_point()
    return [_of_sums(lut, n_active, options, tool) for n_active in range(lut.rows + 1)]


def _of_sums(lut: Lut, n_active: int, options: ExportOptions, tool: str) -> OneSum:
    sums = np.arange(-n_active, n_active + 1, 2)
    table = lut.probability(sums, n_active=n_active)
    lost = table[:, -1]
    if (lost > 0).any() and not options.drop_failed:
        raise InputError(
            f"{tool} has no room for accesses without a code; "
            f"{count(int((lost > 0).sum()), 'sum has', 'sums have')} some",
            key="--drop-failed",
            allowed="with it, P(code | sum, there is a code) is written",
        )
    if (lost >= 1).any():
        raise InputError("a sum that never has a code", value=int(sums[lost >= 1][0]))
    return OneSum(
        n_active,
        sums,
        table[:, :-1] / (1 - lost[:, None]),
        lut.centroids,
        lut.quantize(sums, n_active=n_active),
        lut.amplifier,
    )
