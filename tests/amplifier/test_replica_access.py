"""Whole accesses with replica columns in the deck: codes, energy, data, trim, mismatch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sram_spice.amplifier.access import simulate_accesses
from sram_spice.amplifier.access_samples import draw
from sram_spice.amplifier.check_thresholds import tap_errors
from sram_spice.amplifier.tap_voltages import tap_energies, tap_voltages
from sram_spice.amplifier.trim import trim, trimmed_references
from sram_spice.column.context import Context
from sram_spice.generators import column_of
from sram_spice.generators.deck import OPTIONS
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.reference_generator import reference_generator_of
from sram_spice.mlsa import build_level_model, input_aware_references
from sram_spice.results.checkpoint import Checkpoint
from sram_spice.runs.characterize.levels import levels_table, samples_table
from sram_spice.runs.characterize.nominal import run_nominal
from sram_spice.simulation import Job, Status, Transient
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

ROWS, THRESHOLDS = 8, (-3, 1, 5)  # taps of 0.52, 0.70, 0.87 V
SMALL = (
    "references.generator=replica",
    "references.replica_columns=2",
    "column.rows=8",
    "column.load_width=2.5e-7",
    "mlsa.levels=4",
    "sense_amplifier.settling_time=1.5e-9",  # few cells drive the same amplifiers
)


def context_of(make_design, pool, *more):
    design = make_design("8t_xnor", *SMALL, *more)
    return Context(design, technology_cards(design), pool, Silent())


@pytest.fixture(scope="module")
def context(make_design, pool):
    return context_of(make_design, pool)


def settings_of(context, thresholds=THRESHOLDS):
    generator = reference_generator_of(context.design)
    return tuple(generator.setting(ROWS, t, 0.5) for t in thresholds)


@pytest.fixture(scope="module")
def taps(context):
    return tuple(tap.v_bl for tap in tap_voltages(context, settings_of(context)))


def bench(context, taps, n_plus, mode="parallel", merged=True, **more):
    column = column_of(context.design, n_plus, ROWS - n_plus, merged=merged)
    return MlsaBench(column, taps, mode, settings=settings_of(context), **more)


@pytest.fixture(scope="module")
def accesses(context, taps):
    wanted = [(n, mode) for n in (0, 2, 4, 6, 8) for mode in ("parallel", "serial")]
    found = simulate_accesses(context, [bench(context, taps, *one) for one in wanted])
    return dict(zip(wanted, found, strict=True))


@pytest.mark.slow
def test_codes_are_those_of_the_sums(accesses):
    """By counting: the code is the number of thresholds below the sum."""
    for (n_plus, _), access in accesses.items():
        assert access.status is Status.OK
        assert access.code == sum(2 * n_plus - ROWS > t for t in THRESHOLDS)


def test_an_access_pays_for_the_replicas(context, accesses):
    """Amplifiers at the taps change little of what the columns take by themselves."""
    alone = tap_energies(context, settings_of(context), 1).sum()
    for n_plus in (0, 4, 8):
        energy = accesses[n_plus, "parallel"].energy
        assert energy.references == pytest.approx(alone, rel=0.01, abs=0)
        assert energy.references > 3 * energy.bit_line  # six columns, and this one


def test_merged_replicas_are_the_whole_ones(context, taps):
    """Rows and columns as one instance each, against every transistor: the same waves."""
    both = [bench(context, taps, 4, merged=m, recover=False) for m in (True, False)]
    merged, whole = simulate_accesses(context, both)
    assert merged.decisions == whole.decisions == (1, 0, 0)
    assert merged.v_bl == pytest.approx(whole.v_bl, abs=0.1e-3)
    assert merged.energy.references == pytest.approx(whole.energy.references, rel=2e-3, abs=0)


def test_data_lost_in_a_replica_is_seen(make_design, pool):
    """Word lines at VDD: a column of +1 alone keeps its data, a replica of mixed weights not."""
    context = context_of(make_design, pool, "column.word_line_voltage=1.0")
    one = bench(context, (0.3, 0.5, 0.7), ROWS)
    alone = MlsaBench(one.column, (), "binary")
    with_replicas, without = simulate_accesses(context, [one, alone])
    assert without.status is Status.OK
    assert with_replicas.status is Status.FLIPPED


@pytest.mark.slow
def test_predicted_taps_are_those_of_the_transient(context, taps):
    """Mismatched groups at rest, by which decisions are predicted, against taps of whole accesses.

    What SAEN finds is some millivolts off the rest alike in all samples: settling.
    """
    one = bench(context, taps, 4, merged=False, recover=False)
    drawn = draw(context, one, range(4))
    rest = one.generator
    predicted = tap_errors(context, one, rest, drawn[:, -len(rest.alter) :])
    job = Job(
        one.deck(context.cards, OPTIONS),
        Transient(one.timing.stop, 20e-12, sample_at=one.timing.enable[0]),
        tuple(rest.tap_node(i) for i in range(3)), one.latches, one.alter, drawn,
    )  # fmt: skip
    found = sorted(context.pool.run([job]), key=lambda r: r.point)
    errors = np.array([r.values for r in found]) - np.array(taps)
    assert predicted.std() > 5e-3
    np.testing.assert_allclose(errors, predicted, atol=1e-3)


@pytest.mark.slow
def test_weights_are_the_trim(make_design, pool):
    """Kick-back moves decisions by millivolts, a cell of 16 columns by 5.7 mV: left is half."""
    context = context_of(make_design, pool, "references.replica_columns=16", "mismatch.a_vt=0")
    nominal = run_nominal(context.design, context.cards, pool, Silent())
    levels = levels_table(nominal, samples_table(context.design, Checkpoint(Path())))
    thresholds = np.array(THRESHOLDS[:2], dtype=float)
    model = build_level_model(levels, None, "single_ended")
    sets = [input_aware_references(model, thresholds, 1.0)[ROWS]]
    (found,) = trim(context, levels, sets, "parallel")
    before = settings_of(context, THRESHOLDS[:2])
    cells = [
        sum(plus for plus, _ in now.levels) - sum(plus for plus, _ in old.levels)
        for now, old in zip(found.settings, before, strict=True)
    ]
    assert any(cells)
    step = 0.183 / 2 / 16  # V; levels are 92 mV apart, and a cell is in one of the columns
    np.testing.assert_allclose(found.after - found.before, np.array(cells) * step, atol=1.5e-3)
    assert (np.abs(found.after) < step / 2 + 1.5e-3).all()
    (built,) = trimmed_references(context, levels, sets, "parallel")
    assert built.settings == found.settings
