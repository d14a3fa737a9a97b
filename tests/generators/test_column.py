"""Columns on the real simulator: three ways to build one, symmetries, physics of the read-outs."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.column.levels import mismatch_job, nominal_job, nominal_level
from sram_spice.generators import column_deck, column_of, standalone_deck
from sram_spice.runs.netlist import level_deck
from sram_spice.simulation import Job, Status
from sram_spice.simulation.batch import run_batch
from sram_spice.technology import technology_cards

MICROVOLT = 1e-6
BOTH = pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
# bit_line.md: measured with PTM 65 nm on ngspice 39 for the sizes of the reference designs.
KNOWN_LEVELS = {0: 0.321, 16: 0.486, 32: 0.664, 48: 0.836, 63: 0.990, 64: 1.000}


def solve(pool, design, levels):
    """Nominal (V_BL, V_BLB) per level from merged columns, shape (n, 2)."""
    cards = technology_cards(design)
    results = sorted(
        pool.run(nominal_job(design, cards, *level) for level in levels), key=lambda r: r.job
    )
    assert [r.status for r in results] == [Status.OK] * len(levels)
    return np.array([r.values[:2] for r in results])


def full_job(design, n_plus, n_minus) -> Job:
    column = column_of(design, n_plus, n_minus)
    deck = column_deck(column, technology_cards(design))
    return Job(deck.text, deck.analysis, ("bl", "blb"), latches=column.latches)


@BOTH
def test_known_levels(make_design, pool, topology):
    found = solve(pool, make_design(topology), [(k, 64 - k) for k in KNOWN_LEVELS])
    np.testing.assert_allclose(found[:, 0], list(KNOWN_LEVELS.values()), atol=2e-3)


@BOTH
@pytest.mark.parametrize("n_plus", [0, 17, 32, 64])
def test_merged_full_and_plain_ngspice_agree(make_design, pool, topology, n_plus):
    design = make_design(topology)
    merged = solve(pool, design, [(n_plus, 64 - n_plus)])[0]
    (full,) = list(pool.run([full_job(design, n_plus, 64 - n_plus)]))
    printed = run_batch(level_deck(design, n_plus, 64 - n_plus))
    assert printed["cells_flipped"] == 0
    alone = [printed["v(bl)"], printed["v(blb)"]]
    # The issue asks for 10 uV; reltol = 1e-6 leaves 1 uV.
    np.testing.assert_allclose(full.values, merged, atol=2 * MICROVOLT)
    np.testing.assert_allclose(alone, merged, atol=2 * MICROVOLT)


def test_altered_mismatch_equals_mismatch_written_into_the_deck(make_design, pool):
    design = make_design("8t_xnor")
    cards = technology_cards(design)
    (result,) = list(pool.run([nominal_job(design, cards, 24, 40)]))
    nominal = nominal_level(24, 40, result)
    (sample,) = list(pool.run([mismatch_job(design, cards, nominal, [3])]))
    printed = run_batch(level_deck(design, 24, 40, seed=design.monte_carlo.seed, sample=3))
    alone = [printed["v(bl)"], printed["v(blb)"]]
    assert abs(sample.values[0] - nominal.v_bl) > 100 * MICROVOLT  # mismatch is really there
    np.testing.assert_allclose(alone, sample.values, atol=2 * MICROVOLT)


@BOTH
@pytest.mark.parametrize("readout", ["load", "divider"])
def test_mirror_symmetry_and_monotonicity(make_design, pool, topology, readout):
    design = make_design(topology, f"column.readout={readout}")
    levels = [(k, 64 - k) for k in range(0, 65, 4)]
    found = solve(pool, design, levels)
    # Swapping +1 and -1 swaps BL and BLB.
    np.testing.assert_allclose(found[:, 0], found[::-1, 1], atol=2 * MICROVOLT)
    assert (np.diff(found[:, 0]) > 1e-3).all()
    assert (np.diff(found[:, 1]) < -1e-3).all()


def test_6t_level_rises_with_n_plus_and_falls_with_n_minus(make_design, pool):
    design = make_design("6t")
    grid = [(p, m) for p in (0, 16, 32) for m in (0, 8, 16, 32)]
    v_bl = solve(pool, design, grid)[:, 0].reshape(3, 4)
    assert (np.diff(v_bl, axis=1) < 0).all()  # in n_minus, at every n_plus
    assert (np.diff(v_bl[:, 1:], axis=0) > 0).all()  # in n_plus, where something pulls down


@BOTH
def test_divider_depends_on_the_ratio_only(make_design, pool, topology):
    curves = [
        solve(
            pool,
            make_design(topology, "column.readout=divider", f"column.rows={rows}"),
            [(rows * i // 16, rows - rows * i // 16) for i in range(1, 16)],
        )[:, 0]
        for rows in (32, 64, 128)
    ]
    # What differs is the leakage of the switched-off pre-charger, shared by fewer or more rows.
    np.testing.assert_allclose(curves[0], curves[1], atol=200 * MICROVOLT)
    np.testing.assert_allclose(curves[2], curves[1], atol=200 * MICROVOLT)
    assert curves[1][-1] - curves[1][0] > 0.1


@BOTH
@pytest.mark.parametrize("n_plus", [8, 32, 60])
def test_slim_card_equals_full_card(make_design, pool, topology, n_plus):
    slim, full = (
        solve(pool, make_design(topology, f"technology.card={card}"), [(n_plus, 64 - n_plus)])[0]
        for card in ("slim", "full")
    )
    # Tens of microvolts (ngspice.md): the resistance networks carry no DC gate current to speak of.
    np.testing.assert_allclose(slim, full, atol=50 * MICROVOLT)
    assert (slim != full).any()


def test_corners_move_the_level_the_way_the_currents_say(make_design, pool):
    middle = {
        corner: solve(pool, make_design("8t_xnor", f"technology.corner={corner}"), [(32, 32)])[0, 0]
        for corner in ("tt", "ff", "ss", "fs", "sf")
    }
    # BL settles between PMOS load and NMOS cells: a fast NMOS pulls it down, a fast PMOS up.
    assert middle["fs"] < middle["tt"] - 0.02
    assert middle["sf"] > middle["tt"] + 0.02
    assert middle["fs"] < middle["ff"] < middle["sf"]
    assert middle["fs"] < middle["ss"] < middle["sf"]


def test_discharge_falls_with_time_and_with_n_minus(make_design, pool):
    def level(n_minus, time):
        design = make_design("8t_xnor", "column.readout=discharge", f"column.discharge_time={time}")
        return solve(pool, design, [(64 - n_minus, n_minus)])[0]

    short, long = level(16, 20e-12), level(16, 40e-12)
    assert long[0] < short[0] < 1.0
    assert level(32, 20e-12)[0] < short[0]
    # No cell pulls BL down at n_minus = 0: it stays within coupling of VDD.
    assert level(0, 40e-12)[0] > 0.97


def test_discharge_step_is_fine_enough(make_design, pool, monkeypatch):
    from sram_spice.generators import readout_discharge

    design = make_design("8t_xnor", "column.readout=discharge", "column.discharge_time=4e-11")
    coarse = solve(pool, design, [(40, 24)])
    monkeypatch.setattr(readout_discharge, "MAX_STEP", readout_discharge.MAX_STEP / 4)
    fine = solve(pool, design, [(40, 24)])
    np.testing.assert_allclose(coarse, fine, atol=100 * MICROVOLT)


@BOTH
def test_divider_without_pulling_cells_stays_at_pre_charge(make_design, pool, topology):
    """Its operating point, 0.43 V, is reached in microseconds: not what an amplifier sees."""
    design = make_design(topology, "column.readout=divider")
    undriven, mirrored = solve(pool, design, [(64, 0), (0, 64)])
    assert 0.95 < undriven[0] < 1.1  # VDD and what the word line couples in
    np.testing.assert_allclose(undriven, mirrored[::-1], atol=0.2e-3)


def test_data_is_lost_at_full_word_line_and_the_deck_says_so(make_design, pool):
    design = make_design("6t", "column.word_line_voltage=1.0")
    (result,) = list(pool.run([full_job(design, 4, 60)]))
    assert result.status is Status.FLIPPED
    assert "4 of 64" in result.detail  # the minority is overwritten
    printed = run_batch(
        standalone_deck(column_deck(column_of(design, 4, 60), technology_cards(design)))
    )
    assert printed["cells_flipped"] == 4


@BOTH
def test_word_line_off_keeps_bit_lines_at_vdd(make_design, pool, topology):
    design = make_design(topology, "column.word_line_voltage=0.001")
    found = solve(pool, design, [(32, 32)])
    # Leakage of 64 off cells through a 2 um load.
    np.testing.assert_allclose(found, 1.0, atol=1e-3)
