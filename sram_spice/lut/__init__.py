"""The exported lookup table and the tables it is made of."""

from sram_spice.lut.dataset import FORMAT_VERSION, lookup_table, write_lookup_table
from sram_spice.lut.tables import RunTables

__all__ = ["FORMAT_VERSION", "RunTables", "lookup_table", "write_lookup_table"]
