"""Random columns: the same ones always, with the right distribution."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.generators import column_of
from sram_spice.measurements.levels import mismatch_sigma
from sram_spice.simulation import Status
from sram_spice.table_model import sample_level, solve_level
from sram_spice.table_model.sample import CHUNK

pytestmark = pytest.mark.slow
COUNT = 3 * CHUNK + 5


@pytest.fixture(scope="module")
def setting(make_design, tables, nominal):
    design = make_design("8t_xnor")
    return tables(design), design, nominal(design, 24, 40)


def test_samples_do_not_depend_on_threads_or_count(setting):
    one = sample_level(*setting, COUNT, seed=7)
    two = sample_level(*setting, COUNT, seed=7, threads=2)
    few = sample_level(*setting, 10, seed=7)
    np.testing.assert_array_equal(one.v_bl, two.v_bl)
    np.testing.assert_array_equal(one.code, two.code)
    np.testing.assert_array_equal(one.v_blb[:10], few.v_blb)
    assert one.v_bl.shape == (COUNT,)
    assert one.count(Status.OK) == COUNT
    assert not np.array_equal(one.v_bl, sample_level(*setting, COUNT, seed=8).v_bl)


def test_chunks_are_independent(setting):
    found = sample_level(*setting, 2 * CHUNK, seed=7).v_bl
    r = np.corrcoef(found[:CHUNK], found[CHUNK:])[0, 1]
    assert abs(r) < 4 / np.sqrt(CHUNK)


def test_summed_shifts_have_the_distribution_of_drawn_ones(setting):
    """Sums in place of single transistors change no moment of the bit lines."""
    tables, design, level = setting
    summed = sample_level(tables, design, level, 16 * CHUNK, seed=1)
    sigma = mismatch_sigma(design, column_of(design, 24, 40))
    count = 4 * CHUNK
    shifts = np.random.default_rng(3).standard_normal((count, sigma.size)) * sigma
    drawn = solve_level(tables, design, level, shifts)
    for a, b in ((summed.v_bl, drawn.v_bl), (summed.v_blb, drawn.v_blb)):
        error = b.std() / np.sqrt(count)
        assert abs(a.mean() - b.mean()) < 4.5 * error
        assert abs(np.log(a.std() / b.std())) < 4.5 / np.sqrt(2 * count)
        skew = [float((((v - v.mean()) / v.std()) ** 3).mean()) for v in (a, b)]
        assert abs(skew[0] - skew[1]) < 4.5 * np.sqrt(6 / count)
    # Both come from the same cells, so that BL and BLB are correlated alike.
    r = [np.corrcoef(s.v_bl, s.v_blb)[0, 1] for s in (summed, drawn)]
    assert abs(r[0] - r[1]) < 4.5 / np.sqrt(count)


def test_endangered_columns_flip_as_often_as_drawn_ones(make_design, tables, nominal):
    design = make_design("6t", "column.word_line_voltage=0.7", "column.load_width=4e-6")
    level = nominal(design, 4, 60)
    sampled = sample_level(tables(design), design, level, 2 * CHUNK, seed=1)
    part = sampled.count(Status.FLIPPED) / (2 * CHUNK)
    sigma = mismatch_sigma(design, column_of(design, 4, 60))
    shifts = np.random.default_rng(3).standard_normal((CHUNK, sigma.size)) * sigma
    drawn = solve_level(tables(design), design, level, shifts).count(Status.FLIPPED) / CHUNK
    assert 0.25 < drawn < 0.65
    assert abs(part - drawn) < 4.5 * np.sqrt(0.25 / CHUNK + 0.25 / (2 * CHUNK))
