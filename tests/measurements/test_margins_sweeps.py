"""Write margins by sweeps, data retention voltage: what they foretell happens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators import cell_of
from sram_spice.generators.cell_bench import CellBias, WholeCell
from sram_spice.measurements.butterfly import lobes
from sram_spice.measurements.cell_conditions import hold_bias, write_bias
from sram_spice.measurements.cell_sweeps import CellSetup, simulate
from sram_spice.measurements.state_loss import Ramp, StateLoss, fold, held_points, state_losses
from sram_spice.simulation import DcSweep, OperatingPoint, SimulatorPool, Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import draw_threshold_shifts, pelgrom_sigma, technology_cards
from tests.conftest import MakeDesign
from tests.measurements.cell_tools import (
    butterfly,
    measured,
    nominal,
    one_run,
    survives_access,
)


def holds_at(pool: SimulatorPool, design: Design, bias: CellBias, stored: int = 1) -> bool:
    """Tell whether the state is an equilibrium."""
    bench = WholeCell(cell_of(design), bias, stored)
    return one_run(pool, design, bench, OperatingPoint(), ("q", "qb")).status is Status.OK


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
@pytest.mark.parametrize("v_wl", [0.6, 0.7, 1.0])
def test_bit_line_write_margin_is_where_a_transient_writes(
    make_design: MakeDesign, pool: SimulatorPool, topology: str, v_wl: float
) -> None:
    design = make_design(topology, f"cell_test.write_word_line_voltage={v_wl}")
    found = nominal(design, "bit_line_write_margin", pool)
    assert found["bit_line_write_margin_of_0"] == pytest.approx(
        found["bit_line_write_margin_of_1"], abs=0.1e-3
    )
    # 1 mV on either side: at the fold itself the cell takes for ever.
    v_bl = found["bit_line_write_margin"]
    bias = write_bias(design)
    assert not survives_access(pool, design, replace(bias, v_bl=v_bl - 1e-3), 1)
    assert survives_access(pool, design, replace(bias, v_bl=v_bl + 1e-3), 1)


def test_bit_line_write_margin_is_the_one_of_a_fine_sweep(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """A plain sweep in steps of 0.05 mV flips within a step of it."""
    design = make_design("6t")
    v_bl = nominal(design, "bit_line_write_margin", pool)["bit_line_write_margin"]
    bias = replace(write_bias(design), v_bl=v_bl + 5e-3)
    bench = WholeCell(cell_of(design), bias, 1)
    sweep = DcSweep("vbl", v_bl + 5e-3, v_bl - 5e-3, 0.05e-3)
    values = one_run(pool, design, bench, sweep, ("q", "qb")).values
    assert values is not None
    x, q, qb = values
    flips = x[np.argmax(q < qb)]
    assert v_bl == pytest.approx(flips, abs=0.15e-3)


def test_write_trip_is_that_of_the_reference(make_design: MakeDesign, pool: SimulatorPool) -> None:
    """bit_line.md: 0.055, 0.14, 0.23, 0.41 V at V_WL = 0.6, 0.7, 0.8, 1.0 V.

    "About", it says; the test above has the voltage to 1 mV by transients.
    """
    for v_wl, trip in ((0.6, 0.055), (0.7, 0.14), (0.8, 0.23), (1.0, 0.41)):
        design = make_design("6t", f"cell_test.write_word_line_voltage={v_wl}")
        found = nominal(design, "bit_line_write_margin", pool)["bit_line_write_margin"]
        assert found == pytest.approx(trip, abs=0.01)


def test_cell_that_cannot_be_written_has_no_value_and_says_so(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    overrides = ("cell_test.write_word_line_voltage=0.4", "monte_carlo.samples=6")
    result = measured(make_design("6t", *overrides), "bit_line_write_margin", pool)
    assert result.summary["nominal"].isna().all()
    assert (result.summary["failed"] == 6).all()
    assert len(result.samples) == 6
    assert (result.samples["status"] != "ok").all()
    assert (
        result.notes[0]
        == "bit_line_write_margin: no nominal value, the cell still holds at the end (0 V)"
    )
    assert result.notes[1] == (
        "bit_line_write_margin: of 0 of 6 samples; 6: the cell still holds at the end (0 V)"
    )


def test_word_line_write_margin_is_where_a_transient_writes(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    design = make_design("6t")
    margin = nominal(design, "word_line_write_margin", pool)["word_line_write_margin"]
    bias = write_bias(design)
    v_wl = design.conditions.vdd - margin
    assert 0 < margin < 1
    assert not survives_access(pool, design, replace(bias, v_wl=v_wl + 1e-3), 1)
    assert survives_access(pool, design, replace(bias, v_wl=v_wl - 1e-3), 1)


def test_word_line_margin_follows_into_the_negative(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """A pull-up of 1 um against an access of 120 nm: VDD on the word line does not write it."""
    design = make_design("6t", "cell.width_pull_up=1e-6")
    margin = nominal(design, "word_line_write_margin", pool)["word_line_write_margin"]
    assert -0.5 < margin < 0
    assert survives_access(pool, design, write_bias(design), 1)


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_data_retention_voltage_is_where_hold_snm_is_zero(
    make_design: MakeDesign, pool: SimulatorPool, topology: str
) -> None:
    """Mismatched samples: the butterfly 1 mV above has both lobes, 1 mV below it has one."""
    design = make_design(topology, "monte_carlo.samples=4")
    samples = measured(design, "data_retention_voltage", pool).samples
    shifts = drawn(design, 4)
    for row, vdd in enumerate(samples["data_retention_voltage_v"]):
        for offset, bistable in ((1e-3, True), (-1e-3, False)):
            supply = vdd + offset
            bias = CellBias(supply, 0.0, supply, supply)
            vin, q, qb = butterfly(pool, design, bias, shifts[row])
            assert (lobes(vin, q[None], qb[None]).smaller[0] > 0) == bistable


def test_cell_keeps_data_above_the_retention_voltage_only(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    design = make_design("6t")
    vdd = nominal(design, "data_retention_voltage", pool)["data_retention_voltage"]
    assert 0.05 < vdd < 0.15  # a few kT/q, as a nominal latch needs
    for part, kept in ((1.1, True), (0.9, False)):
        supply = part * vdd
        bias = replace(hold_bias(design), vdd=supply, v_bl=supply, v_blb=supply)
        assert (holds_at(pool, design, bias, 1) and holds_at(pool, design, bias, -1)) == kept


def drawn(design: Design, count: int) -> np.ndarray:
    """Threshold shifts of the first samples, V, as anyone may draw them."""
    transistors = cell_of(design).transistors()
    sigma = pelgrom_sigma(
        design.mismatch.a_vt, [t.width for t in transistors], [t.length for t in transistors]
    )
    return np.array(
        [draw_threshold_shifts(sigma, design.monte_carlo.seed, i) for i in range(count)]
    )


def test_fold_of_a_parabola_is_exact() -> None:
    """V = 0.3 + 2 (m - 0.1)^2, swept down; m is known at each point, the fold is 0.3."""
    x = np.linspace(0.5, 0.25, 26)
    margin = np.where(x > 0.3, 0.1 + np.sqrt(np.maximum(x - 0.3, 0) / 2), -0.4)
    shifted = np.where(x > 0.395, 0.1 + np.sqrt(np.maximum(x - 0.393, 0) / 2), -0.4)
    found = fold(x, np.array([margin, shifted]))
    np.testing.assert_allclose(found, [0.3, 0.393], atol=1e-9)


def test_fold_says_when_there_is_none() -> None:
    x = np.linspace(0.0, 1.0, 5)
    margin = np.array([[1.0] * 5, [-1.0] * 5, [np.nan] * 5, [1, -1, -1, -1, -1]])
    assert held_points(margin).tolist() == [5, 0, 0, 1]
    found = fold(x, margin)
    assert np.isnan(found[:3]).all()
    assert found[3] == 0.125


def test_jump_to_a_middle_equilibrium_ends_the_state() -> None:
    """Sample 181 of the 8T and 6T reference designs has one; the branch ends at 0.4128 V."""
    margin = np.array([[0.46, 0.45, 0.44, 0.43, 0.41, 0.146, 0.139, -0.8]])
    assert held_points(margin).tolist() == [5]


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_cell_with_a_middle_equilibrium(
    make_design: MakeDesign, pool: SimulatorPool, topology: str
) -> None:
    design = make_design(topology)
    shifts = drawn(design, 182)[181]
    bias = replace(write_bias(design), v_bl=1.0, v_blb=1.0)
    ramp = Ramp(WholeCell(cell_of(design), bias, -1, swept="blb"), 1.0, 0.0)
    setup = CellSetup(
        Context(design, technology_cards(design), pool, Silent()), cell_of(design), shifts[None]
    )
    steps = state_losses([ramp])
    runs = next(steps)
    found: list[StateLoss] = []
    try:
        while True:
            curves = simulate(setup, runs)
            runs = steps.send(tuple(curves[run] for run in runs))
    except StopIteration as end:
        found = end.value
    # Sweeps of 0.1 mV show the branch end between 0.4124 and 0.4128 V; ours steps by 0.5 mV.
    assert found[0].at[0] == pytest.approx(0.4127, abs=0.5e-3)
