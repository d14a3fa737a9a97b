"""Cells that do not keep their data are counted and named, and in no mean."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.measurements.cell_conditions import read_bias
from sram_spice.simulation import SimulatorPool
from sram_spice.technology import draw_threshold_shifts, pelgrom_sigma
from tests.conftest import MakeDesign
from tests.measurements.cell_tools import measured, survives_access

# A read that some cells do not survive: strong access, full word line, large mismatch.
UNSAFE = (
    "column.word_line_voltage=1.0",
    "cell.width_access=260e-9",
    "mismatch.a_vt=8e-9",
    "monte_carlo.samples=30",
)


def test_read_current_is_of_cells_that_are_read(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """Which cells lose their data, a transient tells; the mean is of the others."""
    design = make_design("6t", *UNSAFE)
    result = measured(design, "read_current", pool)
    samples, row = result.samples, result.summary.iloc[0]
    widths = [90e-9, 90e-9, 200e-9, 200e-9, 260e-9, 260e-9]
    sigma = pelgrom_sigma(8e-9, widths, [65e-9] * 6)
    kept = np.array(
        [
            survives_access(pool, design, read_bias(design), -1, draw_threshold_shifts(sigma, 1, i))
            for i in range(30)
        ]
    )
    assert 3 <= (~kept).sum() <= 20
    assert (samples["status"] == np.where(kept, "ok", "flipped")).all()
    assert row["mean"] == pytest.approx(samples["read_current_a"][kept].mean(), rel=1e-12)
    assert row["mean"] > 1.2 * samples["read_current_a"].mean(), "lost cells take hardly any"
    assert (row["samples"], row["failed"]) == (30, (~kept).sum())
    assert result.notes == (
        f"read_current: of {kept.sum()} of 30 samples; {(~kept).sum()}: the cell lost its data",
    )


def test_what_a_cell_pulls_down_is_not_taken_from_one_that_has_flipped(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    result = measured(make_design("6t", *UNSAFE), "cell_current", pool)
    samples = result.samples["pull_down_current_a"]
    assert 3 <= samples.isna().sum() <= 20
    assert samples.min() > 0
    assert any("has lost its data by then" in note for note in result.notes)


def test_cells_that_do_not_hold_at_the_start_are_not_called_unwritable(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """They are lost with both bit lines at VDD: the easiest cells to write."""
    result = measured(make_design("6t", *UNSAFE), "bit_line_write_margin", pool)
    missing = int(result.samples["bit_line_write_margin_v"].isna().sum())
    assert missing > 3
    (note,) = [note for note in result.notes if note.startswith("bit_line_write_margin: of")]
    assert note == (
        f"bit_line_write_margin: of {30 - missing} of 30 samples; "
        f"{missing}: the cell does not hold at the start (1 V)"
    )


def test_cells_with_one_state_are_named_beside_the_n_curve(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    result = measured(make_design("6t", *UNSAFE), "n_curve", pool)
    one_state = int((result.samples["svnm_v"] == 0).sum())
    assert one_state > 3
    assert any(f"{one_state} of 30 samples have one state" in note for note in result.notes)
