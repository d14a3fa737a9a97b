"""The sense amplifier measured: offset by two methods, area, decision time, kick-back, energy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sram_spice.amplifier.decision_summary import decision_summary
from sram_spice.amplifier.offsets import scaled
from sram_spice.amplifier.sense_threshold import (
    bench_at,
    draw_amplifier_shifts,
    find_thresholds,
    offset_model,
    transistor_sigma,
)
from sram_spice.amplifier.sense_waveforms import DecisionWave, decision_waves
from sram_spice.column.context import Context
from sram_spice.generators.sense_amplifier import sense_amplifier_of
from sram_spice.measurements.decision_time import DecisionTime
from sram_spice.measurements.kick_back import KickBack, excursions
from sram_spice.measurements.measurement import measurement_of
from sram_spice.simulation import Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

LEVEL = 0.65


def context_of(design, pool):
    return Context(design, technology_cards(design), pool, Silent())


@pytest.fixture(scope="module")
def context(make_design, pool):
    return context_of(make_design("8t_xnor"), pool)


@pytest.fixture(scope="module")
def model(context):
    return offset_model(context, bench_at(context.design, LEVEL))


def test_offset_is_that_of_the_input_pair_and_more(context, model):
    """A shift of the left input is an offset of about as much; the rest of the latch adds some."""
    names = [t.name for t in sense_amplifier_of(context.design, "nmos").transistors()]
    of = dict(zip(names, model.sensitivity, strict=True))
    assert of["in_l"] == pytest.approx(1.0, abs=0.2)
    assert of["in_r"] == -of["in_l"]
    assert of["tail"] == 0.0
    pair = np.sqrt(2) * model.transistor_sigma[0]  # sigma(VT) of a pair, by hand
    assert pair == pytest.approx(np.sqrt(2) * 3e-9 / np.sqrt(4e-6 * 100e-9))
    assert pair < model.sigma < 1.6 * pair
    assert abs(model.nominal) < 0.1e-3  # symmetric circuit: none


def test_every_sample_agrees_with_the_linear_model(context, model):
    shifts = draw_amplifier_shifts(model.transistor_sigma, 1, range(8))
    found = find_thresholds(context, bench_at(context.design, LEVEL), shifts)
    assert set(found.status) == {Status.OK}
    # Linear to 0.15 mV rms at a sigma of 8 mV (measured over 60 samples).
    np.testing.assert_allclose(found.values, model.offsets(shifts), atol=0.6e-3)


def test_transistors_in_the_middle_make_no_offset(context):
    names = [t.name for t in sense_amplifier_of(context.design, "nmos").transistors()]
    shifts = np.zeros((1, len(names)))
    shifts[0, names.index("tail")] = 30e-3
    found = find_thresholds(context, bench_at(context.design, LEVEL), shifts, 10e-3)
    assert abs(found.values[0]) < 20e-6  # of 30 mV; two tolerances


def test_half_the_area_has_sqrt_2_of_the_sigma(context, pool, model):
    small = scaled(context.design, 0.5)
    half = offset_model(context_of(small, pool), bench_at(small, LEVEL))
    assert half.sigma / model.sigma == pytest.approx(np.sqrt(2), rel=0.1)


def test_an_offset_out_of_range_is_counted(context):
    shifts = np.zeros((1, len(transistor_sigma(bench_at(context.design, LEVEL)))))
    shifts[0, 0] = 0.2
    found = find_thresholds(context, bench_at(context.design, LEVEL), shifts)
    assert found.status == (Status.VALUE_MISSING,)
    assert np.isnan(found.values[0])


def test_samples_do_not_depend_on_their_neighbours():
    sigma = np.ones(5)
    many = draw_amplifier_shifts(sigma, 7, range(4))
    np.testing.assert_array_equal(many[3], draw_amplifier_shifts(sigma, 7, [3])[0])
    assert len({*many.ravel().tolist()}) == many.size


def test_decision_time_is_log_linear(context):
    """A latch grows e-fold per time constant: each decade of input costs tau ln 10."""
    bench = bench_at(context.design, LEVEL)
    inputs = [sign * v for v in (30e-6, 0.3e-3, 3e-3, 10e-3) for sign in (1, -1)]
    waves = decision_waves(context, [(bench, v) for v in inputs])
    times = [
        max(a.decision_time, b.decision_time) for a, b in zip(waves[::2], waves[1::2], strict=True)
    ]
    time, slope, least = decision_summary(waves)
    np.testing.assert_allclose(np.diff(times[:3]), -slope * np.log(10), rtol=0.25)
    assert time == times[3]
    assert 5e-12 < slope < 30e-12
    # Where the line meets the allotted time: far below a millivolt.
    assert 0 < least < 1e-4


def test_isolation_keeps_the_kick_from_the_inputs(make_design, pool):
    kicks = {}
    for isolated in ("true", "false"):
        design = make_design("8t_xnor", f"sense_amplifier.input_isolation={isolated}")
        summary_ = KickBack().run(context_of(design, pool)).summary
        mine = summary_[summary_["condition"].str.contains("V_REF = 0.65 V")]
        kicks[isolated] = mine.set_index("quantity")["nominal"].abs()
    assert kicks["true"]["kick_bit_line"] < 0.5 * kicks["false"]["kick_bit_line"]
    assert kicks["false"]["kick_reference"] > 10e-3


def test_excursions_are_counted_from_where_saen_rises(context):
    """A wave by hand: what moves before SAEN rises and after it has fallen does not count."""
    bench = bench_at(context.design, LEVEL)
    start = bench.saen_middle - context.design.sense_amplifier.edge_time / 2
    middle, late = (start + bench.decided) / 2, bench.decided + 0.1e-9
    time = np.array([0.0, start, middle, bench.decided, late])
    bl = np.array([0.9, 0.66, 0.667, 0.659, 0.2])
    ref = np.array([0.1, 0.65, 0.653, 0.645, 0.9])
    wave = DecisionWave(bench, 10e-3, Status.OK, time, 0 * time, bl, ref, 0.0)
    # Of BL - REF: 10 mV as SAEN rises, 14 mV at most.
    assert excursions(wave) == pytest.approx((7e-3, -5e-3, 4e-3))
    lost = replace(wave, status=Status.NONCONVERGED)
    assert np.isnan(excursions(lost)).all()


def test_energy_is_some_ten_femtojoule(context):
    """Bounded by hand: 25 um of gates and junctions at 1 fF/um charged once or twice at 1 V."""
    found = measurement_of("decision_energy").run(context).summary
    assert found["nominal"].between(10e-15, 150e-15).all()


@pytest.mark.parametrize("name", ["sense_offset", "decision_time", "kick_back", "decision_energy"])
def test_a_design_without_amplifier_is_said_to_be_so(make_design, pool, name):
    design = make_design("8t_xnor").model_copy(update={"sense_amplifier": None})
    found = measurement_of(name).run(context_of(design, pool))
    assert found.summary.empty
    assert "no [sense_amplifier]" in found.notes[0]


def test_an_amplifier_that_never_decides_is_named(make_design, pool):
    design = make_design("8t_xnor", "sense_amplifier.sensing_time=5e-12")
    found = DecisionTime().run(context_of(design, pool))
    assert found.summary["nominal"].isna().all()
    assert found.notes[0].startswith("no value at")
