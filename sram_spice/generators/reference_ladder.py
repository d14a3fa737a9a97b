"""Reference generator: a resistor string with a tap at each reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.generators.reference_generator import (
    ReferenceCircuit,
    ReferenceGenerator,
    Setting,
    Tap,
)
from sram_spice.generators.sense_amplifier import sizes_of
from sram_spice.generators.waveform import Timing
from sram_spice.simulation.job import FloatArray

UNIT = 1e3  # ohm; resistance that `sense_amplifier.ladder_mismatch` is stated for
CLOSEST = 1e-6  # part of VDD; references closer than this share a tap


@dataclass(frozen=True)
class ReferenceLadder(ReferenceCircuit):
    """A resistor string from the supply ``vlad`` to ground.

    Attributes
    ----------
    references : tuple of float
        Wanted tap voltages, V, between the rails, in any order; one node ``tap<i>`` each, in this
        order.
    vdd : float
        Supply, V.
    resistance : float
        Of the whole string, ohm.
    tap_capacitance : float
        At each tap, F.
    mismatch : float
        Relative sigma of a resistor of 1 kilohm.
    """

    references: tuple[float, ...]
    vdd: float
    resistance: float
    tap_capacitance: float
    mismatch: float

    def __post_init__(self) -> None:
        """Check that every tap lies between the rails."""
        outside = [v for v in self.references if not 0.0 < v < self.vdd]
        if outside:
            raise InputError(
                "a ladder has no such tap", key="v_ref_v", value=outside[0], allowed="0 < V < VDD"
            )

    @property
    def _taps(self) -> FloatArray:
        """Distinct tap voltages, ascending."""
        wanted = np.sort(np.array(self.references))
        keep = np.diff(wanted, prepend=-np.inf) > CLOSEST * self.vdd
        return np.asarray(wanted[keep])

    @property
    def _tap_of(self) -> NDArray[np.intp]:
        taps = self._taps
        wanted = np.array(self.references)[:, None]
        return np.asarray(np.abs(taps - wanted).argmin(axis=1))

    @property
    def segments(self) -> FloatArray:
        """Resistances from ground up, ohm, shape (n_taps + 1,)."""
        around = np.concatenate(([0.0], self._taps, [self.vdd]))
        return np.asarray(np.diff(around) / self.vdd * self.resistance)

    @property
    def alter(self) -> tuple[str, ...]:
        """Resistance of every segment, as `alter` names it."""
        return tuple(f"@rlad{i}[resistance]" for i in range(self.segments.size))

    @property
    def segment_sigma(self) -> FloatArray:
        """Standard deviation of every segment, ohm: unit resistors in series, each its own."""
        return np.asarray(self.mismatch * np.sqrt(self.segments * UNIT))

    def voltages(self, segments: FloatArray) -> FloatArray:
        """Return the unloaded voltage of each reference for given segments.

        Parameters
        ----------
        segments : ndarray, shape (..., n_taps + 1)
            ohm.

        Returns
        -------
        ndarray, shape (..., n_references)
            V.
        """
        below = np.cumsum(segments, axis=-1)
        taps = self.vdd * below[..., :-1] / below[..., -1:]
        return np.asarray(taps[..., self._tap_of])

    def covariance(self) -> FloatArray:
        """Return the covariance of the reference voltages under resistor mismatch, V^2.

        First order in the mismatch, which holds to its square: 1e-4 of the sigma at 1 %.
        """
        segments, step = self.segments, 1e-6 * self.resistance
        moved = segments + step * np.eye(segments.size)
        slope = (self.voltages(moved) - self.voltages(segments)) / step
        return np.asarray(slope.T @ (self.segment_sigma[:, None] ** 2 * slope))

    @property
    def power(self) -> float:
        """Static power, W."""
        return self.vdd**2 / self.resistance

    @property
    def nominal(self) -> FloatArray:
        """Resistance of every segment, ohm."""
        return self.segments

    @property
    def sigma(self) -> FloatArray:
        """Standard deviation of every segment, ohm."""
        return self.segment_sigma

    def tap_node(self, index: int) -> str:
        """Return the node of reference `index`."""
        return f"tap{self._tap_of[index]}"

    def supplies(self, timing: Timing) -> tuple[str, ...]:
        """Return the source of the string."""
        return ("lad",)

    def add_to(self, circuit: Circuit, timing: Timing, transient: bool = True) -> None:
        """Add the string, its supply ``vlad`` and the capacitances to a circuit."""
        circuit.V("lad", "vlad", circuit.gnd, f"DC {self.vdd!r}")
        segments = self.segments
        nodes = ["0", *(f"tap{i}" for i in range(segments.size - 1)), "vlad"]
        for i, value in enumerate(segments.tolist()):
            circuit.R(f"lad{i}", nodes[i + 1], nodes[i], value)
        for node in nodes[1:-1]:
            if self.tap_capacitance:
                circuit.C(node, node, circuit.gnd, self.tap_capacitance)


def ladder_of(design: Design, references: tuple[float, ...]) -> ReferenceLadder:
    """Return the ladder of a design for some references, V, between the rails.

    Raises
    ------
    InputError
        The design has no [sense_amplifier], or a reference is not between the rails.
    """
    sizes = sizes_of(design)
    return ReferenceLadder(
        tuple(float(v) for v in references),
        design.conditions.vdd,
        sizes.ladder_resistance,
        sizes.tap_capacitance,
        sizes.ladder_mismatch,
    )


class LadderGenerator(ReferenceGenerator):
    """A ladder, trimmed for one condition: its taps are parts of VDD at every other one."""

    def setting(self, n_active: int, threshold: float, v_ref: float) -> Setting:
        """Return the tap and the supply that it is a part of, V."""
        return v_ref, self.design.conditions.vdd

    def fixed_voltage(self, setting: Setting) -> float | None:
        """Return the same part of the supply at this condition, V."""
        assert isinstance(setting, tuple)
        tap, supply = setting
        vdd = self.design.conditions.vdd
        return float(tap if supply == vdd else tap / supply * vdd)

    def threshold_sum(self, setting: Setting) -> float | None:
        """Return None: it knows of no sums."""
        return None

    def columns(self, settings: Sequence[Setting]) -> int:
        """Return 0: it takes no column."""
        return 0

    def power(self, settings: Sequence[Setting]) -> float | None:
        """Return the power of the string, W."""
        return self.design.conditions.vdd**2 / sizes_of(self.design).ladder_resistance

    def circuit(self, taps: Sequence[Tap], merged: bool) -> ReferenceCircuit:
        """Return the string with these taps."""
        return ladder_of(self.design, tuple(tap.voltage for tap in taps))
