"""A figure as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from sram_spice.atomic import write_atomically


@dataclass(frozen=True)
class FigureFile:
    """A figure that has been written.

    Attributes
    ----------
    name : str
        File name without its ending.
    title : str
        Heading, one line.
    caption : str
        What it shows and what to look for, one paragraph.
    png, svg : Path
    """

    name: str
    title: str
    caption: str
    png: Path
    svg: Path


def save_figure(figure: Figure, folder: Path, name: str, title: str, caption: str) -> FigureFile:
    """Write a figure as PNG and SVG, without date or versions in them.

    Within :func:`~sram_spice.report.style.figure_style` the same figure gives the same bytes.
    """
    file = FigureFile(name, title, caption, folder / f"{name}.png", folder / f"{name}.svg")
    write_atomically(file.png, lambda path: _save(figure, path, {"Software": None}))
    write_atomically(file.svg, lambda path: _save(figure, path, {"Date": None, "Creator": None}))
    return file


def _save(figure: Figure, path: Path, metadata: dict[str, str | None]) -> None:
    figure.savefig(path, metadata=metadata)
