"""What may be varied: forms, kinds, and what is refused before anything is simulated."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.errors import InputError
from sram_spice.runs.optimize.variable import (
    Variable,
    checked_variables,
    parse_variable,
    variable_of,
)


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("column.load_width=0.5e-6:10e-6:log", Variable("column.load_width", 0.5e-6, 10e-6, True)),
        ("column.rows=8:64", Variable("column.rows", 8, 64)),
        ("mlsa.levels=4,8", Variable("mlsa.levels", choices=(4, 8))),
        (
            "references.generator=ladder,replica",
            Variable("references.generator", choices=("ladder", "replica")),
        ),
    ],
)
def test_forms(text, variable):
    assert parse_variable(text) == variable


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("column.rows", "not a range"),
        ("=1:2", "not a range"),
        ("column.rows=1:2:3", "not a range"),
        ("column.rows=1:2:log:4", "not a range"),
        ("cell.length=65n:120n", "not a number; did you mean 65e-9?"),
        ("column.load_width=2e-6:1e-6", "the range does not rise"),
        ("column.load_width=1e-6:1e-6", "the range does not rise"),
        ("column.load_width=nan:1e-6", "the range does not rise"),
        ("column.load_width=0:1e-6:log", "a logarithmic range begins above 0"),
        ("mlsa.levels=4", "not two or more different values"),
        ("mlsa.levels=4,4", "not two or more different values"),
    ],
)
def test_what_is_no_range(text, said):
    with pytest.raises(InputError) as caught:
        parse_variable(text)
    assert said in str(caught.value)
    assert "--vary" in str(caught.value)


def test_from_python():
    assert variable_of("a.b", (0.1, 0.2)) == Variable("a.b", 0.1, 0.2)
    assert variable_of("a.b", (np.float64(1), 10, "log")) == Variable("a.b", 1.0, 10, True)
    assert variable_of("a.b", [4, 8]) == Variable("a.b", choices=(4, 8))
    for wrong in ((1, 2, "lin"), "0.1:0.2", (1,), {1: 2}, ("a", "b"), [], (True, 2)):
        with pytest.raises(InputError):
            variable_of("a.b", wrong)


def test_kinds_are_those_of_the_design(make_design):
    design = make_design("8t_xnor")
    ohms = "wires.bit_line_resistance_per_cell=1:2"
    texts = ("column.rows=8.0:16.0", ohms, "cell.length=65e-9:120e-9")
    rows, wire, length = checked_variables(design, [parse_variable(text) for text in texts])
    assert rows.whole
    assert not wire.whole
    assert not length.whole
    assert {rows.at(p) for p in np.linspace(0, 1, 200).tolist()} == set(range(8, 17))


def test_values_stay_within_and_have_few_digits():
    width = parse_variable("column.load_width=0.5e-6:10e-6:log")
    drawn = [width.at(p) for p in np.linspace(0, 1, 101).tolist()]
    assert drawn[0] == 0.5e-6
    assert drawn[-1] == 10e-6
    assert drawn[50] == pytest.approx((0.5e-6 * 10e-6) ** 0.5, rel=1e-5)
    assert all(len(f"{v:e}".partition("e")[0].replace(".", "").rstrip("0")) <= 6 for v in drawn)
    choice = parse_variable("mlsa.levels=4,8,16")
    assert [choice.at(p) for p in (0.0, 0.34, 1.0)] == [4, 8, 16]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ((), "nothing is varied"),
        (("column.rows=4:8", "column.rows=8:16"), "key given twice"),
        (("column.row=4:8",), "--vary column.row: unknown key; did you mean column.rows?"),
        (("rows=4:8",), "unknown key"),
        (("column.readout=1:2",), "--vary column.readout"),
        (("column.readout=load,none",), "--vary column.readout"),
        (("cell.length=10e-9:120e-9",), "--vary cell.length"),
        (("column.rows=4.5:8.5",), "not a range of whole numbers"),
        (("mismatch.a_vt=-1e-9:3e-9",), "--vary mismatch.a_vt"),
        (("column=1:2",), "--vary column"),
    ],
)
def test_what_the_design_does_not_take(make_design, texts, said):
    with pytest.raises(InputError) as caught:
        checked_variables(make_design("8t_xnor"), [parse_variable(text) for text in texts])
    assert said in str(caught.value)
