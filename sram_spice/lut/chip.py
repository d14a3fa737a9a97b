"""Columns of one chip: cells, amplifiers and references that are the same at each access."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError
from sram_spice.lut.amplifier import REMEDY
from sram_spice.lut.code_tables import integers
from sram_spice.lut.decisions import Decisions
from sram_spice.wording import count

if TYPE_CHECKING:
    from sram_spice.lut.lookup import Lut, References


@dataclass(frozen=True, eq=False)
class Chip:
    """Columns whose codes are a function of the level, as silicon has it.

    Attributes
    ----------
    lut : Lut
    decisions : Decisions
    samples : ndarray of int, shape (columns,)
        The Monte Carlo sample that each column's cells are.
    error : ndarray of float, shape (columns, sets, codes - 1)
        By how much the thresholds of each column are off, V: one reference generator for the chip,
        amplifiers of each column its own; 0 with an ideal amplifier.
    noise : ndarray of float, shape (sets, codes - 1)
        Standard deviation of the thermal noise of a decision, V.
    """

    lut: Lut
    decisions: Decisions
    samples: NDArray[np.int64]
    error: NDArray[np.float64]
    noise: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of columns."""
        return int(self.samples.size)

    def __repr__(self) -> str:
        """Return what it is of."""
        return f"<Chip: {count(len(self), 'column')} of {self.lut!r}>"

    def quantize(
        self,
        sums: ArrayLike,
        columns: ArrayLike | None = None,
        *,
        n_active: ArrayLike | None = None,
        rng: np.random.Generator | int | None = None,
    ) -> NDArray[np.int16]:
        """Return the codes that columns read: without a generator the same at every access.

        Parameters
        ----------
        sums : array_like of int
            n_plus - n_minus.
        columns : array_like of int, optional
            Which column reads each sum, broadcast with `sums`. Default: all, along the last axis.
        n_active : array_like of int, optional
            Active rows, broadcast with `sums`; needed where rows may be inactive (6T).
        rng : Generator or int, optional
            Draws the thermal noise of each decision (`sense_amplifier.thermal_noise`), which is all
            that differs between accesses; without, there is none.

        Returns
        -------
        ndarray of int16
            `NO_CODE` where the column loses its data at that level.

        Raises
        ------
        InputError
            A sum that the column cannot have, or no such column.
        """
        level = self.lut.levels.of(integers(sums, "sums"), n_active)
        own = np.arange(len(self)) if columns is None else integers(columns, "columns")
        if own.size and not (own.min() >= 0 and own.max() < len(self)):
            raise InputError("no such column", key="columns", allowed=f"0 .. {len(self) - 1}")
        level, own = np.broadcast_arrays(level, own)
        if rng is None or not self.noise.any():
            return np.asarray(self.table[level, own])
        bl, blb = (line[level, self.samples[own]] for line in self.lut.sample_voltages)
        place = self.decisions.place[level]
        noise = self.noise[place]
        drawn = np.random.default_rng(rng).standard_normal(noise.shape)
        return self.decisions.codes(level, bl, blb, self.error[own, place] + noise * drawn)

    @cached_property
    def table(self) -> NDArray[np.int16]:
        """Code of every column at every level of the table, shape (levels, columns)."""
        bl, blb = (line[:, self.samples] for line in self.lut.sample_voltages)
        found = np.empty(bl.shape, dtype=np.int16)
        for level, place in enumerate(self.decisions.place):
            here = np.full(len(self), level)
            found[level] = self.decisions.codes(here, bl[level], blb[level], self.error[:, place])
        return found


def draw_chip(
    lut: Lut,
    seed: int,
    references: References,
    columns: int = 1,
    samples: NDArray[np.int64] | None = None,
) -> Chip:
    """Draw a chip: which sample each column is, the reference generator, the amplifiers.

    Parameters
    ----------
    lut : Lut
    seed : int
    references : {"own", "global"}
    columns : int
        How many, where `samples` does not say it.
    samples : ndarray of int, optional
        The sample that each column is.

    Raises
    ------
    InputError
        The table has not the samples of all levels, or was written before the errors of its real
        amplifier were kept.
    """
    lut.code_tables(references)  # no such references
    available = lut.sample_voltages[0].shape[1]
    rng = np.random.default_rng(seed)
    drawn = rng.integers(available, size=columns)
    chosen = drawn if samples is None else np.asarray(samples, dtype=np.int64)
    if not chosen.size or chosen.min() < 0 or chosen.max() >= available:
        allowed = f"0 .. {available - 1}" if chosen.size else "1 or more columns"
        raise InputError("no such sample", key="columns", allowed=allowed)
    error = draw_errors(lut, rng, chosen.size)
    return Chip(lut, Decisions.of(lut, references), chosen, error, threshold_errors(lut)[2])


def draw_errors(lut: Lut, rng: np.random.Generator, columns: int) -> NDArray[np.float64]:
    """Draw by how much the thresholds of a chip's columns are off, V.

    Returns
    -------
    ndarray of float, shape (columns, sets, codes - 1)

    Raises
    ------
    InputError
        As of :func:`threshold_errors`.
    """
    generator, amplifiers, noise = threshold_errors(lut)
    count = noise.shape[1]
    # The same numbers for every set: what is off in one silicon is off alike in all of them.
    shared = _roots(generator) @ rng.standard_normal(count)
    own = np.einsum("sij,cj->csi", _roots(amplifiers), rng.standard_normal((columns, count)))
    return np.asarray(shared + own)


def threshold_errors(
    lut: Lut,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return how thresholds vary: covariance by the generator and the amplifiers, noise (sigma).

    V^2, V^2, V; shapes (sets, n, n), (sets, n, n), (sets, n), n = codes - 1; 0 of an ideal
    amplifier.

    Raises
    ------
    InputError
        The table was written before that was kept.
    """
    if lut.amplifier == "ideal":
        sets, n = lut.data["v_ref"].shape
        return np.zeros((sets, n, n)), np.zeros((sets, n, n)), np.zeros((sets, n))
    if "generator_covariance" not in lut.data:
        raise InputError(
            "the table does not say how the thresholds of its real amplifier vary: it was written "
            "by an older version",
            key="offset_covariance",
            allowed=f'amplifier="ideal"; {REMEDY}',
        )
    generator, amplifiers, noise = (
        lut.data[name].to_numpy().astype(np.float64)
        for name in ("generator_covariance", "offset_covariance", "v_threshold_noise")
    )
    return generator, amplifiers, noise


def _roots(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the symmetric square roots of covariances, shape (..., n, n)."""
    value, axes = np.linalg.eigh(covariance)
    return np.asarray((axes * np.sqrt(value.clip(0))[..., None, :]) @ axes.swapaxes(-1, -2))
