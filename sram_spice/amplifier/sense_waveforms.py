"""Waveforms of single decisions of a nominal sense amplifier, and what is read from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.integrate import trapezoid

from sram_spice.column.context import Context
from sram_spice.column.driver_energy import driver_energy
from sram_spice.generators.deck import QUICK_OPTIONS
from sram_spice.generators.sense_amplifier_bench import SenseAmplifierBench
from sram_spice.simulation import Job, Status, Transient
from sram_spice.simulation.job import FloatArray

STEP = 2e-12  # s, largest
OVERSHOOT = 0.3  # part of VDD; a node beyond it is no solution
RESOLVED = 0.5  # part of VDD; a decision is there when the latch's nodes differ by so much


@dataclass(frozen=True)
class DecisionWave:
    """One decision.

    Attributes
    ----------
    bench : SenseAmplifierBench
    v_in : float
        V_BL - V_REF before the decision, V.
    status : Status
    time : ndarray, shape (n,)
        s.
    latch : ndarray, shape (n,)
        Voltage of the node that ends high when BL is above REF, minus the other's, V.
    bl, ref : ndarray, shape (n,)
        Inputs, V.
    energy : float
        From the supply, and what the driver of SAEN draws from it, over the decision and the reset
        after it, J.
    """

    bench: SenseAmplifierBench
    v_in: float
    status: Status
    time: FloatArray
    latch: FloatArray
    bl: FloatArray
    ref: FloatArray
    energy: float

    @property
    def decision_time(self) -> float:
        """From SAEN at half of VDD until the latch differs by half of VDD, s; NaN: never."""
        vdd = self.bench.design.conditions.vdd
        inside = (self.time > self.bench.saen_middle) & (self.time < self.bench.decided)
        grown = np.flatnonzero(inside & (np.abs(self.latch) > RESOLVED * vdd))
        if not grown.size:
            return float("nan")
        pair = slice(grown[0] - 1, grown[0] + 1)
        size = np.abs(self.latch[pair])
        instant = float(np.interp(RESOLVED * vdd, size, self.time[pair]))
        return instant - self.bench.saen_middle

    @property
    def resolved(self) -> bool:
        """Whether the decision is there, and right, when SAEN falls."""
        final = float(np.interp(self.bench.decided, self.time, self.latch))
        enough = RESOLVED * self.bench.design.conditions.vdd
        return bool(final * np.sign(self.v_in) > enough)


def decision_waves(
    context: Context, wanted: Sequence[tuple[SenseAmplifierBench, float]]
) -> list[DecisionWave]:
    """Simulate nominal decisions, each of a bench at an input difference (V)."""
    context.progress.begin("sense amplifier", len(wanted))
    found: dict[int, DecisionWave] = {}
    for result in context.pool.run(_job(context, bench, v_in) for bench, v_in in wanted):
        bench, v_in = wanted[result.job]
        status, values = result.status, result.values
        vdd = context.design.conditions.vdd
        if values is not None and _outside(values[1:5], vdd):
            status, values = Status.NONCONVERGED, None
        if values is None:
            none = np.zeros(1)
            found[result.job] = DecisionWave(
                bench, v_in, status, none, none, none, none, float("nan")
            )
        else:
            time, high, low, bl, ref, i_vdd, saen, i_saen = values
            energy = -vdd * float(trapezoid(i_vdd, time)) + driver_energy(time, -i_saen, saen)
            found[result.job] = DecisionWave(bench, v_in, status, time, high - low, bl, ref, energy)
        context.progress.point(status)
    return [found[i] for i in range(len(wanted))]


def _outside(voltages: FloatArray, vdd: float) -> bool:
    return bool(((voltages < -OVERSHOOT * vdd) | (voltages > (1 + OVERSHOOT) * vdd)).any())


def _job(context: Context, bench: SenseAmplifierBench, v_in: float) -> Job:
    return Job(
        bench.deck(context.cards, QUICK_OPTIONS),
        Transient(bench.stop, STEP),
        (*bench.latch, "bl", "ref", "vdd#branch", "saen", "vsaen#branch"),
        alter=("@vin[dc]",),
        points=np.array([[v_in]]),
        label=f"decision at {bench.common_mode:.4g} V, {v_in:.3g} V apart",
    )
