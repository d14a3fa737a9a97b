"""A validated design: what is characterized, from a TOML file and overrides."""

from sram_spice.design.load import design_from_dict, load_design, with_values
from sram_spice.design.model import (
    Access,
    CellDesign,
    ColumnDesign,
    Conditions,
    Design,
    MismatchDesign,
    MlsaDesign,
    MonteCarlo,
    TechnologyDesign,
)
from sram_spice.design.sense_amplifier import SenseAmplifierDesign

__all__ = [
    "Access",
    "CellDesign",
    "ColumnDesign",
    "Conditions",
    "Design",
    "MismatchDesign",
    "MlsaDesign",
    "MonteCarlo",
    "SenseAmplifierDesign",
    "TechnologyDesign",
    "design_from_dict",
    "load_design",
    "with_values",
]
