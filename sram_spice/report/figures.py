"""All figures of a run, drawn and written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from sram_spice.report import captions
from sram_spice.report.access_figure import access
from sram_spice.report.figure_file import FigureFile, save_figure
from sram_spice.report.level_curve import level_curve
from sram_spice.report.level_histograms import level_histograms
from sram_spice.report.level_plane import level_plane
from sram_spice.report.run import Run
from sram_spice.report.style import figure_style
from sram_spice.report.transfer import transfer


@dataclass(frozen=True)
class FigureKind:
    """One kind of figure.

    Attributes
    ----------
    name : str
        File name without its ending.
    title : str
    draw : callable
        Run -> Figure.
    caption : callable
        Run -> str.
    """

    name: str
    title: str
    draw: Callable[[Run], Figure]
    caption: Callable[[Run], str]


def figure_kinds(run: Run) -> tuple[FigureKind, ...]:
    """Return the figures that suit a run, in the order of the page."""
    curve = FigureKind(
        "level_curve", "Bit-line voltages", level_curve, captions.level_curve_caption
    )
    plane = FigureKind(
        "level_curve", "Bit-line voltages", level_plane, captions.level_plane_caption
    )
    return (
        curve if run.always_active else plane,
        FigureKind(
            "level_histograms",
            "Distribution of the sensed voltage, and the references",
            level_histograms,
            captions.level_histograms_caption,
        ),
        FigureKind("transfer", "Code against sum", transfer, captions.transfer_caption),
        FigureKind("access", "One access in time", access, captions.access_caption),
    )


def write_figures(run: Run) -> list[FigureFile]:
    """Draw all figures of a finished run and write each into its folder, as PNG and SVG.

    The same input gives the same bytes.

    Returns
    -------
    list of FigureFile
        In the order of the page.
    """
    with figure_style():
        return [
            save_figure(kind.draw(run), run.folder, kind.name, kind.title, kind.caption(run))
            for kind in figure_kinds(run)
        ]
