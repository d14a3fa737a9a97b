"""Which conditions a sign-off has, which levels it samples, and which limits a row breaks."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sram_spice.amplifier.ideal import sum_distribution
from sram_spice.column.context import Context
from sram_spice.column.levels import nominal_job, nominal_level
from sram_spice.design.limits import LimitsDesign
from sram_spice.errors import InputError
from sram_spice.results.limits import broken_limits
from sram_spice.runs.signoff.columns import BEYOND, LEFT_OUT, sampled_levels, that_matter
from sram_spice.runs.signoff.condition import run_condition
from sram_spice.runs.signoff.condition_task import ConditionTask, TypicalReferences
from sram_spice.runs.signoff.conditions import Conditions
from sram_spice.runs.signoff.data_loss import levels_at_risk
from sram_spice.runs.signoff.word_line import balance, following_word_line
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

OWN = "code_error_ladder"
ROW = {
    "loss_probability": 1e-9,
    "loss_high": 1e-7,
    OWN: 0.4,
    "swing_v": 0.5,
    "hold_snm_v": 0.3,
    "hold_snm_low_v": 0.2,
    "energy_j": 1e-12,
    "settling_time_s": 1e-10,
    "undecided": 0,
}


def test_every_corner_supply_and_temperature(make_design):
    points = Conditions().points(make_design("8t_xnor", "conditions.vdd=0.9"))
    assert len(points) == 5 * 3 * 3
    assert {point.design.conditions.vdd for point in points} == {0.81, 0.9, 0.99}
    assert {point.design.technology.corner for point in points} == {"tt", "ff", "ss", "fs", "sf"}
    assert {point.design.column.word_line_voltage for point in points} == {0.5}
    assert len({point.folder for point in points}) == 45


def test_a_word_line_that_follows_the_supply(make_design):
    points = Conditions(word_line="ratio").points(make_design("8t_xnor"))
    for point in points:
        ratio = point.design.column.word_line_voltage / point.design.conditions.vdd
        assert ratio == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        (Conditions(corners=("xx",)), "no corner of process ptm65"),
        (Conditions(supplies=(2.0,)), "limits of process ptm65"),
        (Conditions(temperatures=(200.0,)), "limits of process ptm65"),
    ],
)
def test_what_the_process_does_not_bear_is_refused(make_design, conditions, message):
    with pytest.raises(InputError, match=message):
        conditions.points(make_design("8t_xnor"))


def test_no_condition_and_no_such_word_line():
    with pytest.raises(InputError, match="supplies: no condition"):
        Conditions(supplies=())
    with pytest.raises(
        InputError, match=r"word_line: no such way.*fixed, ratio, following, lowered"
    ):
        Conditions(word_line="other")


@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_few_levels_are_sampled_and_hardly_an_access_is_beyond_them(make_design, topology):
    whole = sum_distribution(make_design(topology))
    kept = that_matter(whole)
    assert kept.probability.sum() == pytest.approx(1.0, abs=1e-12)
    pairs = set(zip(kept.n_plus.tolist(), kept.n_minus.tolist(), strict=True))
    lost = [
        p
        for p, *level in zip(whole.probability, whole.n_plus, whole.n_minus, strict=True)
        if (int(level[0]), int(level[1])) not in pairs
    ]
    assert sum(lost) <= LEFT_OUT
    sampled = sampled_levels(kept)
    assert len(sampled) <= 21
    assert set(sampled) <= pairs
    for n_active in {p + m for p, m in sampled}:
        mine = [p for p, m in sampled if p + m == n_active]
        of_active = kept.n_active == n_active
        share = kept.probability[of_active] / kept.probability[of_active].sum()
        below = share[kept.n_plus[of_active] < min(mine)].sum()
        above = share[kept.n_plus[of_active] > max(mine)].sum()
        assert below <= BEYOND
        assert above <= BEYOND


def test_levels_at_risk():
    assert levels_at_risk(64) == (1, 4, 16)
    assert levels_at_risk(4) == (1,)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({}, []),
        ({"data_loss": 1e-8}, ["data_loss 1e-07 > 1e-08"]),  # the upper end of its interval
        ({"data_loss": None}, []),
        ({"code_errors": 0.39}, ["code_errors 0.4 > 0.39"]),
        ({"swing": 0.51}, ["swing 0.5 < 0.51"]),
        ({"margin": 0.21}, ["margin 0.2 < 0.21"]),
        ({"margin": 0.2}, []),
        ({"energy": 9e-13}, ["energy 1e-12 > 9e-13"]),
        ({"settling_time": 1e-11}, ["settling_time 1e-10 > 1e-11"]),
    ],
)
def test_limits(limits, said):
    assert broken_limits(LimitsDesign(**limits), ROW, OWN) == said


def test_what_is_not_known_breaks_its_limit():
    unknown = ROW | {"loss_high": math.nan, "settling_time_s": math.nan, "undecided": 2}
    limits = LimitsDesign(settling_time=1e-9)
    found = broken_limits(limits, unknown, OWN)
    assert [text.split()[0] for text in found] == ["data_loss", "settling_time", "undecided"]
    assert broken_limits(limits, {"status": "refused: why"}, OWN) == ["refused: why"]


def test_without_spread_the_nominal_margin_counts():
    row = ROW | {"hold_snm_low_v": np.nan}
    assert broken_limits(LimitsDesign(margin=0.29), row, OWN) == []
    assert broken_limits(LimitsDesign(margin=0.31), row, OWN) == ["margin 0.3 < 0.31"]


@pytest.mark.slow
def test_a_word_line_that_follows_keeps_the_bit_line_in_its_place(make_design, pool):
    """Hot and fast: the column at sum 0, simulated at the voltage found, is where it was."""
    small = ("column.rows=8", "column.load_width=0.5e-6")

    def context(*values):
        design = make_design("8t_xnor", *small, *values)
        return Context(design, technology_cards(design), pool, Silent())

    part = balance(context())
    hot = context("technology.corner=fs", "conditions.temperature=125", "conditions.vdd=0.9")
    assert abs(balance(hot) - part) > 0.05
    volts = following_word_line(hot, part)
    assert volts < 0.48
    moved = replace(hot, design=hot.design.replace({"column.word_line_voltage": volts}))
    job = nominal_job(moved.design, moved.cards, 4, 4)
    (result,) = pool.run([job])
    # Found to 0.1 mV, at which BL moves by some 0.3 mV.
    assert nominal_level(4, 4, result).v_bl == pytest.approx(0.9 * part, abs=0.5e-3)


@pytest.mark.slow
def test_a_lowered_word_line_is_never_higher_than_the_designs(make_design, pool, tmp_path):
    """Cold, where the loop would raise it, and hot, where it lowers it."""
    small = ("column.rows=4", "column.load_width=0.25e-6", "mismatch.a_vt=0", "mlsa.levels=3")
    warm = make_design("8t_xnor", *small)
    part = balance(Context(warm, technology_cards(warm), pool, Silent()))
    found = {}
    for temperature in (-40.0, 125.0):
        design = make_design("8t_xnor", *small, f"conditions.temperature={temperature}")
        design = design.replace({"sense_amplifier": None})
        typical = TypicalReferences(design, ((4, (0.5, 0.7)),))
        for lower in (False, True):
            task = ConditionTask(0, tmp_path, "", (), design, typical, part, lower)
            found[temperature, lower] = run_condition(task).row["word_line_voltage_v"]
    assert found[-40.0, False] > 0.5 == found[-40.0, True]
    assert found[125.0, False] == found[125.0, True] < 0.5
