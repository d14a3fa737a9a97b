"""The reference voltages of many chips at one condition: where they are, and how they vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators.reference_generator import Setting, Tap, reference_generator_of
from sram_spice.mlsa import ReferenceSet
from sram_spice.simulation.job import FloatArray


@dataclass(frozen=True, eq=False)
class BuiltReferences:
    """References of one set as they are built: the same silicon at every condition.

    Attributes
    ----------
    n_active : int
        Active rows of the columns they are for.
    thresholds : ndarray, shape (n,)
        On the sum.
    v_ref : ndarray, shape (n,)
        Where decisions were to turn at the condition they were made for, V.
    rails : (float, float)
        Of that condition: references at or beyond them are not built, their decision is known.
    settings : tuple, length n
        What each generator fixes; None where nothing is built.
    """

    n_active: int
    thresholds: FloatArray
    v_ref: FloatArray
    rails: tuple[float, float]
    settings: tuple[Setting | None, ...]

    @property
    def compared(self) -> NDArray[np.bool_]:
        """Which references are built, shape (n,)."""
        return np.array([setting is not None for setting in self.settings], dtype=np.bool_)


def build_references(design: Design, references: ReferenceSet) -> BuiltReferences:
    """Return the references of a set as the design's generator builds them.

    Parameters
    ----------
    design : Design
        At the condition that they are made (trimmed) for.
    references : ReferenceSet
        Of one number of active rows, of single-ended sensing.
    """
    generator = reference_generator_of(design)
    n_active = int(references.n_active or 0)
    low, high = references.rails
    settings = tuple(
        generator.setting(n_active, threshold, v) if low < v < high else None
        for threshold, v in zip(
            references.thresholds.tolist(), references.v_ref.tolist(), strict=True
        )
    )
    return BuiltReferences(n_active, references.thresholds, references.v_ref, (low, high), settings)


@dataclass(frozen=True, eq=False)
class ReferenceStatistics:
    """Reference voltages of many chips at one condition.

    Attributes
    ----------
    mean_v : ndarray, shape (n,)
        Mean over chips, V; of one that is not built the rail of this condition.
    covariance : ndarray, shape (n, n)
        Over chips, V^2; 0 where nothing is built. Fixed per chip, the same at every access.
    nominal_v : ndarray, shape (n,)
        Without mismatch, V.
    complement_mean_v : ndarray, shape (n,), or None
        BLB of the columns that make them, V; None where none do.
    pair_covariance : ndarray, shape (2 n, 2 n), or None
        Of all references and then all complements, V^2.
    threshold_sum : ndarray, shape (n,)
        The sum that each stands for: what was wanted, or as near as the generator gets.
    columns : int
        Columns of the array that the generator takes.
    power_w : float
        What it draws while an access is on, W.
    energy_j : float
        What it takes from supply and drivers in one access of the column, J.
    flipped : ndarray, shape (n,)
        Part of the chips in which a cell of the reference has lost its data.
    failed : ndarray, shape (n,)
        Part of the chips without a valid solution.
    """

    mean_v: FloatArray
    covariance: FloatArray
    nominal_v: FloatArray
    complement_mean_v: FloatArray | None
    pair_covariance: FloatArray | None
    threshold_sum: FloatArray
    columns: int
    power_w: float
    energy_j: float
    flipped: FloatArray
    failed: FloatArray


def reference_statistics(context: Context, built: BuiltReferences) -> ReferenceStatistics:
    """Return where references are at the condition of `context.design`, and how they vary.

    Parameters
    ----------
    context : Context
        Its design has the condition, and the cards are of that condition; the generator is the
        one that has built the references.
    built : BuiltReferences
        Of any condition, by :func:`build_references`.

    Raises
    ------
    SimulatorError
        libngspice is missing or broken.
    """
    raise NotImplementedError
