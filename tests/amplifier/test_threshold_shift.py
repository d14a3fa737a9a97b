"""Thresholds in the column: found by bisection, and counted from the settled level."""

from __future__ import annotations

import pytest

from sram_spice.amplifier.access import simulate_accesses
from sram_spice.amplifier.threshold_shift import threshold_shifts
from sram_spice.column.context import Context
from sram_spice.column.levels import nominal_job
from sram_spice.design import with_values
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

REFERENCE = 0.66  # V; the level of n_plus = 4 of 8 rows is 0.653 V


def measured(make_design, pool, settling):
    design = make_design("8t_xnor", "column.rows=8", "column.load_width=2.5e-7")
    design = with_values(design, {"sense_amplifier.settling_time": settling})
    context = Context(design, technology_cards(design), pool, Silent())
    (level,) = pool.run([nominal_job(design, context.cards, 4, 4)])
    bench = MlsaBench(column_of(design, 4, 4, merged=True), (REFERENCE,), "parallel")
    (found,) = threshold_shifts(context, [(bench, 0)], [float(level.values[0])])
    (access,) = simulate_accesses(context, [bench])
    return found, access.v_bl - float(level.values[0])


@pytest.mark.slow
def test_what_is_left_to_settle_moves_the_threshold(make_design, pool):
    """An unsettled BL is above its level, so the decision turns at a level lower by as much."""
    early, left = measured(make_design, pool, 0.4e-9)
    late, nothing = measured(make_design, pool, 3e-9)
    assert left > 5e-3
    assert abs(nothing) < 0.5e-3
    # The isolated gate lags behind BL, which adds a third here; without this it would be 0.3 left.
    assert early.shift - late.shift == pytest.approx(-1.2 * left, abs=0.4 * left)
    # One amplifier with isolated inputs kicks by some millivolts only.
    assert abs(late.shift) < 8e-3
    assert late.resolution < 0.5e-3
