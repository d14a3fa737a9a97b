"""One level of a design as a deck: which level, which mismatch."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sram_spice.errors import InputError
from sram_spice.results.tables import StoredTables
from sram_spice.runs.netlist import level_deck, reference_decks
from sram_spice.simulation.batch import run_batch

from .finished import small_design


def title(deck):
    return deck.splitlines()[0].partition(" ")[2]


@pytest.mark.parametrize(
    ("n_plus", "n_minus", "expected"),
    [
        (None, None, "n_plus=4 n_minus=4"),
        (3, None, "n_plus=3 n_minus=5"),
        (None, 3, "n_plus=5 n_minus=3"),
        (8, 0, "n_plus=8 n_minus=0"),
        (0, 8, "n_plus=0 n_minus=8"),
    ],
)
def test_the_level_defaults_to_the_rest_of_the_rows(n_plus, n_minus, expected):
    assert title(level_deck(small_design("8t_xnor"), n_plus, n_minus)) == expected


def test_rows_of_a_6t_column_may_be_inactive():
    assert title(level_deck(small_design("6t"), 1, 1)) == "n_plus=1 n_minus=1"


@pytest.mark.parametrize(
    ("topology", "n_plus", "n_minus"),
    [("8t_xnor", 9, None), ("8t_xnor", 3, 3), ("8t_xnor", -1, None), ("6t", 3, 2), ("6t", 5, None)],
)
def test_a_level_that_does_not_exist(topology, n_plus, n_minus):
    with pytest.raises(InputError, match=r"n_plus, n_minus: no such level.*allowed:"):
        level_deck(small_design(topology), n_plus, n_minus)


def shifts(deck):
    return [float(value) for value in re.findall(r"dvt_\w+=(-?\d\S*)", deck.split(".ends")[1])]


def test_mismatch_is_that_of_seed_and_sample():
    design = small_design("8t_xnor")
    first = shifts(level_deck(design, seed=1, sample=2))
    assert len(first) == 8 * 8
    assert shifts(level_deck(design, seed=1, sample=2)) == first
    # The same silicon at another level; other silicon for another sample or seed.
    assert shifts(level_deck(design, 0, 8, seed=1, sample=2)) == first
    assert shifts(level_deck(design, seed=1, sample=3)) != first
    assert shifts(level_deck(design, seed=2, sample=2)) != first
    assert shifts(level_deck(design)) == []


@pytest.mark.parametrize("index", [0, 4])
def test_plain_ngspice_gives_the_sample_of_the_characterization(finished_8t, index):
    samples = StoredTables(finished_8t.folder)["samples"]
    own = samples[(samples["n_plus"] == 3) & (samples["index"] == index)].iloc[0]
    found = run_batch(level_deck(finished_8t.design, 3, 5, seed=1, sample=index))
    np.testing.assert_allclose(found["v(bl)"], own["v_bl_v"], atol=1e-7)
    np.testing.assert_allclose(found["v(blb)"], own["v_blb_v"], atol=1e-7)
    assert found["cells_flipped"] == 0


@pytest.mark.parametrize(("topology", "count"), [("8t_xnor", 4), ("6t", 5)])
def test_reference_decks_are_what_their_names_say(topology, count):
    decks = reference_decks(small_design(topology))
    assert len({deck.file for deck in decks}) == len(decks) == count
    for deck in decks:
        plus, minus = re.match(r"plus(\d+)_minus(\d+)", deck.file).groups()
        assert title(deck.text) == f"n_plus={plus} n_minus={minus}"
        assert ("seed" in deck.file) == bool(shifts(deck.text))
