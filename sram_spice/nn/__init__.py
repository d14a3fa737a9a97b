"""PyTorch layers computed in sub-arrays, each partial sum through the lookup table (extra `torch`).

docs/adapters.md says how a layer is laid out in sub-arrays.
"""

from sram_spice.nn.binary import bipolar, unipolar
from sram_spice.nn.conv import SubArrayConv2d
from sram_spice.nn.convert import convert
from sram_spice.nn.layer import with_table
from sram_spice.nn.linear import SubArrayLinear
from sram_spice.nn.mapping import mapping
from sram_spice.nn.recalibrate import recalibrate
from sram_spice.nn.recorded_sums import SumCounts, record_sums
from sram_spice.nn.table import Mismatch, SumTable

__all__ = [
    "Mismatch",
    "SubArrayConv2d",
    "SubArrayLinear",
    "SumCounts",
    "SumTable",
    "bipolar",
    "convert",
    "mapping",
    "recalibrate",
    "record_sums",
    "unipolar",
    "with_table",
]
