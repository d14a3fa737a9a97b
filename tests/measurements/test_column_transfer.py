"""Transfer curves of cell and column on the real simulator."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.column.context import Context
from sram_spice.measurements.column_transfer import ColumnTransfer, curves
from sram_spice.measurements.inverter_vtc import switching_threshold
from sram_spice.measurements.measurement import measurement_of
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards


def run(measurement, design, pool):
    return measurement.run(Context(design, technology_cards(design), pool, Silent()))


@pytest.mark.slow
def test_column_curves(make_design, pool):
    result = run(ColumnTransfer(), make_design("8t_xnor"), pool)
    table = result.curves
    assert set(table["curve"]) == {c.label for c in curves(make_design("8t_xnor"))}
    same = table[(table["curve"] == "N = 64") | (table["curve"] == "V_WL = 0.5 V")]
    both = same.pivot_table(index="n_plus", columns="curve", values="v_bl_v").dropna()
    np.testing.assert_array_equal(both["N = 64"], both["V_WL = 0.5 V"])
    # With the load scaled, a longer column is the same column in parallel.
    ends = table[(table["family"] == "rows") & (table["n_plus"] == 0)]["v_bl_v"]
    assert np.ptp(ends) < 0.02
    assert any("V_WL = 0.8 V: data is lost" in note for note in result.notes)
    assert not any("V_WL = 0.5 V" in note for note in result.notes)


def test_switching_threshold_of_a_straight_line():
    vin = np.linspace(0, 1, 11)
    # 0.9 - 2 v = v at v = 0.3; a curve that never crosses has none.
    found = switching_threshold(vin, np.array([0.9 - 2 * vin, 3 - vin, -1 - vin]))
    np.testing.assert_allclose(found, [0.3, np.nan, np.nan], atol=1e-12)


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_inverter_inverts(make_design, pool, topology):
    result = run(measurement_of("inverter_vtc"), make_design(topology, "mismatch.a_vt=0.0"), pool)
    curve = result.curves
    assert curve["y_v"].iloc[0] == pytest.approx(1.0, abs=1e-3)
    assert curve["y_v"].iloc[-1] == pytest.approx(0.0, abs=1e-3)
    assert (np.diff(curve["y_v"]) < 0).all()
    values = result.summary.set_index("quantity")["nominal"]
    # Pull-down wider and faster than pull-up: below VDD / 2.
    assert 0.3 < values["switching_threshold"] < 0.5
    assert values["largest_gain"] > 5


def test_column_settles_where_the_cell_currents_say(make_design, pool):
    """Divider: k I_up(V) = (N - k) I_dn(V), from the cell's curves alone, against the column."""
    from sram_spice.column.levels import nominal_job

    design = make_design("8t_xnor", "mismatch.a_vt=0.0", "column.readout=divider")
    table = run(measurement_of("cell_current"), design, pool).curves
    parts = {name: c.sort_values("x_v") for name, c in table.groupby("curve")}
    down, up = parts["pull-down, product -1"], parts["pull-up, product +1"]
    k = 32
    voltage = np.linspace(0.02, 0.3, 2000)
    balance = k * np.interp(voltage, up["x_v"], up["y_a"]) - (64 - k) * np.interp(
        voltage, down["x_v"], down["y_a"]
    )
    crossing = voltage[np.argmax(balance < 0)]
    job = nominal_job(design, technology_cards(design), k, 64 - k)
    (result,) = list(pool.run([job]))
    # The curves have BLB at VDD, the column has it low, too: that moves BL by millivolts.
    assert result.values[0] == pytest.approx(crossing, abs=5e-3)
