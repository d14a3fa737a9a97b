"""The exported lookup table and how it is used."""

from sram_spice.lut.alias import NO_CODE
from sram_spice.lut.amplifier import Amplifier
from sram_spice.lut.dataset import lookup_table, write_lookup_table
from sram_spice.lut.ideal import ideal_lut
from sram_spice.lut.lookup import Lut
from sram_spice.lut.schema import FORMAT_VERSION

__all__ = [
    "FORMAT_VERSION",
    "NO_CODE",
    "Amplifier",
    "Lut",
    "ideal_lut",
    "lookup_table",
    "write_lookup_table",
]
