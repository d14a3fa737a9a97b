"""The map of a finished sweep over two axes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sram_spice.design import Design
from sram_spice.generators.readout import readout_of
from sram_spice.report.figure_file import save_figure
from sram_spice.report.map_figure import design_map
from sram_spice.report.style import figure_style
from sram_spice.results.folder_record import SWEEP
from sram_spice.results.ownership import more_files
from sram_spice.runs.sweep.design_grid import Axis
from sram_spice.wording import count


def draw_map(
    table: pd.DataFrame, axes: Sequence[Axis], design: Design, folder: Path
) -> Path | None:
    """Draw the map of a sweep over two axes of numbers; None for other sweeps."""
    numeric = all(isinstance(v, int | float) for axis in axes for v in axis.values)
    if len(axes) != 2 or not numeric or any(len(axis.values) < 2 for axis in axes):
        return None
    swept = {axis.key for axis in axes}
    shown = {
        "column.rows": count(design.column.rows, "row"),
        "column.word_line_voltage": f"V_WL = {design.column.word_line_voltage:g} V",
        **readout_of(design).labels(),
        "conditions.vdd": f"VDD = {design.conditions.vdd:g} V",
        "technology.corner": f"corner {design.technology.corner}",
    }
    words = [text for key, text in shown.items() if key not in swept]
    title = ", ".join([f"{design.name}: {design.cell.topology}", *words])
    with figure_style(), more_files(folder, SWEEP):
        figure = design_map(table, axes[1].key, axes[0].key, title)
        return save_figure(figure, folder, "map", "Map", title).png
