"""PTM 65 nm bulk, the default process: parameter table and assumptions."""

from sram_spice.technology.ptm65.process import Ptm65, ptm65_card

__all__ = ["Ptm65", "ptm65_card"]
