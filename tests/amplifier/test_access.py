"""Whole accesses: same codes in every mode, energy and latency by hand, flipped data seen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid

from sram_spice.amplifier.access import decided, simulate_accesses
from sram_spice.column.context import Context
from sram_spice.column.levels import nominal_job
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.mlsa_code import code_of, cycles_until_known
from sram_spice.simulation import Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

ROWS = 8
# Midway between nominal levels, which are 86 mV apart: far from every dead zone.
REFERENCES = (0.515, 0.698, 0.874)
SMALL = (
    "column.rows=8",
    "column.load_width=2.5e-7",
    "mlsa.levels=4",
    "sense_amplifier.settling_time=1.5e-9",  # few cells drive the same amplifiers
)


@pytest.fixture(scope="module")
def context(make_design, pool):
    design = make_design("8t_xnor", *SMALL)
    return Context(design, technology_cards(design), pool, Silent())


def bench(context, n_plus, mode="parallel", **more):
    column = column_of(context.design, n_plus, ROWS - n_plus, merged=True)
    references = () if mode == "binary" else REFERENCES
    return MlsaBench(column, references, mode, common_mode=0.7, **more)


@pytest.fixture(scope="module")
def accesses(context):
    wanted = [(n, mode) for n in (0, 2, 4, 6, 8) for mode in ("parallel", "serial", "binary")]
    found = simulate_accesses(context, [bench(context, *one) for one in wanted])
    return dict(zip(wanted, found, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("n_plus", [0, 2, 4, 6, 8])
def test_modes_give_the_same_code_and_it_is_right(accesses, n_plus):
    parallel, serial = accesses[n_plus, "parallel"], accesses[n_plus, "serial"]
    assert parallel.status is Status.OK
    assert serial.status is Status.OK
    ideal = sum(v < parallel.v_bl for v in REFERENCES)
    assert parallel.code == serial.code == ideal
    assert len(serial.bench.timing.enable) == len(REFERENCES)
    # REF falls: once SAOUT is 1 it stays.
    assert list(serial.decisions) == sorted(serial.decisions)


def test_the_codes_are_not_all_the_same(accesses):
    assert len({accesses[n, "parallel"].code for n in (0, 2, 4, 6, 8)}) >= 3


def test_binary_is_the_sign(accesses):
    assert [accesses[n, "binary"].code for n in (0, 2, 6, 8)] == [0, 0, 1, 1]


@pytest.mark.parametrize("n_plus", [0, 4, 8])
def test_early_stop_gives_the_same_code_sooner(context, accesses, n_plus):
    whole = accesses[n_plus, "serial"]
    cycles = cycles_until_known(whole.bench, whole.code)
    (early,) = simulate_accesses(context, [replace(whole.bench, cycles=cycles)])
    assert early.code == whole.code
    assert len(early.decisions) == cycles
    assert early.latency.sensing <= whole.latency.sensing
    assert early.energy.total <= whole.energy.total * 1.001


def test_a_stop_before_any_one_has_no_code(context):
    one = bench(context, 0, "serial", cycles=2)
    assert code_of(one, np.array([False, False])) is None
    assert code_of(one, np.array([False, True])) == 2


def test_ladder_energy_is_its_static_power(accesses):
    one = accesses[4, "parallel"]
    timing, ladder = one.bench.timing, one.bench.generator
    # Kick-back adds what the taps' capacitances draw: less than a tenth.
    expected = ladder.power * (timing.stop - timing.release)
    assert one.energy.references == pytest.approx(expected, rel=0.1, abs=0)


def test_split_adds_up_to_all_sources(accesses):
    one = accesses[4, "parallel"]
    time = one.waves["time"]
    total = 0.0
    for name in one.bench.supplies:
        power = -one.waves[f"v{name}#branch"] * 1.0
        if name in one.waves:  # a driver: what flows out of it while it is not at ground
            level = one.waves[name]
            power = np.where(level > 0, np.maximum(power, 0.0), 0.0) * level.max()
        done = cumulative_trapezoid(power, time, initial=0.0)
        total += done[-1] - np.interp(one.bench.timing.release, time, done)
    # The beginning and the end of the pre-charge fall between two time points each.
    assert one.energy.total == pytest.approx(total, rel=1e-3, abs=0)


def test_more_amplifiers_draw_more(accesses):
    assert accesses[4, "parallel"].energy.amplifiers > 1.5 * accesses[4, "binary"].energy.amplifiers
    assert accesses[4, "binary"].energy.references == 0.0


def test_what_the_pre_charge_draws_is_what_the_bit_lines_lost(accesses):
    """C_BL dV VDD from each line: 8 junctions, 5 fF of wire and load, 12 fF of the amplifiers."""
    one = accesses[4, "parallel"]
    capacitance = one.energy.pre_charge / ((1 - one.v_bl) + (1 - one.v_blb))
    assert 5e-15 < capacitance < 100e-15


def test_latency_is_what_was_allotted(context, accesses):
    sizes = context.design.sense_amplifier
    one = accesses[4, "parallel"].latency
    assert one.settling == pytest.approx(sizes.settling_time, rel=1e-9, abs=0)
    assert one.sensing == pytest.approx(sizes.sensing_time + sizes.edge_time, rel=1e-9, abs=0)
    assert 0 < one.decision < sizes.sensing_time
    assert 0 < one.settled < sizes.settling_time
    assert 0 < one.recovery < context.design.access.recovery_time


def test_lost_data_shows(make_design, pool):
    """V_WL = VDD with a floating bit line overwrites the minority (bit_line.md)."""
    design = make_design("8t_xnor", "column.word_line_voltage=1.0", "column.readout=divider")
    context = Context(design, technology_cards(design), pool, Silent())
    column = column_of(design, 4, 60, merged=True)
    (one,) = simulate_accesses(context, [MlsaBench(column, (0.3, 0.6), "parallel")])
    assert one.status is Status.FLIPPED


def test_a_floating_bit_line_is_sensed_after_the_discharge(make_design, pool):
    more = ("column.readout=discharge", "column.discharge_time=5e-11", *SMALL)
    design = make_design("8t_xnor", *more)
    context = Context(design, technology_cards(design), pool, Silent())
    benches = [
        MlsaBench(column_of(design, n, ROWS - n, merged=True), (0.5, 0.8, 0.95), "parallel")
        for n in (0, 8)
    ]
    low, high = simulate_accesses(context, benches)
    assert low.bench.timing.enable[0] >= low.bench.timing.fall
    assert low.bench.timing.pre_charge >= low.bench.timing.disable[-1]
    assert low.v_bl < high.v_bl
    assert low.code < high.code == 3


def test_rails_need_no_amplifier(context):
    one = replace(bench(context, 4), references=(0.0, 0.7, 1.0))
    assert len(one.amplifiers) == 1
    assert code_of(one, np.array([True])) == 2
    assert code_of(one, np.array([False])) == 1


@pytest.mark.parametrize("n_plus", [2, 6])
def test_an_isolated_latch_reads_the_same_in_both_modes(make_design, pool, n_plus):
    """Its latch is the load of REF, which takes 1.5 ns to step."""
    more = ("sense_amplifier.topology=isolated_latch", "sense_amplifier.reset_time=1.5e-9")
    design = make_design("8t_xnor", *SMALL, *more)
    context = Context(design, technology_cards(design), pool, Silent())
    modes = ("parallel", "serial")
    parallel, serial = simulate_accesses(context, [bench(context, n_plus, mode) for mode in modes])
    assert parallel.code == serial.code == sum(v < parallel.v_bl for v in REFERENCES)
    assert parallel.energy.references > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("topology", "mode"),
    [("strongarm", "parallel"), ("strongarm", "serial"), ("isolated_latch", "parallel")],
)
def test_16_codes(make_design, pool, topology, mode):
    """As many references as a MLSA has at most, 15 mV from the levels: more than the kick-back.

    15 amplifiers load BL, and the lowest tap reaches REF slowly: the access takes its time.
    """
    more = ("sense_amplifier.settling_time=2e-9", "sense_amplifier.reset_time=0.8e-9")
    design = make_design("8t_xnor", f"sense_amplifier.topology={topology}", *more)
    context = Context(design, technology_cards(design), pool, Silent())
    numbers = range(10, 58, 3)
    jobs = [nominal_job(design, context.cards, n, 64 - n) for n in numbers]
    levels = [0.0] * len(jobs)
    for result in pool.run(jobs):
        levels[result.job] = float(result.values[0])
    references = tuple((a + b) / 2 for a, b in pairwise(levels))
    assert len(references) == 15
    benches = [
        MlsaBench(column_of(design, n, 64 - n, merged=True), references, mode) for n in (16, 46)
    ]
    assert [one.code for one in simulate_accesses(context, benches)] == [2, 12]


def test_between_the_states_is_undecided():
    assert [decided(v, 1.0) for v in (0.9, -0.9, 0.3, float("nan"))] == [1, 0, -1, -1]
