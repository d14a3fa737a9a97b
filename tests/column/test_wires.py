"""What distributed wires do to levels, accesses and codes: against decks written by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import trapezoid

from sram_spice.amplifier.access import simulate_accesses
from sram_spice.amplifier.access_samples import simulate_samples
from sram_spice.column.access import access_job, access_result, design_timing
from sram_spice.column.context import Context
from sram_spice.column.levels import mismatch_jobs, nominal_job, nominal_level
from sram_spice.column.wire_effect import further_end, placement_spreads, wire_shifts
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.placement import drawn_order, even_order
from sram_spice.simulation import Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards
from tests.generators.hand_written import hand_written_column
from tests.generators.test_wires import BIT_LINE, PER_CELL, ROWS, orders, products_of, solve

DISTRIBUTED = ("wires.model=distributed", "wires.amplifier_at=far")


def context_of(design, pool):
    return Context(design, technology_cards(design), pool, Silent())


def nominal_of(design, pool, *levels):
    results = sorted(
        pool.run(nominal_job(design, technology_cards(design), *level) for level in levels),
        key=lambda r: r.job,
    )
    return [nominal_level(*level, r) for level, r in zip(levels, results, strict=True)]


@pytest.mark.parametrize("model", ["lumped", "distributed"])
def test_how_far_lumped_wires_are_off(make_design, pool, model):
    """The same from either model: hand-written columns of 100 ohm less a lumped one."""
    design = make_design(
        "8t_xnor",
        f"wires.model={model}",
        f"wires.bit_line_resistance_per_cell={PER_CELL!r}",
        "wires.ground_resistance_per_cell=1.0",
    )
    nominal = nominal_of(design, pool, (32, 32), (8, 56))
    shifts = wire_shifts(context_of(design, pool), nominal)
    assert len(shifts) == 12
    cards = technology_cards(design)
    for n_plus in (32, 8):
        places = orders(n_plus)
        for rails in (False, True):
            mine = {
                s.minus_rows: (s.readout_bl, s.readout_blb, s.end_bl, s.end_blb)
                for s in shifts
                if (s.n_plus, s.rails) == (n_plus, rails)
            }
            wanted = {"bit_line": PER_CELL}
            wanted |= {"ground": 1.0, "supply": 1.6} if rails else {}
            hand = [
                hand_written_column(products_of(n_plus, order), cards, **wanted)
                for order in places.values()
            ]
            without = hand_written_column(products_of(n_plus, places["even"]), cards)
            found = solve(pool, [*hand, without])
            expected = found[:-1, :4] - found[-1, :4]
            ours = np.array([mine[name] for name in places])
            np.testing.assert_allclose(ours, expected, atol=10e-6)


def test_further_end_is_where_the_read_out_is_not(make_design):
    for at, end in (("near", "far"), ("far", "near"), (10, "far"), (50, "near")):
        assert further_end(make_design("8t_xnor", f"wires.load_at={at}")) == end


def test_spread_of_places_is_that_of_columns_by_hand(make_design, pool):
    design = make_design("8t_xnor", *BIT_LINE, "monte_carlo.samples=4")
    (spread,) = placement_spreads(
        context_of(design, pool), nominal_of(design, pool, (24, 40)), [(24, 40)]
    )
    assert spread.samples == 4
    seed, cards = design.monte_carlo.seed, technology_cards(design)
    hand = [
        hand_written_column(products_of(24, drawn_order(ROWS, seed, i)), cards, bit_line=PER_CELL)
        for i in range(4)
    ]
    expected = solve(pool, hand)[:, 2:4].std(axis=0, ddof=1)
    assert expected.max() > 0.3e-3
    np.testing.assert_allclose([spread.sigma_bl, spread.sigma_blb], expected, atol=5e-6)


@pytest.mark.slow
def test_energy_is_that_of_the_current_of_a_column_by_hand(make_design, pool):
    """A longer word-line pulse costs VDD times the current at rest of the same time."""
    energies, added = [], 0.5e-9
    for pulse in (0.8e-9, 0.8e-9 + added):
        design = make_design("8t_xnor", *DISTRIBUTED, f"access.word_line_pulse={pulse}")
        (result,) = pool.run([access_job(design, technology_cards(design), 32, 32)])
        found = access_result(design, 32, 32, result)
        assert found.status is Status.OK
        assert found.recovered
        energies.append(found.energy_supply)
    hand = hand_written_column(
        products_of(32, even_order(ROWS, 32, 32)),
        technology_cards(design),
        **dict.fromkeys(("bit_line", "ground", "supply"), 1.6),
    )
    current = -solve(pool, [hand])[0, 4]
    assert (energies[1] - energies[0]) / added == pytest.approx(current, rel=1e-3)
    # Wires take a tenth of it: the lumped column draws 1.07 mA.
    assert 0.9e-3 < current < 1.03e-3


def test_amplifiers_see_the_bit_line_where_they_are(make_design, pool):
    """At the end of settling: the operating point at their end, not that at the load."""
    few = ("column.rows=8", "column.load_width=2.5e-7", "wires.bit_line_resistance_per_cell=300.0")
    design = make_design("8t_xnor", *DISTRIBUTED, *few, "sense_amplifier.settling_time=4e-9")
    context = context_of(design, pool)
    (nominal,) = nominal_of(design, pool, (4, 4))
    assert abs(nominal.v_bl - nominal.line_bl) > 20e-3
    bench = MlsaBench(column_of(design, 4, 4, merged=True), (0.515, 0.874), "parallel")
    (access,) = simulate_accesses(context, [bench])
    assert access.status is Status.OK
    assert access.code == 1
    # Of kick-back nothing yet; reltol of a transient is 1e-4.
    assert access.v_bl == pytest.approx(nominal.v_bl, abs=0.5e-3)
    # A sample has its rows where its level has them.
    found = {i: sample for _, i, sample in simulate_samples(context, [(bench, [0, 1])])}
    at_rest = solve(pool, mismatch_jobs(design, context.cards, nominal, [[0], [1]]))
    assert abs(at_rest[0, 0] - at_rest[1, 0]) > 5e-3
    for i, sample in found.items():
        assert sample.status is Status.OK
        assert sample.v_bl == pytest.approx(at_rest[i, 0], abs=2e-3)  # with kick-back


@pytest.mark.slow
def test_word_line_delay_is_in_the_access(make_design, pool):
    """The bit line is later by the Elmore delay, and ends where it ends without."""
    area, later, ends = [], [], []
    for columns in (1, 128):
        design = make_design("8t_xnor", *DISTRIBUTED, f"wires.word_line_columns={columns}")
        job = access_job(design, technology_cards(design), 16, 48)
        (result,) = pool.run([job])
        waves = dict(zip(("time", *job.outputs), result.values, strict=True))
        time, timing = waves["time"], design_timing(design)
        up = (time > timing.rise) & (time < timing.fall)
        area.append(trapezoid(0.5 - waves["wl"][up], time[up]) / 0.5)
        ends.append(np.interp(timing.fall, time, waves["bl"]))
        later.append(time[up][waves["bl"][up] < (1 + ends[-1]) / 2][0])
    assert ends[0] == pytest.approx(ends[1], abs=0.2e-3)
    elmore = 3.2 * 0.8e-15 * (128**2 - 0.5**2) / 2  # 21 ps
    # Corners a few 0.1 ps apart; the first column has 1 fs.
    assert area[1] - area[0] == pytest.approx(elmore, rel=0.02)
    # Cells turn on in the upper half of the edge, which is later than its middle.
    assert elmore < later[1] - later[0] < 2 * elmore
