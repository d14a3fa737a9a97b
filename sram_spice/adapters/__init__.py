"""The lookup table in the form of other tools; each is a plug-in (`sram_spice.adapters`)."""

from sram_spice.adapters.adapter import ExportOptions, export

__all__ = ["ExportOptions", "export"]
