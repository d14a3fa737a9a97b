"""One access: energy against charge and power by hand, settling against an exponential."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import trapezoid

from sram_spice.column.access import (
    access_job,
    access_levels,
    access_result,
    access_table,
    design_timing,
    settling_time,
    waveform_table,
)
from sram_spice.column.levels import nominal_job
from sram_spice.generators.waveform import AccessTiming
from sram_spice.simulation import PointResult, Status
from sram_spice.technology import technology_cards

TIMING = AccessTiming(0.0, 1e-10, 3e-9, 3.1e-9, 4e-9, 1e-12)


def access(pool, design, n_plus, n_minus):
    (result,) = list(pool.run([access_job(design, technology_cards(design), n_plus, n_minus)]))
    return access_result(design, n_plus, n_minus, result)


@pytest.mark.parametrize("tau", [50e-12, 200e-12])
def test_settling_of_an_exponential(tau):
    time = np.linspace(0, 4e-9, 8001)
    start = TIMING.rise_middle
    wave = np.where(time < start, 1.0, 0.4 + 0.6 * np.exp(-(time - start) / tau))
    # From 0.6 V to 0.01 V: tau ln 60; half a sample of the grid.
    expected = tau * np.log(60)
    assert settling_time(time, wave, TIMING, 0.01) == pytest.approx(expected, abs=0.5e-12)


def test_a_ramp_never_settles():
    time = np.linspace(0, 4e-9, 4001)
    assert np.isnan(settling_time(time, 1 - 0.2e9 * time, TIMING, 0.01))


def test_a_flat_line_is_settled():
    time = np.linspace(0, 4e-9, 4001)
    assert settling_time(time, np.ones_like(time), TIMING, 0.01) == 0.0


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_load_settles_to_the_operating_point(make_design, pool, topology):
    design = make_design(topology)
    found = access(pool, design, 16, 48)
    assert found.status is Status.OK
    assert found.recovered
    timing = design_timing(design)
    time, bl, blb = found.waveforms[:3]
    (dc,) = list(pool.run([nominal_job(design, technology_cards(design), 16, 48)]))
    at_fall = [np.interp(timing.fall, time, wave) for wave in (bl, blb)]
    np.testing.assert_allclose(at_fall, dc.values[:2], atol=0.2e-3)
    assert 0 < found.settling_time_bl < timing.fall - timing.rise


def test_energy_of_load_is_supply_power_times_pulse(make_design, pool):
    """A second pulse length: the difference is the DC current times VDD times the added time."""
    energies, added = [], 1e-9
    for pulse in (1.5e-9, 1.5e-9 + added):
        design = make_design("8t_xnor", f"access.word_line_pulse={pulse}")
        energies.append(access(pool, design, 32, 32))
    time, *signals = energies[1].waveforms
    current = -np.interp(2.5e-9, time, signals[energies[1].signals.index("vdd#branch")])
    assert energies[1].energy_supply - energies[0].energy_supply == pytest.approx(
        current * added, rel=1e-3, abs=0
    )
    # bit_line.md: at most 1.07 mA.
    assert current == pytest.approx(1.07e-3, rel=0.01)


def test_mirror_symmetry_of_an_access(make_design, pool):
    design = make_design("8t_xnor", "column.rows=16")
    one, other = access(pool, design, 4, 12), access(pool, design, 12, 4)
    assert one.energy_supply == pytest.approx(other.energy_supply, rel=1e-4, abs=0)
    assert one.settling_time_bl == pytest.approx(other.settling_time_blb, rel=1e-2)


def test_pre_charge_energy_of_discharge_is_charge_times_vdd(make_design, pool):
    """What BL and BLB lost comes back from VDD: within the capacitance's dependence on voltage."""
    design = make_design("8t_xnor", "column.readout=discharge", "column.discharge_time=3e-11")
    found = access(pool, design, 32, 32)
    assert found.status is Status.OK
    assert found.recovered
    time, *signals = found.waveforms
    timing = design_timing(design)
    i_vdd = -signals[found.signals.index("vdd#branch")]
    late = time >= timing.pre_charge
    charge = trapezoid(i_vdd[late], time[late])
    lost = sum(1.0 - np.interp(timing.pre_charge, time, signals[i]) for i in (0, 1))
    capacitance = charge / lost
    wire = 64 * design.column.wire_capacitance_per_cell
    # Wire 12.8 fF, the rest junctions and overlaps of 128 access transistors and the load.
    assert wire * 1.5 < capacitance < wire * 6


def test_levels_and_tables(make_design):
    assert access_levels(make_design("8t_xnor")) == [(0, 64), (16, 48), (32, 32), (48, 16), (64, 0)]
    assert access_levels(make_design("6t"))[-1] == (0, 0)
    assert access_levels(make_design("8t_xnor", "column.rows=1")) == [(0, 1), (1, 0)]
    design = make_design("8t_xnor")
    lost = access_result(design, 1, 63, PointResult(0, 0, Status.TIMEOUT, None, "no answer"))
    table = access_table([lost])
    assert table.loc[0, "status"] == "timeout"
    assert np.isnan(table.loc[0, "energy_j"])
    assert waveform_table([lost]).empty
