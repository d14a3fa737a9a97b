"""Numbers with suffixes of SPICE: refused, and the number that was meant is said."""

from __future__ import annotations

import math
import subprocess

import pytest

from sram_spice.design.spice_number import SUFFIXES, plain_number
from sram_spice.errors import InputError
from sram_spice.runs.sweep.design_grid import parse_axis

WRITTEN = [
    *(f"6.5{suffix}" for suffix in SUFFIXES),
    *("65N", "0.2fF", "1.5Meg", "1MEG", "3M", "2mV", "7", "1V", "-.5u", "2e-3k", "4.k", "1kohm"),
]


def test_as_ngspice_itself_reads_them(tmp_path):
    deck = tmp_path / "numbers.cir"
    sources = [f"v{i} n{i} 0 dc {text}" for i, text in enumerate(WRITTEN)]
    loads = [f"r{i} n{i} 0 1" for i in range(len(WRITTEN))]
    shown = [f"print v(n{i})" for i in range(len(WRITTEN))]
    lines = ["numbers", *sources, *loads, ".control", "set numdgt=9", "op", *shown, ".endc", ".end"]
    deck.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(
        ["ngspice", "-b", str(deck)], capture_output=True, text=True, timeout=30, check=False
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("v(n")]
    read = {line.split()[0]: float(line.split("=")[1]) for line in found}
    for i, text in enumerate(WRITTEN):
        plain = plain_number(text)
        assert plain is not None
        # Nine digits are printed.
        assert math.isclose(float(plain), read[f"v(n{i})"], rel_tol=1e-8), text


@pytest.mark.parametrize("text", ["linear", "", "n", "65 nm long", "1.2.3", "0x10", "1e5_000", "é"])
def test_other_words_are_no_numbers(text):
    assert plain_number(text) is None


@pytest.mark.parametrize(
    ("item", "meant"),
    [
        ("cell.length=65n", "65e-9"),
        ("cell.length=65nm", "65e-9"),
        ("cell.length=65 µm", "65e-6"),
        ("column.wire_capacitance_per_cell=.2fF", ".2e-15"),
        ("conditions.vdd=1V", "1"),
        ("column.rows=1k", "1000"),
    ],
)
def test_the_message_says_what_was_meant(make_design, item, meant):
    with pytest.raises(InputError) as caught:
        make_design("8t_xnor", item)
    assert f"; did you mean {meant}?" in str(caught.value)


def test_no_whole_number_is_suggested_where_it_is_none(make_design):
    with pytest.raises(InputError) as caught:
        make_design("8t_xnor", "column.rows=64u")
    assert "did you mean" not in str(caught.value)


def test_the_same_in_a_range():
    with pytest.raises(InputError, match=r"did you mean 1e-6:2e-6:0.5e-6\?"):
        parse_axis("column.load_width=1u:2u:0.5u")
