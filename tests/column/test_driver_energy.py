"""What drivers pay: C V^2 by hand, and a driver of switches whose supply current is measured."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import trapezoid

from sram_spice.column.access import access_job, access_result, access_signals
from sram_spice.column.driver_energy import drawn_charge, driver_energy
from sram_spice.generators import column_of
from sram_spice.simulation import Job, Status, Transient
from sram_spice.technology import technology_cards

CAPACITANCE, VOLTAGE = 10e-15, 0.5
# Two pulses on a capacitor, by hand.
CAPACITOR = f"""a capacitor in place of the gates
Vwl wl 0 PWL(0 0 100p 0 130p {VOLTAGE} 400p {VOLTAGE} 430p 0
+ 600p 0 630p {VOLTAGE} 800p {VOLTAGE} 830p 0)
Cg wl 0 {CAPACITANCE}
.end
"""


def test_a_capacitor_takes_c_v_squared_per_pulse(pool):
    job = Job(CAPACITOR, Transient(1e-9, 2e-12), ("wl", "vwl#branch"))
    (found,) = list(pool.run([job]))
    time, level, branch = found.values
    # The first step of an edge is a trapezoid from no current: below 1 % at 15 steps per edge.
    assert drawn_charge(time, -branch, level) == pytest.approx(
        2 * CAPACITANCE * VOLTAGE, rel=0.01, abs=0
    )
    assert driver_energy(time, -branch, level) == pytest.approx(
        2 * CAPACITANCE * VOLTAGE**2, rel=0.01, abs=0
    )
    # What was integrated before: an ideal source has got all of it back.
    assert abs(trapezoid(-branch * level, time)) < 0.02 * CAPACITANCE * VOLTAGE**2


def test_current_out_of_a_driver_at_ground_costs_nothing():
    time = np.linspace(0.0, 1.0, 101)
    level = np.where(time < 0.5, 0.0, 0.7)
    assert driver_energy(time, np.ones_like(time), level) == pytest.approx(0.7 * 0.5, rel=0.02)
    assert driver_energy(time, np.ones_like(time), 0.0 * time) == 0.0


def switched(deck, design, timing):
    """Put a driver of two ideal switches, one never on with the other, in place of the source."""
    v_wl, edge = design.column.word_line_voltage, timing.edge
    on = f"{timing.rise} 0 {timing.rise + 1e-12} 1 {timing.fall - 1e-12} 1 {timing.fall} 0"
    down = f"{timing.rise - 1e-12} 1 {timing.rise} 0 {timing.fall} 0 {timing.fall + 1e-12} 1"
    # R C of about edge / 3: the word line rises about as fast as the source's does.
    driver = f"""Vgen gen 0 DC {v_wl}
Vup up 0 PWL(0 0 {on})
Vdown down 0 PWL(0 1 {down})
Sup gen wl up 0 driver
Sdown wl 0 down 0 driver
.model driver sw(vt=0.5 ron={edge / 3 / 15e-15} roff=1e12)
"""
    return re.sub(r"^Vwl wl 0 .*\n", driver, deck, flags=re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("readout", ["load", "discharge"])
def test_the_word_line_takes_what_the_supply_of_a_driver_gives(make_design, pool, readout):
    design = make_design("8t_xnor", f"column.readout={readout}", "column.discharge_time=2e-10")
    cards = technology_cards(design)
    ours = access_job(design, cards, 32, 32)
    timing = column_of(design, 32, 32, merged=True).timing
    deck = switched(ours.deck, design, timing)
    assert "Sup gen wl" in deck
    theirs = replace(ours, deck=deck, outputs=("wl", "bl", "vgen#branch"))
    one, other = sorted(pool.run([ours, theirs]), key=lambda r: r.job)
    found = access_result(design, 32, 32, one)
    time, level, _, branch = other.values
    assert found.status is other.status is Status.OK
    assert level.max() == pytest.approx(design.column.word_line_voltage, rel=5e-3)
    charge = trapezoid(-branch, time)
    # Its edges are exponentials, not ramps, so that bit lines couple differently: within 5 %.
    assert found.energy_word_line == pytest.approx(
        charge * design.column.word_line_voltage, rel=0.05, abs=0
    )
    assert found.energy_word_line_from_vdd == pytest.approx(
        charge * design.conditions.vdd, rel=0.05, abs=0
    )


def test_the_pre_charger_takes_its_charge_from_vdd(make_design, pool):
    """Gate charge of the pre-charger by a static count: it ends where it began, so Q+ is Q-."""
    design = make_design("8t_xnor", "column.readout=discharge", "column.discharge_time=2e-10")
    column = column_of(design, 32, 32, merged=True)
    (result,) = list(pool.run([access_job(design, technology_cards(design), 32, 32)]))
    found = access_result(design, 32, 32, result)
    waves = dict(zip(("time", *access_signals(column)), result.values, strict=True))
    returned = np.minimum(-waves["vpre#branch"], 0.0)
    charge = -trapezoid(returned, waves["time"])
    gate = found.energy_drivers - found.energy_word_line
    # Bit lines are lower when it comes on again than when it went off: overlap, a tenth of it.
    assert gate == pytest.approx(charge * design.conditions.vdd, rel=0.15, abs=0)
    assert gate > 3e-15  # 2 x 2 um x 65 nm of gate and overlap, about 3 fF each, at 1 V
