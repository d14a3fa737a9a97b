"""Where references are at a condition, and how they vary: against decks by hand and Monte Carlo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from sram_spice.amplifier.ideal import SumCoding
from sram_spice.amplifier.reference_statistics import build_references, reference_statistics
from sram_spice.amplifier.tap_samples import sampled_moments
from sram_spice.amplifier.tap_voltages import tap_energies, tap_voltages
from sram_spice.amplifier.trim import trimmed_references
from sram_spice.column.context import Context
from sram_spice.column.levels import nominal_job, nominal_level
from sram_spice.design import with_values
from sram_spice.errors import InputError
from sram_spice.generators.reference_ladder import ladder_of
from sram_spice.mlsa import ReferenceSet
from sram_spice.simulation import Job, OperatingPoint, Status
from sram_spice.simulation.batch import run_batch
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards
from tests.amplifier.hand_replica import hand_deck, hand_devices, hand_latches

ROWS, LOAD = 16, 0.5e-6  # a small column with the share of load per row that the reference has
SMALL = ("references.generator=replica", f"column.rows={ROWS}", f"column.load_width={LOAD}")
HOT_AND_SLOW = {
    "technology.corner": "ss",
    "conditions.temperature": 85.0,
    "conditions.vdd": 0.95,
}
CONTROL = (
    ".control\nset num_threads=1\nset numdgt=12\nop\nprint v(bl) v(blb)\nquit 0\n.endc\n.end\n"
)


def context_of(design, pool):
    return Context(design, technology_cards(design), pool, Silent())


def references(n_active, thresholds, v_ref):
    thresholds, v_ref = np.array(thresholds, dtype=float), np.array(v_ref, dtype=float)
    n = thresholds.size
    return ReferenceSet(n_active, thresholds, v_ref, np.zeros(n), ("",) * n, (0.0, 1.0))


def levels_of_sums(context, sums):
    """V_BL of nominal columns with all rows active."""
    rows = context.design.column.rows
    pairs = [((rows + s) // 2, (rows - s) // 2) for s in sums]
    jobs = [nominal_job(context.design, context.cards, *pair) for pair in pairs]
    found = {r.job: nominal_level(*pairs[r.job], r).v_bl for r in context.pool.run(jobs)}
    return np.array([found[i] for i in range(len(pairs))])


@pytest.mark.slow
@pytest.mark.parametrize(
    "condition", [{}, {"technology.corner": "ss", "conditions.temperature": 85.0}]
)
def test_nominal_taps_are_those_of_a_deck_by_hand(make_design, pool, condition):
    """256 cells and 8 loads, transistor by transistor, in a process of its own: within 20 uV."""
    made_for = make_design("8t_xnor", "references.generator=replica")
    built = build_references(made_for, references(64, [-13, 5], [0.6, 0.7]))
    context = context_of(with_values(made_for, condition), pool)
    taps = tap_voltages(context, built.settings)
    for tap, pluses in zip(taps, ([26, 26, 25, 25], [35, 35, 34, 34]), strict=True):
        deck = hand_deck(context.design, pluses, 64, 2e-6)
        found = run_batch(deck.replace(".end\n", CONTROL))
        assert tap.status is Status.OK
        assert tap.v_bl == pytest.approx(found["v(bl)"], abs=20e-6)
        assert tap.v_blb == pytest.approx(found["v(blb)"], abs=20e-6)


def monte_carlo(context, pluses, samples, seed):
    """BL and BLB of mismatched groups by hand, each transistor with a shift of its own."""
    design = context.design
    devices = hand_devices(len(pluses), ROWS)
    load = (LOAD * 65e-9) ** -0.5
    devices += [(f"ml{side}{c}", load) for c in range(len(pluses)) for side in "tc"]
    sigma = design.mismatch.a_vt * np.array([s for _, s in devices])
    shifts = np.random.default_rng(seed).standard_normal((samples, sigma.size)) * sigma
    job = Job(
        hand_deck(design, pluses, ROWS, LOAD), OperatingPoint(), ("bl", "blb"),
        hand_latches(pluses, ROWS), tuple(f"@{name}[delvto]" for name, _ in devices), shifts,
    )  # fmt: skip
    results = list(context.pool.run([job]))
    assert all(r.status is Status.OK for r in results)
    return np.array([r.values for r in results])


@pytest.fixture(scope="module")
def small(make_design, pool):
    """Statistics of two references of 1 and of 4 columns each."""
    found = {}
    for columns in (1, 4):
        design = make_design("8t_xnor", *SMALL, f"references.replica_columns={columns}")
        context = context_of(design, pool)
        built = build_references(design, references(ROWS, [-4, 2], [0.55, 0.65]))
        found[columns] = context, built, reference_statistics(context, built)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("columns", [1, 4])
def test_mean_and_sigma_are_those_of_mismatched_groups(small, columns):
    """Full columns by hand: intervals that one in a thousand such samples leaves."""
    samples = 800 // columns
    context, _, found = small[columns]
    for place, n_plus in enumerate((6, 9)):
        both = monte_carlo(context, [n_plus] * columns, samples, seed=10 * columns + place)
        means = found.mean_v[place], found.complement_mean_v[place]
        for values, mean, i in zip(both.T, means, (place, 2 + place), strict=True):
            variance = found.pair_covariance[i, i]
            low, high = chi2.ppf([0.0005, 0.9995], samples - 1) / (samples - 1)
            assert low < values.var(ddof=1) / variance < high
            assert abs(values.mean() - mean) < 3.3 * np.sqrt(variance / samples)


def test_mismatch_falls_with_the_square_root_of_the_columns(small):
    """Even sums, so that one column is alike the others; second order moves it by 1 %."""
    one, four = (np.sqrt(np.diag(small[m][2].covariance)) for m in (1, 4))
    np.testing.assert_allclose(one / four, 2.0, rtol=0.01)
    # Groups are silicon of their own.
    covariance = small[4][2].covariance
    assert covariance[0, 1] == 0.0


def test_a_tap_of_alike_columns_is_their_level(small):
    """Shorting columns that are alike moves nothing: merged group against plain column."""
    context, _, found = small[4]
    np.testing.assert_allclose(found.nominal_v, levels_of_sums(context, [-4, 2]), atol=1e-6)
    assert found.columns == 8
    np.testing.assert_array_equal(found.threshold_sum, [-4, 2])
    assert not found.flipped.any()
    assert not found.failed.any()


def test_energy_is_the_current_of_the_columns(small):
    """Nearly all of it flows while the word line is up: current at rest, V, time.

    Word-line edges, and the supply's part of charging the lines, are a tenth.
    """
    context, built, found = small[4]
    design, deck = context.design, hand_deck(small[4][0].design, [6] * 4, ROWS, LOAD)
    job = Job(deck, OperatingPoint(), ("vsup#branch",), hand_latches([6] * 4, ROWS))
    (result,) = context.pool.run([job])
    up = design.sense_amplifier.settling_time + design.sense_amplifier.sensing_time
    energy = tap_energies(context, built.settings[:1], 1)[0]
    assert energy == pytest.approx(-result.values[0] * design.conditions.vdd * up, rel=0.12, abs=0)
    assert found.energy_j == pytest.approx(
        tap_energies(context, built.settings, 1).sum(), rel=1e-9, abs=0
    )


@pytest.fixture(scope="module")
def reference_sums(make_design):
    """Thresholds of the reference design."""
    return SumCoding.of(make_design("8t_xnor")).quantizer.thresholds


def test_replicas_track_where_a_ladder_does_not(make_design, pool, reference_sums):
    """ss, 85 C, 0.95 V: the tap stays between the two sums next to its threshold."""
    typical, found = make_design("8t_xnor"), {}
    sums = [int(t + side) for t in reference_sums for side in (-1, 1)]
    made_at = levels_of_sums(context_of(typical, pool), sums).reshape(-1, 2).mean(axis=1)
    there = context_of(with_values(typical, HOT_AND_SLOW), pool)
    low, high = levels_of_sums(there, sums).reshape(-1, 2).T
    for generator in ("ladder", "replica"):
        design = with_values(typical, {"references.generator": generator, "mismatch.a_vt": 0.0})
        built = build_references(design, references(64, reference_sums, made_at))
        context = context_of(with_values(design, HOT_AND_SLOW), pool)
        found[generator] = reference_statistics(context, built, energy=False)
    replica, ladder = found["replica"].mean_v, found["ladder"].mean_v
    assert (low < replica).all()
    assert (replica < high).all()
    np.testing.assert_allclose(replica, (low + high) / 2, atol=0.1e-3)  # half steps of a sum
    assert ((ladder < low) | (ladder > high)).all()
    rows = np.abs(ladder - (low + high) / 2) / (high - low)
    assert rows.min() > 2  # references of the ladder are off by rows


def test_a_ladder_is_trimmed_once_and_hangs_on_the_supply(make_design, pool):
    design = make_design("8t_xnor")
    sets = references(64, [-5, 1, 65], [0.6, 0.7, 1.0])
    built = build_references(design, sets)
    low = with_values(design, {"conditions.vdd": 0.9, "conditions.temperature": 85.0})
    here, there = (reference_statistics(context_of(d, pool), built) for d in (design, low))
    np.testing.assert_array_equal(here.mean_v, [0.6, 0.7, 1.0])
    np.testing.assert_allclose(there.mean_v, [0.54, 0.63, 0.9], rtol=1e-12)
    np.testing.assert_array_equal(here.threshold_v, here.mean_v)
    np.testing.assert_array_equal(
        here.covariance[:2, :2], ladder_of(design, (0.6, 0.7)).covariance()
    )
    assert not here.covariance[2].any()  # a reference at the rail is not built
    assert here.columns == 0
    assert here.energy_j / here.power_w == pytest.approx(2.15e-9, rel=0.02)  # an access
    assert here.power_w == pytest.approx(1 / 20e3)


def test_rows_that_are_inactive_are_inactive_in_replicas(make_design, pool):
    """6T, 4 of 8 rows active: 2 of 4 columns with each of the sums around the threshold."""
    design = make_design(
        "6t", "references.generator=replica", "column.rows=8", "column.load_width=2.5e-7",
        "mismatch.a_vt=0",
    )  # fmt: skip
    context = context_of(design, pool)
    found = reference_statistics(
        context, build_references(design, references(4, [-1], [0.6])), energy=False
    )
    pairs = [(1, 3), (2, 2)]
    jobs = [nominal_job(design, context.cards, *pair) for pair in pairs]
    low, high = sorted(nominal_level(*pairs[r.job], r).v_bl for r in pool.run(jobs))
    assert found.threshold_sum[0] == -1
    # The middle, but for the bend of V(sum): some per cent of the step of 80 mV.
    assert found.mean_v[0] == pytest.approx((low + high) / 2, abs=0.04 * (high - low))


def test_global_references_are_built_for_the_mean_of_active_rows(make_design):
    design = make_design("6t", "references.generator=replica", "column.rows=8")
    built = build_references(design, references(None, [1, 5], [0.6, 0.8]))
    assert built.n_active == 4  # half of the inputs are 1
    active = [{sum(level) for level in setting.levels} for setting in built.settings]
    assert active == [{4}, {5}]  # a sum of 5 needs 5 rows


def test_taps_of_a_transient_read_out_are_sampled(make_design, pool):
    """`discharge`: shorted alike columns discharge as one does; their spread is by whole groups."""
    more = ("column.readout=discharge", "monte_carlo.samples=3", "references.replica_columns=2")
    design = make_design("8t_xnor", *SMALL, *more, "column.rows=4")
    context = context_of(design, pool)
    built = build_references(design, references(4, [0], [0.9]))
    found = reference_statistics(context, built, energy=False)
    assert found.nominal_v[0] == pytest.approx(levels_of_sums(context, [0])[0], abs=20e-6)
    (moments,) = sampled_moments(context, built.settings, 3)
    assert found.mean_v[0] == moments.mean[0]
    assert found.covariance[0, 0] == moments.covariance[0, 0] > 0


def test_columns_that_lose_their_data_make_no_reference(make_design, pool):
    """Word lines at VDD overwrite the minority: said, and no voltage comes of it."""
    design = make_design("8t_xnor", *SMALL, "column.word_line_voltage=1.0")
    context = context_of(design, pool)
    built = build_references(design, references(ROWS, [-11], [0.3]))
    found = reference_statistics(context, built, energy=False)
    assert found.flipped[0] == 1.0
    assert np.isnan(found.mean_v[0])
    assert np.isnan(found.covariance[0, 0])
    with pytest.raises(InputError, match="do not hold their data: flipped") as caught:
        trimmed_references(context, None, [references(ROWS, [-11], [0.3])], "parallel")
    assert caught.value.exit_code == 2


@pytest.mark.slow
def test_cells_that_flip_under_mismatch_are_counted(make_design, pool):
    """Ten times the mismatch: some cells of the draws do not hold, and so it says of the group."""
    design = make_design("8t_xnor", *SMALL, "mismatch.a_vt=3e-8")
    found = reference_statistics(
        context_of(design, pool),
        build_references(design, references(ROWS, [-4], [0.55])),
        energy=False,
    )
    assert 0.5 < found.flipped[0] <= 1.0


def test_without_mismatch_nothing_varies(small):
    context, built, _ = small[1]
    still = replace(context, design=with_values(context.design, {"mismatch.a_vt": 0.0}))
    found = reference_statistics(still, built, energy=False)
    np.testing.assert_array_equal(found.mean_v, found.nominal_v)
    assert not found.covariance.any()
    assert np.isnan(found.energy_j)
