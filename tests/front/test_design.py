"""A design that is changed in Python is the one that --set gives."""

from __future__ import annotations

import numpy as np
import pytest

import sram_spice as ss


def test_replace_is_what_set_does():
    design = ss.load("xnor_8t")
    changed = design.replace({"conditions.temperature": 85, "technology.corner": "ss"})
    assert changed == ss.load("xnor_8t", ["conditions.temperature=85", "technology.corner=ss"])
    assert design == ss.load("xnor_8t")  # and the first one stays as it is
    assert design.replace({}) == design


def test_numbers_of_numpy_are_numbers():
    changed = ss.load("xnor_8t").replace(
        {"column.rows": np.int64(16), "column.word_line_voltage": np.linspace(0.4, 0.5, 3)[1]}
    )
    assert changed.column.rows == 16
    assert changed.column.word_line_voltage == pytest.approx(0.45)


def test_a_section_may_be_left_out_and_begun():
    without = ss.load("xnor_8t").replace({"sense_amplifier": None})
    assert without.sense_amplifier is None
    again = without.replace({"sense_amplifier.topology": "strongarm"})
    assert again.sense_amplifier.topology == "strongarm"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"column.row": 8}, "column.row: unknown key"),
        ({"colum.rows": 8}, "unknown key"),
        ({"column.rows": 8.5}, "column.rows: "),
        ({"column.rows": "8"}, "column.rows: "),
        ({"name": "a b"}, "name: "),
    ],
)
def test_what_is_wrong_is_named(changes, part):
    with pytest.raises(ss.InputError, match=part):
        ss.load("xnor_8t").replace(changes)


def test_html_holds_every_key_and_no_markup_of_a_stranger():
    text = ss.load("xnor_8t").replace({"technology.model": "<script>"})._repr_html_()
    assert "column.word_line_voltage" in text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
