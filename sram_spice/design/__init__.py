"""A validated design: what is characterized, from a TOML file and overrides."""

from sram_spice.design.keys import field_of
from sram_spice.design.load import design_from_dict, load_design, with_values
from sram_spice.design.measurements import MeasurementsDesign
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
from sram_spice.design.plugin_section import PluginSection, own_section
from sram_spice.design.references import ReferencesDesign
from sram_spice.design.section import Section
from sram_spice.design.sense_amplifier import SenseAmplifierDesign
from sram_spice.design.wires import Place, WiresDesign

__all__ = [
    "Access",
    "CellDesign",
    "ColumnDesign",
    "Conditions",
    "Design",
    "MeasurementsDesign",
    "MismatchDesign",
    "MlsaDesign",
    "MonteCarlo",
    "Place",
    "PluginSection",
    "ReferencesDesign",
    "Section",
    "SenseAmplifierDesign",
    "TechnologyDesign",
    "WiresDesign",
    "design_from_dict",
    "field_of",
    "load_design",
    "own_section",
    "with_values",
]
