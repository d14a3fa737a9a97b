"""Hold, read, compute and write SNM on the simulator, and what they say about real accesses."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.column.levels import NominalLevel
from sram_spice.generators import cell_of
from sram_spice.generators.cell_bench import CellBias
from sram_spice.measurements.butterfly import lobes
from sram_spice.measurements.cell_conditions import read_bias, write_bias
from sram_spice.measurements.compute_snm import without_level
from sram_spice.simulation import SimulatorPool, Status
from tests.conftest import MakeDesign
from tests.measurements.cell_tools import (
    WEAK_ONE,
    butterfly,
    measured,
    nominal,
    survives_access,
    with_values,
)


def test_read_snm_falls_with_word_line_voltage(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    snm = [
        nominal(make_design("6t", f"column.word_line_voltage={v}"), "read_snm", pool)["read_snm"]
        for v in (0.2, 0.4, 0.6, 0.8, 1.0)
    ]
    hold = nominal(make_design("6t"), "hold_snm", pool)["hold_snm"]
    assert (np.diff(snm) < 0).all()
    assert hold > snm[1]
    assert hold > 2 * snm[-1]


def test_hold_snm_falls_with_supply(make_design: MakeDesign, pool: SimulatorPool) -> None:
    snm = [
        nominal(make_design("6t", f"conditions.vdd={v}"), "hold_snm", pool)["hold_snm"]
        for v in (1.2, 1.0, 0.8, 0.6, 0.4)
    ]
    assert (np.diff(snm) < -0.02).all()


def test_read_snm_falls_with_supply(make_design: MakeDesign, pool: SimulatorPool) -> None:
    """The word line at the supply, as a read has it; above 1 V this cell gains no more."""
    snm = []
    for v in (1.0, 0.8, 0.6, 0.4):
        design = make_design("6t", f"conditions.vdd={v}", f"column.word_line_voltage={v}")
        snm.append(nominal(design, "read_snm", pool)["read_snm"])
    assert (np.diff(snm) < -0.01).all()


def test_8t_with_both_word_lines_off_is_6t(make_design: MakeDesign, pool: SimulatorPool) -> None:
    """Its crossed pair is off and leaks a little more; 0.02 mV is what that leak costs."""
    six, eight = (nominal(make_design(t), "hold_snm", pool)["hold_snm"] for t in ("6t", "8t_xnor"))
    assert eight == pytest.approx(six, abs=20e-6)
    assert eight != six


def test_zero_margin_flips_and_clear_margin_does_not(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """Mismatch scaled until the read SNM of the stored 1 is just gone: a transient tells, too."""
    design = make_design("6t", "column.word_line_voltage=1.0")
    bias = read_bias(design)

    def margin(scale: float) -> float:
        vin, q, qb = butterfly(pool, design, bias, scale * WEAK_ONE)
        return float(lobes(vin, q[None], qb[None]).stored_one[0])

    low, high = 0.0, 0.2
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if margin(middle) > 0 else (low, middle)
    # 0.1 mV of threshold on either side of where the margin is 0, both in 20 ns of word line.
    assert not survives_access(pool, design, bias, 1, (high + 1e-4) * WEAK_ONE)
    assert survives_access(pool, design, bias, 1, (low - 1e-4) * WEAK_ONE)
    assert survives_access(pool, design, bias, -1, (high + 1e-4) * WEAK_ONE)
    assert survives_access(pool, design, bias, 1)


def test_compute_snm_foretells_disturb(make_design: MakeDesign, pool: SimulatorPool) -> None:
    """The same at low BL and high BLB, for the 8T cell: where an access writes."""
    design = make_design("8t_xnor")
    seen = set()
    for v_bl in (0.12, 0.13, 0.14, 0.15, 0.16):
        bias = CellBias(1.0, 0.7, v_bl, 1.0)
        vin, q, qb = butterfly(pool, design, bias)
        margin = lobes(vin, q[None], qb[None]).stored_one[0]
        assert survives_access(pool, design, bias, 1) == (margin > 0)
        seen.add(bool(margin > 0))
    # bit_line.md: a stored 1 flips below about 0.14 V at V_WL = 0.7 V.
    assert seen == {True, False}


def test_compute_condition_is_that_of_the_column(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    result = measured(make_design("8t_xnor", "mismatch.a_vt=0.0"), "compute_snm", pool)
    found = result.summary.set_index("quantity")
    # bit_line.md: 0.32 V at k = 0 and 0.49 V at k = 16 of 64, so one step above 0.32 V.
    condition = str(found["condition"].iloc[0])
    v_bl = float(condition.split("V_BL = ")[1].split(" V")[0])
    assert 0.32 < v_bl < 0.35
    assert "n_plus = 1, n_minus = 63" in condition
    assert (
        found.loc["compute_snm_stored_1", "nominal"] < found.loc["compute_snm_stored_0", "nominal"]
    )


def test_write_snm_tells_writable(make_design: MakeDesign, pool: SimulatorPool) -> None:
    """Its sign changes at the word-line voltage at which a transient begins to write."""
    seen = set()
    for v_wl in (0.45, 0.5, 0.55, 0.6, 0.8):
        design = make_design("6t", f"cell_test.write_word_line_voltage={v_wl}")
        found = nominal(design, "write_snm", pool)
        writes = not survives_access(pool, design, write_bias(design), 1)
        assert writes == (found["write_snm"] > 0)
        assert found["write_snm_of_0"] == pytest.approx(found["write_snm_of_1"], abs=1e-6)
        seen.add(writes)
    assert seen == {True, False}


def test_write_snm_grows_with_word_line(make_design: MakeDesign, pool: SimulatorPool) -> None:
    found = [
        nominal(make_design("6t", f"cell_test.write_word_line_voltage={v}"), "write_snm", pool)[
            "write_snm"
        ]
        for v in (0.4, 0.6, 0.8, 1.0)
    ]
    assert (np.diff(found) > 0).all()


def test_bias_helpers_follow_the_design(make_design: MakeDesign) -> None:
    design = make_design("6t", "conditions.vdd=0.9", "column.word_line_voltage=0.4")
    assert read_bias(design) == CellBias(0.9, 0.4, 0.9, 0.9)
    assert write_bias(design) == CellBias(0.9, 0.9, 0.0, 0.9)
    assert with_values(write_bias(design), v_bl=0.9, v_blb=0.0) == write_bias(design).mirrored
    assert cell_of(design).name == "cell_6t"


def test_column_without_a_level_gives_no_compute_snm_but_says_so() -> None:
    lost = NominalLevel(1, 63, Status.NONCONVERGED, np.nan, np.nan, None, "singular matrix")
    found = without_level(5, "column", lost)
    (quantity,) = found.quantities
    assert np.isnan(quantity.values).tolist() == [True] * 5
    assert "singular matrix" in found.notes[0]
