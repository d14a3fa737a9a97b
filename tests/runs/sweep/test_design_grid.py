"""Axes and grids of a sweep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sram_spice.errors import InputError
from sram_spice.runs.sweep.design_grid import Axis, grid, parse_axis

V_WL = "column.word_line_voltage"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("k.a=0.4:0.6:0.1", (0.4, 0.5, 0.6)),
        ("k.a=0.6:0.4:-0.1", (0.6, 0.5, 0.4)),
        ("k.a=16:64:16", (16, 32, 48, 64)),
        ("k.a=0.1:0.35:0.1", (0.1, 0.2, 0.3)),
        ("k.a=2e-6:2e-6:1e-6", (2e-6,)),
        ("k.a=tt,ff, ss", ("tt", "ff", "ss")),
        ("k.a=1", (1,)),
        ('k.a="x",2.5', ("x", 2.5)),
    ],
)
def test_axes(text, values):
    axis = parse_axis(text)
    assert axis == Axis("k.a", values)
    assert [type(v) for v in axis.values] == [type(v) for v in values]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k.a",
        "=1:2:1",
        "k.a=",
        "k.a=1:2",
        "k.a=1:2:0",
        "k.a=a:b:c",
        "k.a=2:1:1",
        "k.a=0:1:1e-9",
        "k.a=0:inf:1",
        "k.a=nan:1:1",
        "k.a=1:2:3:4",
        "k.a=0:" + "9" * 400 + ":1",
        "k.a=0:" + "9" * 5000 + ":1",
        "k.a=0:1\nx=2:1",
    ],
)
def test_what_is_no_axis(text):
    with pytest.raises(InputError, match="--over"):
        parse_axis(text)


@given(st.integers(-50, 50), st.integers(0, 40), st.integers(1, 9), st.sampled_from([1, 10, 1000]))
def test_both_ends_are_included(first, count, step, scale):
    last = first + count * step
    text = f"k.a={first / scale!r}:{last / scale!r}:{step / scale!r}"
    values = parse_axis(text).values
    assert len(values) == count + 1
    assert values[0] == pytest.approx(first / scale, abs=1e-12)
    assert values[-1] == pytest.approx(last / scale, abs=1e-12)


def test_grid_is_the_product_with_the_last_axis_fastest(make_design):
    points = grid(
        make_design("6t"), [Axis(V_WL, (0.4, 0.5)), Axis("technology.corner", ("ff", "ss"))]
    )
    assert [(p.design.column.word_line_voltage, p.design.technology.corner) for p in points] == [
        (0.4, "ff"),
        (0.4, "ss"),
        (0.5, "ff"),
        (0.5, "ss"),
    ]
    assert points[1].folder == "word_line_voltage=0.4,corner=ss"
    assert len({p.folder for p in points}) == 4


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ([Axis("column.rowz", (1,))], "column.rowz"),
        ([Axis("nowhere.rows", (1,))], "nowhere.rows"),
        ([Axis("column.rows", (16, 0))], "column.rows"),
        ([Axis(V_WL, ("high",))], V_WL),
        ([Axis(V_WL, (0.5,)), Axis(V_WL, (0.6,))], "twice"),
    ],
)
def test_grids_that_cannot_be(make_design, axes, words):
    with pytest.raises(InputError, match=words):
        grid(make_design("6t"), axes)


def test_folders_hold_no_path(make_design, tmp_path):
    card = tmp_path / "a b" / "card.pm"
    (point,) = grid(make_design("6t"), [Axis("technology.model", (str(card),))])
    assert "/" not in point.folder
    assert " " not in point.folder
