"""What decides about the codes of one column: sensed voltages against thresholds, no drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sram_spice.lut.alias import NO_CODE
from sram_spice.lut.schema import GLOBAL_SET, STATUSES
from sram_spice.mlsa.kept_samples import KEPT

if TYPE_CHECKING:
    from sram_spice.lut.lookup import Lut, References

KEPT_STATUS = STATUSES.index(KEPT)


@dataclass(frozen=True, eq=False)
class Decisions:
    """Thresholds of a table's levels, and what is compared with them.

    Attributes
    ----------
    place : ndarray of int, shape (levels,)
        The set of references that decides about each level.
    known : ndarray of int, shape (levels, codes - 1)
        1 or 0 where a decision is known without comparing (a reference at a rail; no active row),
        else -1.
    threshold : ndarray of float, shape (sets, codes - 1)
        Where the nominal amplifier decides, V.
    weight, middle : ndarray of float, shape (sets, codes - 1)
        Weight of the mean of BL and BLB, V/V, and the mean at which it adds nothing, V.
    differential : bool
        BL - BLB is compared, else BL.
    """

    place: NDArray[np.intp]
    known: NDArray[np.int8]
    threshold: NDArray[np.float64]
    weight: NDArray[np.float64]
    middle: NDArray[np.float64]
    differential: bool

    @classmethod
    def of(cls, lut: Lut, references: References) -> Decisions:
        """Return those of a table's nominal amplifier with one kind of references."""
        data = lut.data
        sets = data["set_n_active"].to_numpy().tolist()
        active = lut.levels.n_plus + lut.levels.n_minus
        fallback = GLOBAL_SET if GLOBAL_SET in sets else sets[0]
        chosen = [n if references == "own" and n in sets else fallback for n in active.tolist()]
        place = np.array([sets.index(n) for n in chosen], dtype=np.intp)
        v_ref = data["v_ref"].to_numpy().astype(np.float64)
        differential = lut.sensing == "differential"
        high = float(data.attrs["vdd"])
        low = -high if differential else 0.0
        rails = np.where(v_ref <= low, 1, np.where(v_ref >= high, 0, -1)).astype(np.int8)
        known = rails[place]
        if references == "own":  # no active row: sum 0 is certain, and no reference is needed
            known[active == 0] = lut.thresholds < 0
        none = np.zeros_like(v_ref)
        real = lut.amplifier == "real" and "v_threshold_shift" in data
        names = ("v_threshold_shift", "common_mode_weight", "v_common_mode")
        shift, weight, middle = (data[n].to_numpy() if real else none for n in names)
        return cls(place, known, v_ref + shift, weight, middle, differential)

    def codes(
        self,
        level: NDArray[np.integer],
        bl: NDArray[np.float64],
        blb: NDArray[np.float64],
        error: NDArray[np.float64] | float = 0.0,
    ) -> NDArray[np.int16]:
        """Return the code of each pair of voltages; NaN has `NO_CODE`.

        Parameters
        ----------
        level : ndarray of int, shape (...)
        bl, blb : ndarray of float, shape (...)
            V.
        error : ndarray of float, shape (..., codes - 1)
            By how much thresholds are off, V.
        """
        place = self.place[level]
        sensed = bl - blb if self.differential else bl
        compared = np.where(np.isfinite(sensed), sensed, 0.0)[..., None]
        if self.weight.any():
            moved = np.nan_to_num((bl + blb) / 2)[..., None] - self.middle[place]
            compared = compared + self.weight[place] * moved
        above = compared > self.threshold[place] + error
        known = self.known[level]
        found = np.where(known >= 0, known, above).sum(axis=-1)
        return np.where(np.isfinite(sensed), found, NO_CODE).astype(np.int16)


def nominal_codes(lut: Lut, references: References) -> NDArray[np.int16]:
    """Return what the circuit without mismatch reads at every level of a table.

    `NO_CODE` where the nominal column has no solution or loses its data, and where no sample of the
    level ever has a code.
    """
    data = lut.data
    bl, blb = (data[f"v_{line}_nominal"].to_numpy().astype(float) for line in ("bl", "blb"))
    codes = Decisions.of(lut, references).codes(np.arange(bl.size), bl, blb)
    lost = lut.code_tables(references).no_code >= 1
    if "nominal_status" in data:
        lost = lost | (np.rint(data["nominal_status"].to_numpy()) != KEPT_STATUS)
    return np.where(lost, np.int16(NO_CODE), codes)
