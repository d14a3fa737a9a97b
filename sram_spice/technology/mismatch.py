"""Local variation of the threshold voltage."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def pelgrom_sigma(a_vt: float, width: ArrayLike, length: ArrayLike) -> NDArray[np.float64]:
    """Return the standard deviation of a transistor's threshold voltage.

    Parameters
    ----------
    a_vt : float
        A_VT of each transistor in V m (3e-9 is 3 mV um), 0 or more.
    width, length : array_like
        Drawn sizes in m, more than 0.

    Returns
    -------
    ndarray
        sigma(VT) in V, shape of `width`.

    References
    ----------
    M. Pelgrom, A. Duinmaijer, A. Welbers, "Matching properties of MOS transistors",
    IEEE J. Solid-State Circuits 24(5), 1433-1439, 1989. Eq. 1 is of the difference of two
    transistors; this is of one, whose A_VT is that of eq. 1 over sqrt(2).
    """
    area = np.asarray(width, dtype=float) * np.asarray(length, dtype=float)
    return np.asarray(a_vt / np.sqrt(area))


def draw_threshold_shifts(sigma: NDArray[np.float64], seed: int, index: int) -> NDArray[np.float64]:
    """Draw the threshold shift of every transistor of one fabricated column.

    The draw depends on `seed` and `index` alone: sample `index` is the same piece of silicon at
    every level, whoever simulates it, in whatever order.

    Parameters
    ----------
    sigma : ndarray, shape (n_transistors,)
        Standard deviations, V.
    seed : int
        Seed of the run, 0 or more.
    index : int
        Number of the sample, 0 or more.

    Returns
    -------
    ndarray, shape (n_transistors,)
        Independent normal shifts with mean 0, V.
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))
    return generator.standard_normal(sigma.shape) * sigma
