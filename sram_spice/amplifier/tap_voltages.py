"""Taps that columns make, without mismatch: where they are, and what an access of them takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.integrate import trapezoid

from sram_spice.column.access import SEPARATION, TIMEOUT
from sram_spice.column.context import Context
from sram_spice.column.driver_energy import driver_energy
from sram_spice.column.levels import ACCESS_STEP, DOUBT, DOUBT_AT_REST, LINGER, OVERSHOOT
from sram_spice.generators.column import Column
from sram_spice.generators.deck import OPTIONS, QUICK_OPTIONS
from sram_spice.generators.mlsa_timing import MlsaTiming, mlsa_timing
from sram_spice.generators.reference_generator import (
    ReferenceCircuit,
    Setting,
    Tap,
    reference_generator_of,
)
from sram_spice.generators.tap_deck import tap_deck
from sram_spice.simulation import Job, OperatingPoint, PointResult, Status, Transient
from sram_spice.simulation.job import FloatArray, LevelAnalysis

CHUNK = 5  # samples per job
ENERGY_STEP = 5e-12  # s; half of it changes no energy by 0.1 % (tested)


@dataclass(frozen=True)
class TapVoltage:
    """A reference that columns make.

    Attributes
    ----------
    v_bl, v_blb : float
        Tap and complement, V; NaN without a valid solution.
    status : Status
        Of the simulation, and of the data of its cells.
    """

    v_bl: float
    v_blb: float
    status: Status

    @property
    def intact(self) -> bool:
        """Whether there is a solution in which every cell holds its data."""
        return self.status is Status.OK


def tap_job(
    context: Context, setting: Setting, merged: bool = True, points: FloatArray | None = None
) -> Job:
    """Return the job that gives tap and complement of a setting, as levels of a column are found.

    Parameters
    ----------
    context : Context
    setting : Setting
    merged : bool
        Alike columns and rows as one; only without mismatch.
    points : ndarray, shape (n, devices), optional
        Threshold shifts, V; default one point without mismatch.
    """
    generator = reference_generator_of(context.design)
    column = generator.group(setting).columns[0]
    circuit = generator.circuit((Tap(0.0, setting), Tap(0.0, setting, True)), merged)
    return _job(context, circuit, column, 2, points)


def drawn_taps(
    context: Context, circuit: ReferenceCircuit, taps: Sequence[Tap], points: FloatArray
) -> FloatArray:
    """Return all taps of some chips whose columns make them, by the simulator.

    Parameters
    ----------
    context : Context
    circuit : ReferenceCircuit
        Not merged.
    taps : sequence of Tap
        All that it has.
    points : ndarray, shape (chips, len(circuit.alter))
        As drawn.

    Returns
    -------
    ndarray, shape (chips, taps)
        V; NaN without a valid solution.
    """
    column = reference_generator_of(context.design).group(taps[0].setting).columns[0]
    found = np.full((len(points), len(taps)), np.nan)
    jobs = (
        _job(context, circuit, column, len(taps), points[start : start + CHUNK])
        for start in range(0, len(points), CHUNK)
    )
    context.progress.begin("reference columns", len(points))
    for result in context.pool.run(jobs):
        context.progress.point(result.status)
        if result.values is not None:
            found[result.job * CHUNK + result.point] = result.values
    return found


def _job(
    context: Context,
    circuit: ReferenceCircuit,
    column: Column,
    taps: int,
    points: FloatArray | None,
) -> Job:
    vdd = context.design.conditions.vdd
    analysis = column.readout.level_analysis(column.n_plus, column.n_minus)
    access = Transient(column.timing.stop, ACCESS_STEP, sample_at=column.timing.fall)

    def job(wanted: LevelAnalysis, options: str) -> Job:
        return Job(
            tap_deck(context.design, circuit, context.cards, wanted, column.timing, options),
            wanted,
            tuple(circuit.tap_node(i) for i in range(taps)),
            circuit.latches,
            () if points is None else circuit.alter,
            np.zeros((1, 0)) if points is None else points,
            limits=(-OVERSHOOT * vdd, (1 + OVERSHOOT) * vdd),
            separation=SEPARATION * vdd,
            doubt=(DOUBT_AT_REST if isinstance(wanted, OperatingPoint) else DOUBT) * vdd,
            linger=LINGER,
            timeout=TIMEOUT,
            label="reference columns",
            ladder=True,
        )

    found = job(analysis, OPTIONS)
    if isinstance(analysis, Transient):
        return found
    return replace(found, fallback=job(access, QUICK_OPTIONS))


def tap_voltage(result: PointResult) -> TapVoltage:
    """Read a result of :func:`tap_job`."""
    if result.values is None:
        return TapVoltage(float("nan"), float("nan"), result.status)
    return TapVoltage(float(result.values[0]), float(result.values[1]), result.status)


def tap_voltages(context: Context, settings: Sequence[Setting]) -> list[TapVoltage]:
    """Return tap and complement of each setting at this condition, without mismatch."""
    context.progress.begin("reference columns", len(settings))
    found: dict[int, TapVoltage] = {}
    for result in context.pool.run(tap_job(context, setting) for setting in settings):
        found[result.job] = tap_voltage(result)
        context.progress.point(result.status)
    return [found[i] for i in range(len(settings))]


def tap_energies(context: Context, settings: Sequence[Setting], cycles: int) -> FloatArray:
    """Return what the columns of each setting take from supply and drivers in one access, J.

    Drivers pay as by :func:`~sram_spice.column.driver_energy.driver_energy`.

    Parameters
    ----------
    context : Context
    settings : sequence of Setting
    cycles : int
        Sensing cycles of the access.
    """
    timing = mlsa_timing(context.design, cycles)
    generator = reference_generator_of(context.design)
    circuits = [generator.circuit((Tap(0.0, setting),), True) for setting in settings]
    context.progress.begin("accesses of reference columns", len(settings))
    found = np.full(len(settings), np.nan)
    columns = [generator.group(setting).columns[0] for setting in settings]
    for result in context.pool.run(_energy_job(context, c, timing) for c in circuits):
        context.progress.point(result.status)
        if result.values is not None:
            circuit, column = circuits[result.job], columns[result.job]
            found[result.job] = _energy(circuit, column, timing, result.values)
    return found


def _energy_job(context: Context, circuit: ReferenceCircuit, timing: MlsaTiming) -> Job:
    whole = Transient(timing.stop, ENERGY_STEP)
    deck = tap_deck(context.design, circuit, context.cards, whole, timing, QUICK_OPTIONS)
    currents = tuple(f"v{name}#branch" for name in circuit.supplies(timing))
    return Job(
        deck,
        whole,
        (*currents, *circuit.drivers(timing)),
        circuit.latches,
        separation=SEPARATION * context.design.conditions.vdd,
        timeout=TIMEOUT,
        label="access of reference columns",
    )


def _energy(
    circuit: ReferenceCircuit, column: Column, timing: MlsaTiming, values: FloatArray
) -> float:
    vdd = column.design.conditions.vdd
    time, *rest = values
    supplies, drivers = circuit.supplies(timing), circuit.drivers(timing)
    currents = dict(zip(supplies, rest, strict=False))
    levels = dict(zip(drivers, rest[len(supplies) :], strict=True))
    inside = time >= timing.release
    total = 0.0
    for name, current in currents.items():
        if name in levels:
            total += driver_energy(time[inside], -current[inside], levels[name][inside])
        else:
            total -= vdd * float(trapezoid(current[inside], time[inside]))
    return total
