"""Alias tables: what they can draw is exactly what they were made from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sram_spice.lut.alias import BITS, NO_CODE, alias_tables
from sram_spice.lut.sampling import CHUNK, _compiled, by_numpy, random_words, sample_codes


def weights(tables, levels, codes):
    """How many of the 2^32 random words give each outcome, read off the tables."""
    found = np.zeros((levels, codes + 1), dtype=object)
    columns = 1 << tables.column_bits
    room = (1 << BITS) // columns
    for place, (cut, below, above) in enumerate(
        zip(tables.cut.tolist(), tables.below.tolist(), tables.above.tolist(), strict=True)
    ):
        found[place // columns, below] += cut
        found[place // columns, above] += room - cut
    return found


positive = st.floats(0, 1).map(lambda x: x**8)  # from 1e-30 to 1


@given(arrays(float, st.tuples(st.integers(1, 3), st.integers(2, 20)), elements=positive))
def test_every_word_is_used_as_the_probabilities_say(table):
    total = table.sum(axis=1, keepdims=True)
    table = np.where(total > 0, table / np.where(total > 0, total, 1), 1 / table.shape[1])
    codes = table.shape[1] - 1
    tables = alias_tables(table[:, :-1], table[:, -1])
    found = weights(tables, len(table), codes)
    assert (found.sum(axis=1) == 1 << BITS).all()
    # Largest remainders: no outcome is off by a whole unit of 2^-32, plus what doubles round.
    assert np.abs(found - table * 2.0**BITS).max() < 1 + 1e-5


def test_a_certain_code_is_certain():
    tables = alias_tables(np.eye(5)[[3]], np.zeros(1))
    codes = sample_codes(
        np.zeros(CHUNK + 7, dtype=np.int8),
        0,
        np.zeros(1, np.int32),
        tables,
        np.random.default_rng(1),
    )
    assert (codes == 3).all()


def test_a_level_without_solution_has_no_code():
    tables = alias_tables(np.zeros((1, 4)), np.ones(1))
    words = np.array([0, 2**32 - 1, 12345], dtype=np.uint32)
    codes = np.empty(3, dtype=np.int16)
    assert by_numpy(np.zeros(3, np.int64), 0, np.zeros(1, np.int32), words, tables, codes) == -1
    assert (codes == NO_CODE).all()


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.uint8, np.int64, np.uint64])
@pytest.mark.parametrize("codes", [2, 8, 100])
def test_compiled_and_numpy_draw_the_same(dtype, codes):
    rng = np.random.default_rng(5)
    table = rng.dirichlet(np.full(codes + 1, 0.3), size=6)
    tables = alias_tables(table[:, :-1], table[:, -1])
    levels = np.array([0, -1, 1, 2, -1, 3, 4, 5], dtype=np.int32)
    values = rng.choice(np.flatnonzero(levels >= 0), size=1001).astype(dtype)
    words = random_words(rng, values.size)
    drawn = [np.empty(values.size, dtype=np.int16) for _ in range(2)]
    for one, draw in zip(drawn, (_compiled, by_numpy), strict=True):
        assert draw(values, 0, levels, words, tables, one) == -1
    np.testing.assert_array_equal(*drawn)
    assert len(set(drawn[0].tolist())) > 2
    values[77] = 4
    values[90] = 1
    for draw in (_compiled, by_numpy):
        assert draw(values, 0, levels, words, tables, drawn[0]) == 77


def test_values_beyond_the_table_are_found():
    tables = alias_tables(np.eye(2), np.zeros(2))
    rng = np.random.default_rng(0)
    for bad in (-3, 9):
        values = np.zeros(CHUNK + 10, dtype=np.int64)
        values[CHUNK + 4] = bad
        with pytest.raises(LookupError) as caught:
            sample_codes(values, 0, np.arange(2, dtype=np.int32), tables, rng)
        assert caught.value.args == (CHUNK + 4,)
