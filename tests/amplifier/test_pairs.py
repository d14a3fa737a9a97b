"""Differential sensing: taps, what the second pair weighs, errors of references, whole accesses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sram_spice.amplifier.access import simulate_accesses
from sram_spice.amplifier.pairs import PairErrors, Taps, measure_pairs, nominal_taps
from sram_spice.amplifier.sense_threshold import (
    bench_at,
    differential_bench_at,
    find_thresholds,
    offset_model,
    second_pair_weight,
    transistor_sigma,
)
from sram_spice.column.context import Context
from sram_spice.errors import InputError
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.reference_ladder import ladder_of
from sram_spice.generators.sense_amplifier import sense_amplifier_of
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards


@pytest.fixture(scope="module")
def context(make_design, pool):
    more = ("column.rows=8", "column.load_width=2.5e-7", "sense_amplifier.settling_time=1.5e-9")
    design = make_design("8t_xnor", *more)
    return Context(design, technology_cards(design), pool, Silent())


def levels():
    n = np.arange(5)
    return pd.DataFrame(
        {
            "n_plus": n,
            "n_minus": 4 - n,
            "v_bl_nominal_v": 0.4 + 0.1 * n,
            "v_blb_nominal_v": 0.9 - 0.12 * n,
        }
    )


def test_taps_are_where_the_bit_lines_are():
    """Difference -0.5 + 0.22 n; halfway between n = 2 and 3: BL 0.65 V, BLB 0.60 V."""
    taps = nominal_taps(levels(), 4, np.array([0.05, 1.0, -1.0]), 1.0)
    np.testing.assert_allclose(taps.upper, [0.65, 1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(taps.lower, [0.60, 0.0, 1.0], atol=1e-12)


@pytest.fixture(scope="module")
def known(context):
    """Errors with made-up sensitivities: weight 1 at equal levels, 0.5 at a difference of 0.2 V."""
    sensitivity = np.zeros((1, 2, 3))
    sensitivity[0, :, 0] = 1.0
    return PairErrors(
        context.design,
        np.array([0.65]),
        np.array([0.0, 0.2]),
        sensitivity,
        np.array([[1.0, 0.5]]),
        np.array([8e-3, 1.0, 1.0]),
    )


TAPS = Taps(np.array([0.0, 0.1, 0.2]), np.array([0.65, 0.70, 0.75]), np.array([0.65, 0.60, 0.55]))


def test_the_mean_counts_where_the_pairs_differ(known):
    """BL - w BLB in other words: (1 + w) / 2 of the difference with its share of the mean."""
    common, weight = known.common_mode(TAPS), known.weights(TAPS)
    np.testing.assert_allclose(weight, [1.0, 0.75, 0.5])
    assert common.weight[0] == 0.0
    bl, blb = TAPS.upper + 5e-3, TAPS.lower - 9e-3
    compared = (bl - TAPS.upper) - weight * (blb - TAPS.lower)
    moved = (bl - blb) - TAPS.difference + common.weight * ((bl + blb) / 2 - common.level)
    np.testing.assert_allclose(moved * (1 + weight) / 2, compared, atol=1e-15)


def test_ladder_errors_are_those_of_drawn_resistors(known):
    both = (*TAPS.upper.tolist(), *TAPS.lower.tolist())
    ladder = ladder_of(known.design, both)
    normal = np.random.default_rng(4).standard_normal((200_000, ladder.segments.size))
    drawn = ladder.voltages(ladder.segments + ladder.segment_sigma * normal)
    weight = known.weights(TAPS)
    moved = (drawn[:, :3] - weight * drawn[:, 3:]) / ((1 + weight) / 2)
    covariance = known.generator_covariance(TAPS)
    # 200,000 draws: 0.3 % of the largest variance.
    np.testing.assert_allclose(np.cov(moved.T), covariance, atol=0.006 * covariance.max())
    assert covariance[0, 0] < 1e-12  # one tap against itself


def test_serial_and_parallel_differ_in_what_is_shared(known):
    parallel, serial = (known.errors(TAPS, mode) for mode in ("parallel", "serial"))
    np.testing.assert_allclose(parallel.sigma, serial.sigma, rtol=1e-12)
    # An offset at BL of 8 mV is that of the difference over (1 + w) / 2.
    np.testing.assert_allclose(parallel.independent, 8e-3 / np.array([1.0, 0.875, 0.75]))
    assert serial.independent.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.slow
def test_two_equal_pairs_weigh_the_same(context):
    bench = differential_bench_at(context.design, 0.65, 0.65)
    model = offset_model(context, bench)
    names = [t.name for t in bench.transistors()]
    of = dict(zip(names, model.sensitivity, strict=True))
    assert abs(model.nominal) < 0.1e-3
    assert second_pair_weight(context, bench) == pytest.approx(1.0, abs=0.02)
    # BLB's transistor speaks against BL: on the side of REF, as much as that one.
    assert of["second_in_l"] == pytest.approx(of["in_l"], rel=0.1)
    assert of["second_in_r"] == pytest.approx(of["in_r"], rel=0.1)
    single = offset_model(context, bench_at(context.design, 0.65)).sigma
    # Two pairs and a latch that counts twice against the same current: between sqrt(2) and 2.
    assert np.sqrt(2) * single < model.sigma < 2 * single


def test_the_lower_pair_weighs_less(context):
    weight = second_pair_weight(context, differential_bench_at(context.design, 0.70, 0.60))
    assert 0.6 < weight < 0.95
    # Both sides moved together, as weight says: the decision stays.
    bench = replace(differential_bench_at(context.design, 0.70, 0.60), unbalance=5e-3)
    shifts = np.zeros((1, transistor_sigma(bench).size))
    found = find_thresholds(context, bench, shifts)
    assert found.values[0] == pytest.approx(5e-3 * weight, abs=0.2e-3)


def test_an_amplifier_without_second_pair(make_design, context):
    design = make_design("8t_xnor", "sense_amplifier.topology=isolated_latch")
    with pytest.raises(InputError, match="no second input pair"):
        sense_amplifier_of(design, "nmos", 2)
    assert measure_pairs(replace(context, design=design), [TAPS]) is None


def test_taps_of_both_variants_are_not_measured(context):
    low = Taps(np.zeros(1), np.full(1, 0.3), np.full(1, 0.3))
    assert measure_pairs(context, [TAPS, low]) is None


def test_differential_codes_of_whole_accesses(context):
    """Levels are 90 to 180 mV apart in BL - BLB; the references are midway between them."""
    taps = ((0.607, 0.698), (0.698, 0.607), (0.80, 0.50))
    references, complements = (tuple(one) for one in zip(*taps, strict=True))
    wanted = (0, 3, 4, 5, 8)
    benches = [
        MlsaBench(
            column_of(context.design, n, 8 - n, merged=True),
            references,
            "parallel",
            complements=complements,
        )
        for n in wanted
    ]
    found = simulate_accesses(context, benches)
    assert [one.code for one in found] == [0, 0, 1, 2, 3]
    for one in found:
        difference = one.v_bl - one.v_blb
        expected = sum(difference > a - b for a, b in taps)
        assert one.code == expected


def test_every_reference_has_its_complement(context):
    column = column_of(context.design, 4, 4, merged=True)
    with pytest.raises(ValueError, match="one complement per reference"):
        MlsaBench(column, (0.6, 0.7), "parallel", complements=(0.7,))
    with pytest.raises(ValueError, match="differential sensing is parallel"):
        MlsaBench(column, (0.6,), "serial", complements=(0.7,))
