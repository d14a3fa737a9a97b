"""The same circuits on a second simulator: how far ngspice and VACASK are apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from sram_spice.column.levels import mismatch_sigma
from sram_spice.design import Design
from sram_spice.errors import SimulatorError
from sram_spice.generators import Column, column_deck, column_of
from sram_spice.generators.deck import OPTIONS
from sram_spice.generators.sense_amplifier import sense_amplifier_of
from sram_spice.generators.sense_amplifier_bench import InputImpedance, SenseAmplifierBench
from sram_spice.generators.vacask import ANALYSIS, NodeVoltage, vacask_netlist, vacask_node
from sram_spice.simulation import Job, OperatingPoint, SimulatorPool, Status, Transient
from sram_spice.simulation.job import FloatArray, LevelAnalysis
from sram_spice.simulation.vacask import run_vacask
from sram_spice.technology import ModelCards, draw_threshold_shifts, technology_cards

# The cards say 4.7, VACASK has 4.8 only: ngspice with 4.8 tells the model from the simulator.
VERSION_OF_VACASK = 4.8
INPUT = InputImpedance(5e3, 20e-15)  # as a column: kick-back is to be seen
STEP = 0.5e-12  # s, largest of the sense amplifier's transient
COLUMN_STEP = 1.25e-12  # s; at the steps of a run both are some 0.1 mV off in a quick discharge


@dataclass(frozen=True)
class Case:
    """One column to be solved on both.

    Attributes
    ----------
    design : Design
    n_plus, n_minus : int
    sample : int or None
        Mismatch of this sample of the design's seed; None: no mismatch.
    """

    design: Design
    n_plus: int
    n_minus: int
    sample: int | None = None


@dataclass(frozen=True)
class ColumnWitness:
    """A column on both simulators.

    Attributes
    ----------
    case : Case
    vacask, ngspice, ngspice_48, as_run : ndarray, shape (2,)
        V(BL), V(BLB), V; ngspice with the cards' model version and with that of VACASK, and at the
        time steps of a run. The others have finer steps.
    states : int
        Cells that VACASK leaves in another state than the stored one.
    """

    case: Case
    vacask: FloatArray
    ngspice: FloatArray
    ngspice_48: FloatArray
    as_run: FloatArray
    states: int

    @property
    def difference(self) -> float:
        """Largest difference of a bit line between VACASK and ngspice, V."""
        return float(np.abs(self.vacask - self.ngspice).max())

    @property
    def steps_of_run(self) -> float:
        """Largest difference that the time steps of a run make, on ngspice, V."""
        return float(np.abs(self.as_run - self.ngspice).max())

    @property
    def difference_48(self) -> float:
        """The same with the same model version, V."""
        return float(np.abs(self.vacask - self.ngspice_48).max())


def column_witness(pool: SimulatorPool, cases: Iterable[Case]) -> Iterator[ColumnWitness]:
    """Solve columns on both simulators.

    Raises
    ------
    SimulatorError
        One of them finds no solution, or VACASK is not installed.
    """
    for case in cases:
        column = column_of(case.design, case.n_plus, case.n_minus)
        cards, shifts = technology_cards(case.design), _shifts(case, column)
        of_run = column.readout.level_analysis(case.n_plus, case.n_minus)
        fine = replace(of_run, max_step=COLUMN_STEP) if isinstance(of_run, Transient) else of_run
        ngspice, ngspice_48, as_run = (
            _on_ngspice(pool, column, own, shifts, analysis)
            for own, analysis in ((cards, fine), (_of_version(cards), fine), (cards, of_run))
        )
        vacask, states = _on_vacask(column, cards, shifts, fine)
        yield ColumnWitness(case, vacask, ngspice, ngspice_48, as_run, states)


def _shifts(case: Case, column: Column) -> FloatArray:
    sigma = mismatch_sigma(case.design, column)
    if case.sample is None:
        return np.zeros_like(sigma)
    return draw_threshold_shifts(sigma, case.design.monte_carlo.seed, case.sample)


def _of_version(cards: ModelCards) -> ModelCards:
    nmos, pmos = (c.with_values(version=VERSION_OF_VACASK) for c in (cards.nmos, cards.pmos))
    return replace(cards, nmos=nmos, pmos=pmos)


def _on_ngspice(
    pool: SimulatorPool,
    column: Column,
    cards: ModelCards,
    shifts: FloatArray,
    analysis: LevelAnalysis,
) -> FloatArray:
    deck = column_deck(column, cards, analysis, shifts=shifts)
    return _only(pool, Job(deck.text, deck.analysis, column.sensed, column.latches))


def _only(pool: SimulatorPool, job: Job) -> FloatArray:
    (result,) = pool.run([job])
    if result.values is None or result.status is not Status.OK:
        raise SimulatorError(f"ngspice: {result.status} {result.detail}")
    return result.values


def _on_vacask(
    column: Column, cards: ModelCards, shifts: FloatArray, analysis: LevelAnalysis
) -> tuple[FloatArray, int]:
    vdd = column.design.conditions.vdd
    start = []
    for latch in column.latches:
        high, low = (vdd, 0.0) if latch.high else (0.0, vdd)
        start += [NodeVoltage(latch.node, high), NodeVoltage(latch.complement, low)]
    circuit = column.circuit("witness", isinstance(analysis, Transient), shifts)
    found = run_vacask(vacask_netlist(circuit, cards, analysis, start), ANALYSIS)
    if isinstance(analysis, OperatingPoint):
        values = np.array([found[name][-1] for name in column.sensed])
    else:
        at = analysis.stop if analysis.sample_at is None else analysis.sample_at
        values = np.array([np.interp(at, found["time"], found[name]) for name in column.sensed])
    lost = 0
    for latch in column.latches:
        ends = (found[vacask_node(node)][-1] for node in (latch.node, latch.complement))
        lost += bool(np.subtract(*ends) > 0) is not latch.high
    return values, lost


@dataclass(frozen=True)
class DecisionWitness:
    """One decision of a sense amplifier on both simulators, over one time axis.

    Attributes
    ----------
    names : tuple of str
        Nodes: the latch that ends high, the one that ends low, output, both inputs.
    time : ndarray, shape (n,)
        s.
    ngspice, vacask : ndarray, shape (n_names, n)
        V.
    saen_middle : float
        Instant at which SAEN crosses half of VDD, s.
    vdd : float
        V.
    """

    names: tuple[str, ...]
    time: FloatArray
    ngspice: FloatArray
    vacask: FloatArray
    saen_middle: float
    vdd: float

    def decision_time(self, waves: FloatArray) -> float:
        """From SAEN at half of VDD until the latch differs by half of VDD, s."""
        apart = waves[0] - waves[1]
        after = self.time > self.saen_middle
        first = int(np.flatnonzero(after & (np.abs(apart) > self.vdd / 2))[0])
        pair = slice(first - 1, first + 1)
        crossing = np.interp(self.vdd / 2, np.abs(apart[pair]), self.time[pair])
        return float(crossing) - self.saen_middle

    @property
    def difference(self) -> FloatArray:
        """Largest difference of each node, V, shape (n_names,)."""
        return np.asarray(np.abs(self.ngspice - self.vacask).max(axis=1))


def decision_witness(
    pool: SimulatorPool, design: Design, common_mode: float, v_in: float
) -> DecisionWitness:
    """Simulate one decision on both.

    Parameters
    ----------
    pool : SimulatorPool
    design : Design
        With [sense_amplifier].
    common_mode, v_in : float
        Reference, and bit line minus reference, V.

    Raises
    ------
    SimulatorError
        One of them finds no solution, or VACASK is not installed.
    """
    bench = SenseAmplifierBench(design, "nmos", common_mode, INPUT, INPUT)
    cards, analysis = technology_cards(design), Transient(bench.stop, STEP)
    names = (*bench.latch, "out", "bl", "ref")
    job = Job(
        bench.deck(cards, OPTIONS),
        analysis,
        names,
        alter=("@vin[dc]",),
        points=np.array([[v_in]]),
    )
    time, *waves = _only(pool, job)
    amplifier, vdd = sense_amplifier_of(design, "nmos"), design.conditions.vdd
    state = amplifier.reset_state(vdd, common_mode, common_mode)
    start = [NodeVoltage(f"xsa.{node}", voltage) for node, voltage in state.items()]
    found = run_vacask(vacask_netlist(bench.circuit(v_in), cards, analysis, start), ANALYSIS)
    other = [np.interp(time, found["time"], found[vacask_node(name)]) for name in names]
    return DecisionWitness(names, time, np.array(waves), np.array(other), bench.saen_middle, vdd)
