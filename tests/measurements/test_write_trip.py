"""Write trip voltages on the real simulator."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sram_spice.column.context import Context
from sram_spice.generators import cell_of
from sram_spice.generators.cell_bench import CellBias, threshold_names
from sram_spice.generators.disturb_bench import CoupledCell
from sram_spice.measurements.cell_sweeps import CellSetup, simulate
from sram_spice.measurements.measurement import measurement_of
from sram_spice.measurements.write_trip_points import trip_ramp, trip_steps
from sram_spice.simulation import DcSweep, Job, SimulatorPool, Transient
from sram_spice.simulation.progress import Silent
from sram_spice.technology import pelgrom_sigma, technology_cards


def context_of(design, pool):
    return Context(design, technology_cards(design), pool, Silent())


def sigma_of(design):
    transistors = cell_of(design).transistors()
    return pelgrom_sigma(
        design.mismatch.a_vt, [t.width for t in transistors], [t.length for t in transistors]
    )


def trips(design, pool, shifts, v_blb=1.0, resistance=0.0):
    cell = cell_of(design)
    ramp = trip_ramp(
        cell, design.conditions.vdd, design.column.word_line_voltage, v_blb, resistance
    )
    setup = CellSetup(context_of(design, pool), cell, np.atleast_2d(shifts))
    steps = trip_steps(ramp)
    runs = next(steps)
    while True:
        found = simulate(setup, runs)
        try:
            runs = steps.send(tuple(found[run] for run in runs))
        except StopIteration as end:
            return end.value


def at(make_design, topology, v_wl, *more):
    return make_design(topology, f"column.word_line_voltage={v_wl}", *more)


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
@pytest.mark.parametrize(("v_wl", "fact"), [(0.6, 0.055), (0.7, 0.14), (0.8, 0.23), (1.0, 0.41)])
def test_nominal_trip_is_the_fact(make_design, pool, topology, v_wl, fact):
    """As in bit_line.md, read off full columns in steps of some 10 mV."""
    design = at(make_design, topology, v_wl)
    (found,) = trips(design, pool, np.zeros(sigma_of(design).size))
    assert found == pytest.approx(fact, abs=8e-3)


def test_weak_cell_trips_higher(make_design, pool):
    """The fact for V_WL = 0.7 V: about 0.11 V higher; weak: three sigma at both its transistors."""
    design = at(make_design, "6t", 0.7)
    names = [t.name for t in cell_of(design).transistors()]
    shifts = np.zeros((2, 6))
    shifts[1, names.index("axl")] = -3 * sigma_of(design)[names.index("axl")]
    # A positive shift makes a PMOS stronger.
    shifts[1, names.index("pul")] = -2 * sigma_of(design)[names.index("pul")]
    nominal, weak = trips(design, pool, shifts)
    assert weak - nominal == pytest.approx(0.11, abs=0.03)


@pytest.mark.parametrize("v_wl", [0.4, 0.5, 0.9])
def test_trip_is_where_a_plain_sweep_loses_the_state(make_design, pool, v_wl):
    """One sweep of 0.2 mV, judged by eye of the data: no interpolation."""
    design = at(make_design, "6t", v_wl)
    shifts = np.random.default_rng(3).standard_normal((4, 6)) * sigma_of(design)
    bench = CoupledCell(cell_of(design), CellBias(1.0, v_wl, 1.0, 1.0))
    job = Job(
        bench.deck(technology_cards(design)),
        DcSweep("vbl", 1.0, -0.4, 2e-4),
        ("q", "qb"),
        alter=threshold_names(cell_of(design)),
        points=shifts,
    )
    plain = []
    for result in sorted(pool.run([job]), key=lambda r: r.point):
        v_bl, q, qb = result.values
        plain.append(v_bl[np.flatnonzero(q < qb)[0]])
    # The sweep's own step, and what the two-stage sweep with its parabola leaves (0.3 mV).
    np.testing.assert_allclose(trips(design, pool, shifts), plain, atol=5e-4)


@pytest.mark.parametrize("v_wl", [0.6, 0.8])
def test_slow_transient_flips_at_the_trip(make_design, pool, v_wl):
    """1 V/us is slow against the cell's 50 ps, and late by less than 3 mV; never early."""
    design = at(make_design, "6t", v_wl)
    bench = CoupledCell(cell_of(design), CellBias(1.0, v_wl, 0.6, 1.0))
    deck = bench.deck(technology_cards(design))
    ramp, count = re.subn(r"(?im)^(vbl bl 0) .*$", r"\1 PWL(0 0.6 0.7u -0.1)", deck)
    assert count == 1
    job = Job(ramp, Transient(0.7e-6, 1e-9), ("bl", "q", "qb"))
    (result,) = pool.run([job])
    _, v_bl, q, qb = result.values
    flip = v_bl[np.flatnonzero(q < qb)[0]]
    (static,) = trips(design, pool, np.zeros(6))
    assert static - 3e-3 < flip < static + 0.5e-3


def test_bit_line_with_resistance_is_harder_to_pull_down(make_design, pool):
    """The cell's own current lifts its bit line: by R I, to first order."""
    design = at(make_design, "6t", 0.7)
    free, some, more = (trips(design, pool, np.zeros(6), resistance=r)[0] for r in (0, 100, 200))
    assert free > some > more
    assert (free - some) == pytest.approx(some - more, rel=0.15)
    assert 1e-3 < free - some < 4e-3  # 100 ohm times 10 to 40 uA


def test_cells_beyond_the_sweep_are_told_apart(make_design, pool):
    """One that no bit line of the sweep flips, and one that does not hold at VDD."""
    design = at(make_design, "6t", 1.0)
    names = [t.name for t in cell_of(design).transistors()]
    shifts = np.zeros((3, 6))
    shifts[0, names.index("axl")] = 1.5  # never on
    shifts[1, names.index("pul")] = -1.0  # no pull-up, and a pull-down that is always on
    shifts[1, names.index("pdl")] = -0.8
    found = trips(design, pool, shifts)
    assert np.isneginf(found[0])
    assert np.isposinf(found[1])
    assert np.isfinite(found[2])


def test_measurement_is_registered_and_reproducible(make_design, pool):
    design = at(make_design, "6t", 0.7, "column.load_width=4e-6", "monte_carlo.samples=40")
    found = measurement_of("write_trip").run(context_of(design, pool))
    with SimulatorPool(2) as two:
        again = measurement_of("write_trip").run(context_of(design, two))
    assert found.summary.equals(again.summary)
    assert found.samples.equals(again.samples)
    rows = found.summary.set_index("quantity")
    assert rows.loc["write_trip", "nominal"] == pytest.approx(0.147, abs=1e-3)
    # sigma of 40 samples is known to 11 %; 29 to 31 mV by 300 samples.
    assert rows.loc["write_trip", "sigma"] == pytest.approx(0.030, rel=0.33)
    assert rows.loc["write_trip_distance", "nominal"] == pytest.approx(0.007, abs=1e-3)
    assert found.notes[0].startswith("unsafe")


def test_default_design_trips_below_ground(make_design, pool):
    """No bit line at or above 0 V can flip the nominal cell at V_WL = 0.5 V."""
    design = make_design("8t_xnor", "monte_carlo.samples=20")
    found = measurement_of("write_trip").run(context_of(design, pool))
    rows = found.summary.set_index("quantity")
    assert rows.loc["write_trip", "nominal"] == pytest.approx(-0.024, abs=1e-3)
    assert rows.loc["write_trip", "failed"] == 0
    assert not found.notes
