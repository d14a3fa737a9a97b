"""What a run leaves: its tables, its manifest, and what determines it."""

from __future__ import annotations

from sram_spice.results.tables import RunTables

__all__ = ["RunTables"]
