"""The decks in netlists/ are those of today's generators, and each runs alone."""

from __future__ import annotations

import pytest

from sram_spice.design import load_design
from sram_spice.runs.netlist import reference_decks
from sram_spice.simulation.batch import run_batch
from tests.conftest import CIRCUITS, ROOT

DECKS = [
    (path, deck)
    for path in sorted(CIRCUITS.values())
    for deck in reference_decks(load_design(path))
]


@pytest.mark.parametrize(("path", "deck"), DECKS, ids=lambda x: getattr(x, "file", None) or x.stem)
def test_deck_is_current_and_runs_alone(path, deck):
    kept = ROOT / "netlists" / load_design(path).name / deck.file
    assert kept.read_text() == deck.text, "run `make reference`"
    values = run_batch(kept.read_text())
    assert values["cells_flipped"] == 0
    assert 0.3 < values["v(bl)"] <= 1.0
    assert 0.3 < values["v(blb)"] <= 1.0


def test_no_other_decks_are_kept():
    expected = {(load_design(path).name, deck.file) for path, deck in DECKS}
    assert {(p.parent.name, p.name) for p in (ROOT / "netlists").rglob("*.cir")} == expected
