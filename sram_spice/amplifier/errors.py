"""Threshold errors of an MLSA: offsets, reference generator, thermal noise; few simulations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Boltzmann, zero_Celsius

from sram_spice.amplifier.reference_statistics import ReferenceStatistics
from sram_spice.amplifier.sense_threshold import OffsetModel, bench_at, offset_model
from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.errors import AmplifierError
from sram_spice.generators.reference_generator import Tap, reference_generator_of
from sram_spice.generators.sense_amplifier import (
    Polarity,
    polarity_at,
    sense_amplifier_of,
    sizes_of,
)
from sram_spice.mlsa.sensing_errors import SensingErrors

VARIANTS: tuple[Polarity, ...] = ("nmos", "pmos")
SPACING = 0.12  # part of VDD between reference levels at which offsets are measured


@dataclass(frozen=True)
class OffsetCurve:
    """Offset models of one variant over the reference level, linear in between.

    Attributes
    ----------
    models : tuple of OffsetModel
        By ascending reference level.
    """

    models: tuple[OffsetModel, ...]

    def sensitivity(self, v_ref: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return offset per threshold shift at some reference levels, V/V, (n, transistors)."""
        levels = [model.common_mode for model in self.models]
        table = np.array([model.sensitivity for model in self.models])
        return np.stack([np.interp(v_ref, levels, column) for column in table.T], axis=-1)

    def covariance(self, v_ref: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the covariance of one amplifier's offsets at several reference levels, V^2."""
        weighted = self.sensitivity(v_ref) * self.models[0].transistor_sigma
        return np.asarray(weighted @ weighted.T)


@dataclass(frozen=True)
class AmplifierErrors:
    """What a run knows of its sense amplifiers.

    Attributes
    ----------
    design : Design
    curves : dict of {"nmos", "pmos"} to OffsetCurve
        The variants that its references need.
    undecided : tuple of float
        Reference levels at which the amplifier does not decide, V; they take the offset of the
        nearest level at which it does.
    """

    design: Design
    curves: dict[Polarity, OffsetCurve]
    undecided: tuple[float, ...] = ()

    def offset_sigma(self, v_ref: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the standard deviation of the offset at each reference level, V."""
        return np.sqrt(np.diag(self._offset_covariance(v_ref)))

    def noise_sigma(self, v_ref: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the thermal noise of a decision, V; 0 unless `sense_amplifier.thermal_noise`.

        Estimate: kT/C of both held inputs. The noise of the pair while it integrates, of the same
        order, is left out.

        References
        ----------
        P. Nuzzo, F. De Bernardinis, P. Terreni, G. Van der Plas, "Noise analysis of regenerative
        comparators for reconfigurable ADC architectures", IEEE Trans. Circuits Syst. I 55(6),
        1441-1454, 2008.
        """
        if not sizes_of(self.design).thermal_noise:
            return np.zeros(v_ref.size)
        energy = Boltzmann * (self.design.conditions.temperature + zero_Celsius)
        held = [
            sense_amplifier_of(self.design, polarity_at(self.design, v)).sampling_capacitance()
            for v in v_ref.tolist()
        ]
        return np.asarray(np.sqrt(2 * energy / np.array(held).reshape(v_ref.size)))

    def single_ended(
        self,
        v_ref: NDArray[np.float64],
        mode: str,
        made: ReferenceStatistics | None = None,
    ) -> SensingErrors:
        """Return the errors of BL against references.

        Parameters
        ----------
        v_ref : ndarray, shape (n,)
            V.
        mode : {"parallel", "serial"}
        made : ReferenceStatistics, optional
            How the references come out. Default: trimmed to `v_ref`, with the mismatch of a
            generator that can be put anywhere.
        """
        vdd = self.design.conditions.vdd
        inside = (v_ref > 0) & (v_ref < vdd)
        covariance = np.zeros((v_ref.size, v_ref.size))
        noise = np.where(inside, self.noise_sigma(v_ref), 0.0)
        independent, shift = noise.copy(), np.zeros(v_ref.size)
        generator = covariance
        if inside.any():
            where = np.ix_(inside, inside)
            if made is None:
                covariance[where] = tap_covariance(self.design, v_ref[inside].tolist())
            else:
                covariance[where] = made.covariance[where]
                shift[inside] = (made.threshold_v - v_ref)[inside]
            generator = covariance.copy()
            if mode == "serial":
                covariance[where] += self._offset_covariance(v_ref[inside])
            else:
                offset = self.offset_sigma(v_ref[inside])
                independent[inside] = np.hypot(independent[inside], offset)
        independent[~inside] = independent[inside].min(initial=np.inf) if inside.any() else 0.0
        return SensingErrors(shift, covariance, independent, generator, noise)

    def differential(
        self,
        difference: NDArray[np.float64],
        common_mode: float,
        mode: str,
        made: ReferenceStatistics | None = None,
    ) -> SensingErrors:
        """Return the errors of BL - BLB against differences of references, shape (n,), V.

        Assumption: an amplifier with two input pairs, so that offset and noise have twice the
        variance of one pair's at the common mode of the bit lines; and, unless it is known how
        they are made, a reference is the difference of two taps, each as uncertain as one at half
        of VDD.
        """
        references = difference.size
        level = np.array([common_mode])
        offset = float(self.offset_sigma(level)[0])
        noise = float(self.noise_sigma(level)[0])
        serial = 2 * offset**2 if mode == "serial" else 0.0
        own = np.full(references, np.sqrt(2 * noise**2 + 2 * offset**2 - serial))
        thermal = np.full(references, np.sqrt(2) * noise)
        vdd = self.design.conditions.vdd
        if made is None or made.pair_covariance is None or made.complement_mean_v is None:
            tap = float(tap_covariance(self.design, [vdd / 2])[0, 0])
            taps = np.full((references, references), 2 * tap)
            return SensingErrors(np.zeros(references), taps + serial, own, taps, thermal)
        slope = np.hstack([np.eye(references), -np.eye(references)])
        taps = slope @ made.pair_covariance @ slope.T
        shift = made.threshold_v - made.complement_mean_v - difference
        shift = np.where(np.abs(difference) < vdd, shift, 0.0)
        return SensingErrors(shift, taps + serial, own, taps, thermal)

    def _offset_covariance(self, v_ref: NDArray[np.float64]) -> NDArray[np.float64]:
        """Covariance of offsets where one amplifier of each variant makes all decisions, V^2."""
        variant = np.array([polarity_at(self.design, v) for v in v_ref.tolist()])
        found = np.zeros((v_ref.size, v_ref.size))
        for polarity, curve in self.curves.items():
            mine = variant == polarity
            if mine.any():
                found[np.ix_(mine, mine)] = curve.covariance(v_ref[mine])
        return found


def tap_covariance(design: Design, voltages: Sequence[float]) -> NDArray[np.float64]:
    """Return the covariance of taps that can be put anywhere, V^2, shape (n, n).

    Raises
    ------
    ValueError
        Of the design's generator only the simulator says it (:func:`reference_statistics`).
    """
    taps = [Tap(v, None) for v in voltages]
    found = reference_generator_of(design).circuit(taps, False).covariance()
    if found is None:
        raise ValueError("the covariance of these references is not known without simulation")
    return found


def measure_errors(context: Context, levels: Sequence[float]) -> AmplifierErrors:
    """Measure the offsets of the variants that some reference levels (V) need.

    Raises
    ------
    AmplifierError
        It decides at none of them.
    SimulatorError
        libngspice is missing or broken.
    """
    design = context.design
    vdd = design.conditions.vdd
    inside = [v for v in levels if 0 < v < vdd]
    curves: dict[Polarity, OffsetCurve] = {}
    undecided: list[float] = []
    for polarity in VARIANTS:
        mine = [v for v in inside if polarity_at(design, v) == polarity]
        if not mine:
            continue
        low, high = min(mine), max(mine)
        count = int(np.ceil((high - low) / (SPACING * vdd))) + 1
        at = np.linspace(low, high, count).tolist()
        models = [offset_model(context, bench_at(design, v)) for v in dict.fromkeys(at)]
        solved = tuple(m for m in models if np.isfinite(m.sensitivity).all())
        known = {m.common_mode for m in solved}
        undecided += [m.common_mode for m in models if m.common_mode not in known]
        if not solved:
            raise AmplifierError(
                "the sense amplifier does not decide at any reference level",
                key="sense_amplifier.sensing_time",
                value=sizes_of(design).sensing_time,
                allowed="long enough, and widths that suit levels of "
                f"{low:.3g} .. {high:.3g} V ({polarity.upper()} inputs)",
            )
        curves[polarity] = OffsetCurve(solved)
    return AmplifierErrors(design, curves, tuple(undecided))
