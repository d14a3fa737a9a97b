"""Losses on pages and figures: bounds are said to be bounds, and nothing below 1e-15 has digits."""

from __future__ import annotations

import pandas as pd

from sram_spice.report.map_figure import design_map
from sram_spice.report.sweep_columns import sweep_columns

TABLE = pd.DataFrame(
    {
        "column.word_line_voltage": [0.4, 0.4, 0.6, 0.6],
        "column.load_width": [2e-6, 4e-6, 2e-6, 4e-6],
        "loss_probability": [1e-15, 2e-5, 0.02, 1.5e-132],
        "loss_low": [0.0, 0.0, 0.01, 4e-136],
        "loss_high": [1e-15, 2e-5, 0.03, 6e-14],
        "loss_bound": [1.0, 1.0, 0.0, None],  # the last as in a sweep of before
        **dict.fromkeys(("swing_v", "sigma_rows", "energy_j"), 1.0),
        **dict.fromkeys(("flipped", "nominal_flipped", "nominal_failed"), 0),
    }
)


def test_table_of_a_sweep():
    column = next(c for c in sweep_columns(TABLE) if c.name == "loss_probability")
    assert column.shown == ("below 1e-15", "below 2e-05", "0.02", "below 6e-14")
    assert column.values.tolist() == [1e-15, 2e-5, 0.02, 6e-14]  # a logarithmic axis ends there


def test_map():
    figure = design_map(TABLE, "column.load_width", "column.word_line_voltage", "a map")
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["below 1e-15", "below 2e-05", "0.02", "below 6e-14"]
