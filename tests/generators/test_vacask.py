"""The netlist for VACASK is made of all elements of a circuit, or of none."""

from __future__ import annotations

import numpy as np
import pytest
from PySpice.Spice.Netlist import Circuit

from sram_spice.generators import column_of
from sram_spice.generators.vacask import NodeVoltage, vacask_netlist
from sram_spice.simulation import OperatingPoint, Transient
from sram_spice.technology import technology_cards


def netlist(design, circuit, analysis=None, start=()):
    return vacask_netlist(circuit, technology_cards(design), analysis or OperatingPoint(), start)


def test_every_element_of_a_column_is_there(make_design):
    design = make_design("8t_xnor", "column.rows=4")
    lines = netlist(design, column_of(design, 3, 1).circuit("x")).splitlines()
    assert sum(line.startswith("xcell") for line in lines) == 4
    within = lines[lines.index("subckt cell_8t_xnor (bl blb wl wlb vdd vss)") :]
    within = within[: within.index("ends")]
    assert sum(line.startswith("m") for line in within) == 8
    assert [line.split()[0] for line in lines if "vsource " in line and "model" not in line] == [
        *("vdd", "vwl", "vpre")
    ]
    assert "cwire_bl (bl 0) capacitor c=8e-16" in lines
    (load,) = [line for line in lines if line.startswith("mload_bl ")]
    assert load.startswith("mload_bl (bl pre vdd vdd) pmos w=2e-06 l=6.5e-08 ")
    assert load.endswith(" delvto=0.0")


def test_cards_corner_and_temperature_are_those_of_the_design(make_design):
    design = make_design("6t", "technology.corner=ss", "conditions.temperature=-40.0")
    text = netlist(design, column_of(design, 1, 1).circuit("x"))
    cards = technology_cards(design)
    assert "temp=-40.0" in text
    for card, kind in ((cards.nmos, 1), (cards.pmos, -1)):
        _, _, after = text.partition(f"model {card.polarity} sp_bsim4v8 (\n  type={kind}\n")
        lines = after.partition("\n)")[0].split()
        assert [line.partition("=")[0] for line in lines] == [
            name for name, _ in card.parameters if name not in ("level", "version")
        ]
        assert f"vth0={card['vth0']!r}" in lines


def test_mismatch_and_guess_in_full_precision(make_design):
    design = make_design("8t_xnor", "column.rows=2")
    column = column_of(design, 1, 1)
    shifts = [i / 7 for i in range(len(column.devices))]
    text = netlist(
        design, column.circuit("x", False, np.array(shifts)), start=[NodeVoltage("xcell0.q", 1 / 3)]
    )
    for shift in shifts:
        assert f"={shift!r}" in text
    assert 'nodeset={"xcell0:q", 0.3333333333333333}' in text


def test_a_transient_has_its_waveforms(make_design):
    design = make_design("6t", "column.readout=discharge")
    circuit = column_of(design, 1, 1).circuit("x", transient=True)
    text = netlist(design, circuit, Transient(2e-9, 1e-12))
    assert 'vwl (wl 0) vsource type="pwl" wave=[0.0, 0.0, ' in text
    assert "analysis witness tran stop=2e-09 step=1e-12 maxstep=1e-12" in text


def add_inductor(circuit):
    circuit.L("a", "x", circuit.gnd, 1e-9)


def add_current(circuit):
    circuit.I("a", "x", circuit.gnd, 1e-9)


def add_sine(circuit):
    circuit.V("a", "x", circuit.gnd, "SIN(0 1 1k)")


def add_mosfet(circuit):
    circuit.MOSFET("a", "d", "g", "s", "b", model="nmos", raw_spice="nf=2")


def add_many(circuit):
    circuit.X("a", "cell_6t", "bl", "blb", "wl", "vdd", "0", m=3)


@pytest.mark.parametrize("add", [add_inductor, add_current, add_sine, add_mosfet, add_many])
def test_nothing_is_left_out_silently(add, make_design):
    circuit = Circuit("x")
    add(circuit)
    with pytest.raises(ValueError, match="not known to the netlist of VACASK"):
        netlist(make_design("6t"), circuit)
