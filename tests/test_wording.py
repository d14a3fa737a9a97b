"""A number with its noun."""

from __future__ import annotations

import pytest

from sram_spice.wording import count


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (count(0, "level"), "0 levels"),
        (count(1, "level"), "1 level"),
        (count(2145, "level"), "2,145 levels"),
        (count(1, "access", "accesses"), "1 access"),
        (count(2, "level lies", "levels lie"), "2 levels lie"),
    ],
)
def test_one_is_singular(said, words):
    assert said == words
