"""Figures and the page of a finished run.

`write_figures` draws and writes them, `write_report` makes the page of them; neither simulates.
"""

from sram_spice.report.figure_file import FigureFile
from sram_spice.report.figures import write_figures
from sram_spice.report.page import write_report
from sram_spice.report.provenance import Provenance

__all__ = ["FigureFile", "Provenance", "write_figures", "write_report"]
