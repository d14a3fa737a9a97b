"""Numbers on the page, checked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sram_spice.generators.threshold_spread import threshold_spread
from sram_spice.report.code_table import code_table
from sram_spice.report.display import (
    femtojoules,
    millivolts,
    nanoseconds,
    percent,
    picojoules,
    plain,
    signed,
)
from sram_spice.report.key_numbers import key_numbers
from sram_spice.report.report_tables import access_table, design_table, process_rows
from sram_spice.report.run import Run
from sram_spice.report.sensed import spread_choice
from tests.report.synthetic import SIGMA, ideal_summary, make_run, with_averages, with_tables

MINUS = "\N{MINUS SIGN}"


def numbers(run: Run) -> dict[str, tuple[str, str]]:
    return {n.name: (n.value, n.note) for n in key_numbers(run)}


def test_display() -> None:
    assert millivolts(0.5743909) == "574.4 mV"
    assert millivolts(-0.01) == f"{MINUS}10.0 mV"
    assert nanoseconds(1.66448614e-10) == "0.166 ns"
    assert picojoules(1.59580773e-12) == "1.596 pJ"
    assert femtojoules(6.51e-16) == "0.65 fJ"
    assert [percent(p) for p in (0.0, 0.385686, 1.0, 2e-7)] == [
        "0 %",
        "38.6 %",
        "100.0 %",
        "2.0e-05 %",
    ]
    assert [signed(s) for s in (-15, 0, 3, 2.5)] == [f"{MINUS}15", "0", "+3", "+2.5"]
    assert [plain(n) for n in (10.9124, 11.0, 100.0)] == ["10.9", "11.0", "100"]
    for show in (millivolts, nanoseconds, picojoules, percent, plain):
        assert show(float("nan")) == "\N{EN DASH}"


def test_spread_of_a_threshold_voltage_is_in_every_report(run_8t: Run) -> None:
    value, note = numbers(run_8t)["Spread of a threshold voltage (sigma)"]
    # 3 mV um over sqrt(0.12 um x 0.065 um); a pair's difference has sqrt(2) of it.
    assert value == "34.0 mV"
    assert "A_VT 3 mV um of each transistor, 4.24 mV um of a pair's difference" in note
    record = {
        **dict.fromkeys(("name", "source", "corner"), "x"),
        "assumptions": [],
        "mismatch": threshold_spread(run_8t.design),
    }
    rows = dict(process_rows(record))
    assert rows["sigma(VT) of an access transistor"].startswith("34.0 mV; A_VT 3 mV um of each")
    del record["mismatch"]  # of a run of before
    assert len(process_rows(record)) == 3


def test_key_numbers_of_8t(run_8t: Run) -> None:
    found = numbers(with_averages(run_8t, ideal_summary(0.25)))
    value, note = found["Swing of V_BL"]
    assert value == "700.0 mV"  # 0.3 V at n_minus = 8, 1 V at n_minus = 0
    assert f"from 300.0 mV (sum {MINUS}8) to 1000.0 mV (sum +8)" in note
    assert found["Step to the next sum (LSB)"][0] == "87.50 mV"  # 0.7 V / 8
    middle = run_8t.levels.set_index("sum").loc[0, "v_bl_std_v"]
    assert found["Spread (sigma)"][0] == f"{1e3 * middle:.1f} mV ({middle / 0.0875:.2f} LSB)"
    assert middle == pytest.approx(SIGMA, rel=0.6)
    assert found["Largest energy of one access"][0] == "1.500 pJ"
    assert "sum +8" in found["Largest energy of one access"][1]
    assert found["Slowest settling"][0] == "0.200 ns"
    assert found["Wrong codes"][0] == "25.0 %"
    assert found["Mean square error of the sum"][0] == "3.00"
    assert "1.50 with error-free sensing" in found["Mean square error of the sum"][1]


def test_key_numbers_of_6t_tell_both_kinds_of_references(run_6t: Run) -> None:
    found = numbers(with_averages(run_6t, ideal_summary(0.1), ideal_summary(0.6)))
    assert found["Wrong codes, input-aware"][0] == "10.0 %"
    assert found["Wrong codes, global"][0] == "60.0 %"


def test_differential_swing_and_spread() -> None:
    run = make_run(mlsa={"sensing": "differential"})
    found = numbers(run)
    assert found["Swing of V_BL - V_BLB"][0] == "1400.0 mV"
    assert found["Step to the next sum (LSB)"][0] == "175.00 mV"
    levels = run.sensed_levels.set_index("sum")
    samples = run.samples
    middle = samples[(samples["n_plus"] == 4) & (samples["n_minus"] == 4)]
    difference = middle["v_bl_v"] - middle["v_blb_v"]
    assert levels.loc[0, "std"] == pytest.approx(difference.std())
    assert levels.loc[0, "mean"] == pytest.approx(difference.mean())


def test_a_bit_line_that_still_moves_is_not_settled(run_8t: Run) -> None:
    access = run_8t.access.copy()
    access.loc[0, "settling_time_blb_s"] = np.nan
    run = with_tables(run_8t, access=access)
    value, note = numbers(run)["Slowest settling"]
    assert value == "not settled"
    assert "1 of 2 accesses" in note


def test_discharge_is_sampled_while_it_moves() -> None:
    run = make_run(column={"readout": "discharge", "discharge_time": 0.4e-9})
    value, note = numbers(run)["Slowest settling"]
    assert value == "by design none"
    assert "0.400 ns" in note


def test_failed_accesses_are_not_the_largest_energy(run_8t: Run) -> None:
    access = run_8t.access.copy()
    access.loc[1, "status"] = "nonconverged"
    access.loc[1, ["energy_supply_j", "settling_time_bl_s"]] = np.nan
    found = numbers(with_tables(run_8t, access=access))
    assert found["Largest energy of one access"][0] == "1.100 pJ"
    assert found["Slowest settling"][0] == "0.200 ns"
    rows = access_table(access).rows
    assert [row[-2] for row in rows] == ["yes", "\N{EN DASH}"]


def test_code_table_weighs_levels_of_a_sum_alike() -> None:
    codes = pd.DataFrame(
        {
            "n_plus": [1, 2, 2, 0],
            "n_minus": [0, 1, 1, 1],
            "sum": [1, 1, 1, -1],
            "code": pd.array([1, 0, 1, None], dtype="Int64"),
            "probability": [1.0, 0.5, 0.5, 1.0],
        }
    )
    table = code_table(codes, 2)
    assert table.sums.tolist() == [-1, 1]
    assert table.probability.tolist() == [[0.0, 0.25], [0.0, 0.75]]
    assert table.no_code.tolist() == [1.0, 0.0]
    assert np.isnan(table.mean_code[0])
    assert table.mean_code[1] == 0.75
    assert table.edges.tolist() == [-2.0, 0.0, 2.0]


def test_choice_takes_what_exists_once() -> None:
    assert spread_choice(np.array([8, 16, 24]), np.array([16.0, 32.0, 48.0, 64.0])) == [16, 24]
    assert spread_choice(np.array([], dtype=np.int64), np.array([1.0])) == []


def test_design_table_lists_every_key_with_its_value(run_8t: Run) -> None:
    rows = {key: (value, meaning) for key, value, meaning in design_table(run_8t.design).rows}
    assert rows["column.rows"][0] == "8"
    assert rows["mlsa.sum_histogram"][0] == "\N{EN DASH}"
    assert "supply voltage, V" in rows["conditions.vdd"][1]
    wanted = sum(
        len(value) if isinstance(value, dict) else 1
        for value in run_8t.design.model_dump().values()
    )
    assert len(rows) == wanted
