"""From thresholds on sums to reference voltages to code probabilities.

`SumDistribution` -> `Quantizer` (thresholds) -> with a `LevelModel` `ReferenceSet` (voltages) ->
`code_probabilities` -> `summarize`. Pure numerics: no simulator, no files.
"""

from sram_spice.mlsa.code_probability import code_probabilities, counted_code_probabilities
from sram_spice.mlsa.counted_errors import with_counted_errors
from sram_spice.mlsa.level_model import LevelModel, Sensing, build_level_model, with_counts
from sram_spice.mlsa.quantizer import Quantizer, linear, lloyd_max
from sram_spice.mlsa.references import (
    ReferenceSet,
    global_references,
    input_aware_references,
    to_frame,
)
from sram_spice.mlsa.sensing_summary import SensingSummary, summarize
from sram_spice.mlsa.voltage_counts import VoltageCounts

__all__ = [
    "LevelModel",
    "Quantizer",
    "ReferenceSet",
    "Sensing",
    "SensingSummary",
    "VoltageCounts",
    "build_level_model",
    "code_probabilities",
    "counted_code_probabilities",
    "global_references",
    "input_aware_references",
    "linear",
    "lloyd_max",
    "summarize",
    "to_frame",
    "with_counted_errors",
    "with_counts",
]
