"""N-curve, read current, leakage."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.generators import cell_of
from sram_spice.generators.cell_bench import WholeCell, bench_transistors
from sram_spice.measurements.cell_conditions import read_bias
from sram_spice.measurements.n_curve_points import n_curve_points
from sram_spice.simulation import Job, OperatingPoint, SimulatorPool
from sram_spice.technology import technology_cards
from tests.conftest import MakeDesign
from tests.measurements.cell_tools import measured, nominal, one_run


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
@pytest.mark.parametrize("v_wl", [0.5, 1.0])
def test_zeros_of_the_n_curve_are_the_operating_points(
    make_design: MakeDesign, pool: SimulatorPool, topology: str, v_wl: float
) -> None:
    """A and C are where the free cell stands, B is where it stands when started in the middle."""
    design = make_design(topology, f"column.word_line_voltage={v_wl}", "mismatch.a_vt=0.0")
    result = measured(design, "n_curve", pool)
    found = dict(zip(result.summary["quantity"], result.summary["nominal"], strict=True))
    assert found["svnm"] > 0 > found["wti"]
    assert found["sinm"] > 0
    assert found["wtv"] > 0
    states = []
    for stored in (-1, 1):
        bench = WholeCell(cell_of(design), read_bias(design), stored)
        values = one_run(pool, design, bench, OperatingPoint(), ("q",)).values
        assert values is not None
        states.append(values[0])
    # 20 uV: the zeros are interpolated between points 0.5 mV apart, after a spline.
    assert found["svnm"] + found["wtv"] == pytest.approx(states[1] - states[0], abs=20e-6)
    bench = WholeCell(cell_of(design), read_bias(design), 1)
    deck = bench.deck(technology_cards(design))
    start = deck.index(".nodeset")
    metastable = deck[:start] + ".end\n"  # no state set: ngspice finds the point between
    (point,) = pool.run([Job(metastable, OperatingPoint(), ("q", "qb"))])
    assert point.values is not None
    assert point.values[0] == pytest.approx(point.values[1], abs=1e-5)
    assert found["svnm"] == pytest.approx(point.values[0] - states[0], abs=20e-6)


def test_n_curve_of_a_known_cubic() -> None:
    """I = (V - 0.1)(V - 0.4)(V - 0.9): zeros and extremes are known."""
    v = np.linspace(0.0, 1.0, 101)
    current = (v - 0.1) * (v - 0.4) * (v - 0.9)
    points = n_curve_points(v, np.array([current, v - 0.5, current * np.nan]))
    extremes = np.roots(np.polyder(np.poly([0.1, 0.4, 0.9])))
    low, high = sorted(np.polyval(np.poly([0.1, 0.4, 0.9]), extremes))
    assert points.svnm[0] == pytest.approx(0.3, abs=1e-7)
    assert points.wtv[0] == pytest.approx(0.5, abs=1e-7)
    assert points.sinm[0] == pytest.approx(high, abs=1e-9)
    assert points.wti[0] == pytest.approx(low, abs=1e-9)
    for values in (points.svnm, points.sinm, points.wtv, points.wti):
        assert values[1] == 0
        assert np.isnan(values[2])


def test_sinm_falls_and_wti_falls_with_word_line(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """A stronger access transistor eats the stability of the low node and the hold of the high."""
    found = [
        nominal(make_design("6t", f"column.word_line_voltage={v}"), "n_curve", pool)
        for v in (0.4, 0.7, 1.0)
    ]
    assert (np.diff([f["svnm"] for f in found]) < 0).all()
    assert (np.diff([f["sinm"] for f in found]) < 0).all()


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_read_current_flows_through_the_access_transistor(
    make_design: MakeDesign, pool: SimulatorPool, topology: str
) -> None:
    """The transistor alone, between the voltages that the cell has, carries the same current."""
    design = make_design(topology)
    current = nominal(design, "read_current", pool)["read_current"]
    bias = read_bias(design)
    bench = WholeCell(cell_of(design), bias, -1)
    values = one_run(pool, design, bench, OperatingPoint(), ("q",)).values
    assert values is not None
    access = next(t for t in bench_transistors(bench.cell) if (t.drain, t.gate) == ("bl", "wl"))
    cards = technology_cards(design).render()
    deck = (
        f"access\n{cards}\n.options reltol=1e-6 abstol=1e-14 gmin=1e-15\n"
        f"vbl bl 0 {bias.v_bl!r}\nvwl wl 0 {bias.v_wl!r}\nvq q 0 {float(values[0])!r}\n"
        f"mone bl wl q 0 nmos w={access.width!r} l={access.length!r}\n.end\n"
    )
    (alone,) = pool.run([Job(deck, OperatingPoint(), ("vbl#branch",))])
    assert alone.values is not None
    # 1e-3: junctions, and the off transistors of the bit line (8T), leak some 10 nA of 22 uA.
    assert current == pytest.approx(-alone.values[0], rel=1e-3)
    assert 5e-6 < current < 100e-6


def test_leakage_falls_with_temperature_and_supply(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    hot = [
        nominal(make_design("6t", f"conditions.temperature={t}"), "leakage", pool)["leakage"]
        for t in (125.0, 75.0, 27.0, -20.0)
    ]
    assert (np.diff(hot) < 0).all()
    assert hot[0] > 3 * hot[2]  # not more: gate leakage, a third of it, has no temperature
    low = nominal(make_design("6t", "conditions.vdd=0.6"), "leakage", pool)["leakage"]
    assert 0 < low < hot[2]


def test_leakage_of_8t_is_more_than_of_6t(make_design: MakeDesign, pool: SimulatorPool) -> None:
    six, eight = (nominal(make_design(t), "leakage", pool)["leakage"] for t in ("6t", "8t_xnor"))
    assert six < eight < 2 * six
