"""The exported lookup table, how it is used, and the tables it is made of."""

from sram_spice.lut.alias import NO_CODE
from sram_spice.lut.dataset import lookup_table, write_lookup_table
from sram_spice.lut.ideal import ideal_lut
from sram_spice.lut.lookup import Lut
from sram_spice.lut.schema import FORMAT_VERSION
from sram_spice.lut.tables import RunTables

__all__ = [
    "FORMAT_VERSION",
    "NO_CODE",
    "Lut",
    "RunTables",
    "ideal_lut",
    "lookup_table",
    "write_lookup_table",
]
