"""The map of a sweep: what is unsafe is hatched, what is not known is not called safe."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from sram_spice.report.map_figure import axis_scale, design_map
from sram_spice.report.style import figure_style

X, Y = "column.load_width", "column.word_line_voltage"


@pytest.fixture
def table():
    rows = [
        # V_WL, load, swing, loss, its upper bound, flipped samples, nominal flips
        (0.5, 2e-6, 0.68, 1e-20, 1e-18, 0, 0),
        (0.5, 4e-6, 0.34, 1e-300, 0.09, 0, 0),
        (0.7, 2e-6, 0.94, 0.9, 0.95, 0, 3),
        (0.7, 4e-6, 0.85, 2e-5, 3e-5, 0, 0),
    ]
    names = [Y, X, "swing_v", "loss_probability", "loss_high", "flipped", "nominal_flipped"]
    rest = {"nominal_failed": 0, "sigma_rows": 1.5, "energy_j": 1.6e-12}
    return pd.DataFrame(rows, columns=names).assign(**rest)


def drawn(table):
    with figure_style():
        return design_map(table, X, Y, "title")


def panel(figure, words):
    return next(axes for axes in figure.axes if words in axes.get_title())


def test_unsafe_points_are_hatched_in_every_panel(table):
    figure = drawn(table)
    for words in ("loses data", "Swing", "Sensing", "Energy"):
        hatched = [p for p in panel(figure, words).patches if isinstance(p, Rectangle)]
        assert sorted((p.get_x(), p.get_y()) for p in hatched) == [(-0.5, 0.5), (0.5, 0.5)]


def test_numbers_say_what_is_known(table):
    texts = {t.get_position(): t.get_text() for t in panel(drawn(table), "loses data").texts}
    assert texts == {(0, 0): "below 1e-15", (1, 0): "below 0.09", (0, 1): "0.9", (1, 1): "2e-05"}


def test_lost_sample_makes_a_point_unsafe_whatever_the_tail_says(table):
    table.loc[0, "flipped"] = 1
    hatched = panel(drawn(table), "Swing").patches
    assert len(hatched) == 3


def test_missing_probability_is_not_safe(table):
    table.loc[0, "loss_probability"] = float("nan")
    figure = drawn(table)
    assert len(panel(figure, "Swing").patches) == 3
    assert "no value" in {t.get_text() for t in panel(figure, "loses data").texts}


def test_axes_carry_their_units(table):
    axes = panel(drawn(table), "Swing")
    assert axes.get_xlabel() == "load width (µm)"
    assert axes.get_ylabel() == "word line voltage (V)"
    assert [t.get_text() for t in axes.get_xticklabels()] == ["2", "4"]


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("conditions.vdd", "vdd (V)"),
        ("conditions.temperature", "temperature (°C)"),
        ("column.rows", "rows"),
        ("access.word_line_pulse", "word line pulse (ns)"),
    ],
)
def test_labels(key, label):
    assert axis_scale(key).label == label
