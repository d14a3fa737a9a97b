"""Words of numbers."""

from __future__ import annotations

import pytest

from sram_spice.wording import count, probability


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (count(0, "level"), "0 levels"),
        (count(1, "level"), "1 level"),
        (count(2145, "level"), "2,145 levels"),
        (count(1, "access", "accesses"), "1 access"),
        (count(2, "level lies", "levels lie"), "2 levels lie"),
        (probability(0.0023), "0.0023"),
        (probability(1.234e-9), "1.2e-09"),
        (probability(2e-5, bound=True), "below 2e-05"),
        (probability(1e-15, bound=True), "below 1e-15"),
        (probability(1e-132), "below 1e-15"),
        (probability(0.0), "below 1e-15"),
    ],
)
def test_words(said, words):
    assert said == words
