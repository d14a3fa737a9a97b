"""One whole access of a column with its MLSA: codes, energy and latency, each split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.integrate import trapezoid

from sram_spice.column.access import SEPARATION
from sram_spice.column.context import Context
from sram_spice.column.driver_energy import driver_energy
from sram_spice.generators.deck import QUICK_OPTIONS
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.mlsa_code import code_of
from sram_spice.simulation import Job, PointResult, Status, Transient
from sram_spice.simulation.job import FloatArray

STEP = 10e-12  # s, largest; half of it changes no code and no energy by 1 % (tested)
TIMEOUT = 300.0  # s
RESOLVED = 0.5  # part of VDD; a latch whose nodes differ by less has not decided
OVERSHOOT = 0.5  # part of VDD; a node beyond it is no solution
DECIDED_ONE, DECIDED_ZERO, UNDECIDED = 1, 0, -1


@dataclass(frozen=True)
class EnergySplit:
    """Energy of one access by what draws it, J.

    A driver draws from a supply at its highest level: WL from V_WL, the others from VDD. What is
    lost in making V_WL from VDD, wire of the word line and the drivers' own stages are in none.

    Attributes
    ----------
    bit_line : float
        Supply of the column and drivers of WL and pre-charger, until the pre-charge begins.
    pre_charge : float
        The same, from then to the end.
    amplifiers : float
        Supply of the sense amplifiers and drivers of SAEN.
    references : float
        Supply and drivers of the reference generator, and the selection of its taps.
    """

    bit_line: float
    pre_charge: float
    amplifiers: float
    references: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.bit_line + self.pre_charge + self.amplifiers + self.references


@dataclass(frozen=True)
class LatencySplit:
    """Where the time of an access goes, s; NaN where something is not reached.

    Attributes
    ----------
    settling : float
        Allotted: from WL at half its voltage to the first SAEN.
    settled : float
        Measured: until BL stays within the settling band of where it is as SAEN rises.
    sensing : float
        From the first SAEN to the end of the last decision's time.
    decision : float
        Measured: slowest decision, from SAEN until the latch differs by half of VDD.
    recovery : float
        Measured: from the start of the pre-charge until both bit lines are back.
    """

    settling: float
    settled: float
    sensing: float
    decision: float
    recovery: float

    @property
    def read(self) -> float:
        """From the word line to the code."""
        return self.settling + self.sensing

    @property
    def total(self) -> float:
        """From the word line until the next access can begin."""
        return self.read + self.recovery


@dataclass(frozen=True)
class MlsaAccess:
    """What came of one access.

    Attributes
    ----------
    bench : MlsaBench
    status : Status
        Of the simulation and of the cells' data.
    decisions : tuple of int
        1 or 0 per decision of the bench, -1 where the amplifier has not decided in its time.
    code : int or None
        None without a valid solution or with an undecided amplifier.
    v_bl, v_blb : float
        Bit lines as the first SAEN rises, V.
    energy : EnergySplit or None
    latency : LatencySplit or None
    waves : mapping of str to ndarray
        All signals by name, `time` among them; empty without a solution.
    """

    bench: MlsaBench
    status: Status
    decisions: tuple[int, ...]
    code: int | None
    v_bl: float
    v_blb: float
    energy: EnergySplit | None
    latency: LatencySplit | None
    waves: Mapping[str, FloatArray]

    @property
    def undecided(self) -> int:
        """Number of amplifiers' decisions that are not there in time."""
        return sum(d == UNDECIDED for d in self.decisions)


def simulate_accesses(context: Context, benches: Sequence[MlsaBench]) -> list[MlsaAccess]:
    """Simulate one access of each bench, without mismatch."""
    context.progress.begin("accesses", len(benches))
    found: dict[int, MlsaAccess] = {}
    for result in context.pool.run(_jobs(context, benches)):
        found[result.job] = read_access(benches[result.job], result)
        context.progress.point(found[result.job].status)
    return [found[i] for i in range(len(benches))]


def signals(bench: MlsaBench) -> tuple[str, ...]:
    """Return what is kept of an access; ``bl`` and ``blb`` are the nodes that are sensed."""
    numbers = range(len(bench.amplifiers))
    latches = [n for d in bench.decisions for n in bench.latch_of(d)]
    drivers = bench.column.sources(bench.timing)
    names = ["bl", "blb", *drivers, *(f"out{i}" for i in numbers)]
    names += [f"saen{i}" for i in numbers] + list(dict.fromkeys(latches))
    if bench.mode == "serial" and bench.compared:
        names += ["ref", *(f"sel{d.cycle}" for d in bench.decisions)]
    names += bench.reference_drivers
    return (*names, *(f"v{name}#branch" for name in bench.supplies))


def outputs(bench: MlsaBench) -> tuple[str, ...]:
    """Return the nodes and currents behind the signals, in their order."""
    return (*bench.column.sensed, *signals(bench)[2:])


def _jobs(context: Context, benches: Sequence[MlsaBench]) -> Iterator[Job]:
    for bench in benches:
        yield Job(
            bench.deck(context.cards, QUICK_OPTIONS),
            Transient(bench.timing.stop, STEP),
            outputs(bench),
            bench.latches,
            separation=SEPARATION * context.design.conditions.vdd,
            timeout=TIMEOUT,
            label=f"{bench.mode} access n_plus={bench.column.n_plus}",
        )


def read_access(bench: MlsaBench, result: PointResult) -> MlsaAccess:
    """Read codes, energy and latency from the waveforms of one access."""
    nothing = (UNDECIDED,) * len(bench.decisions)
    nan = float("nan")
    if result.values is None:
        return MlsaAccess(bench, result.status, nothing, None, nan, nan, None, None, {})
    waves = dict(zip(("time", *signals(bench)), result.values, strict=True))
    vdd = bench.column.design.conditions.vdd
    voltages = [w for name, w in waves.items() if name != "time" and "#" not in name]
    if max(np.abs(w - vdd / 2).max() for w in voltages) > (0.5 + OVERSHOOT) * vdd:
        status = Status.NONCONVERGED
        return MlsaAccess(bench, status, nothing, None, nan, nan, None, None, {})
    decisions = tuple(_decision(bench, waves, i) for i in range(len(bench.decisions)))
    known = UNDECIDED not in decisions
    code = code_of(bench, np.array(decisions) == DECIDED_ONE) if known else None
    first = bench.timing.enable[0]
    v_bl, v_blb = (float(np.interp(first, waves["time"], waves[n])) for n in ("bl", "blb"))
    energy, latency = energy_split(bench, waves), latency_split(bench, waves)
    return MlsaAccess(bench, result.status, decisions, code, v_bl, v_blb, energy, latency, waves)


def decided(difference: float, vdd: float) -> int:
    """Return what a latch says whose nodes differ by so much, V."""
    if not abs(difference) > RESOLVED * vdd:
        return UNDECIDED
    return DECIDED_ONE if difference > 0 else DECIDED_ZERO


def _decision(bench: MlsaBench, waves: Mapping[str, FloatArray], index: int) -> int:
    one = bench.decisions[index]
    high, low = bench.latch_of(one)
    instant = bench.timing.disable[one.cycle]
    difference = float(np.interp(instant, waves["time"], waves[high] - waves[low]))
    return decided(difference, bench.column.design.conditions.vdd)


def energy_split(bench: MlsaBench, waves: Mapping[str, FloatArray]) -> EnergySplit:
    """Return what supplies give and drivers draw, from the release of the pre-charger on."""
    timing, vdd = bench.timing, bench.column.design.conditions.vdd
    time = waves["time"]

    def energy(names: Sequence[str], start: float, end: float) -> float:
        # The ends belong to it, or what flows between two time points would be nobody's.
        at = np.concatenate(([start], time[(time > start) & (time < end)], [end]))
        total = 0.0
        for name in names:
            current = np.interp(at, time, -waves[f"v{name}#branch"])
            if name in waves:
                total += driver_energy(at, current, np.interp(at, time, waves[name]))
            else:
                total += vdd * float(trapezoid(current, at))
        return total

    column = ("dd", *bench.column.sources(timing))
    amplifiers = [n for n in bench.supplies if n == "sa" or n.startswith("saen")]
    return EnergySplit(
        energy(column, timing.release, timing.pre_charge),
        energy(column, timing.pre_charge, timing.stop),
        energy(amplifiers, timing.release, timing.stop),
        energy(bench.reference_supplies, timing.release, timing.stop),
    )


def latency_split(bench: MlsaBench, waves: Mapping[str, FloatArray]) -> LatencySplit:
    """Read off when bit line, decisions and pre-charge are there."""
    design, timing = bench.column.design, bench.timing
    band = design.access.settling_band * design.conditions.vdd
    time = waves["time"]
    enable = timing.enable[0]
    before = (time >= timing.rise) & (time <= enable)
    final = float(np.interp(enable, time, waves["bl"]))
    moving = np.flatnonzero(np.abs(waves["bl"][before] - final) > band)
    settled = float(time[before][moving[-1]]) - timing.rise_middle if moving.size else 0.0
    after = time >= timing.pre_charge
    away = np.zeros(int(after.sum()), dtype=bool)
    for name in ("bl", "blb"):
        away |= np.abs(waves[name][after] - waves[name][0]) > band
    late = np.flatnonzero(away)
    recovery = float("nan")
    if away.size and not away[-1]:
        recovery = float(time[after][late[-1] + 1]) - timing.pre_charge if late.size else 0.0
    return LatencySplit(
        settling=enable - timing.rise_middle,
        settled=max(0.0, settled),
        sensing=timing.disable[-1] - enable,
        decision=max((_time_of(bench, waves, i) for i in range(len(bench.decisions))), default=0.0),
        recovery=recovery,
    )


def _time_of(bench: MlsaBench, waves: Mapping[str, FloatArray], index: int) -> float:
    one, timing, time = bench.decisions[index], bench.timing, waves["time"]
    high, low = bench.latch_of(one)
    start = timing.enable[one.cycle]
    inside = (time > start) & (time <= timing.disable[one.cycle])
    size = np.abs(waves[high] - waves[low])[inside]
    grown = np.flatnonzero(size > RESOLVED * bench.column.design.conditions.vdd)
    if not grown.size:
        return float("inf")
    return float(time[inside][grown[0]]) - start - timing.saen_edge / 2
