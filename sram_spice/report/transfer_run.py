"""Finished transfer curves: their figures and tables."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sram_spice.report.figure_file import FigureFile
from sram_spice.report.notebook import box


@dataclass(frozen=True, eq=False)
class TransferRun:
    """Transfer curves of a design, without mismatch.

    Attributes
    ----------
    folder : Path
        Where their files are.
    figures : tuple of FigureFile
    tables : dict of str to DataFrame
        By the name of their CSV: inverter_vtc, hold_snm, ..., nominal_levels, nominal_codes.
    """

    folder: Path
    figures: tuple[FigureFile, ...]
    tables: dict[str, pd.DataFrame]

    def _repr_html_(self) -> str:
        """Return the figures, for a notebook."""
        images = [
            '<img style="max-width:100%" src="data:image/png;base64,'
            f'{base64.b64encode(figure.png.read_bytes()).decode()}">'
            for figure in self.figures
        ]
        return box("Transfer curves", *images, html.escape(str(self.folder)))
