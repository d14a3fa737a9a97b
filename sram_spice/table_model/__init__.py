"""The fast column solver: cell tables from the simulator, columns by Kirchhoff's law."""

from sram_spice.table_model.cache import cached_tables
from sram_spice.table_model.certificate import Certificate, LevelCertificate, certify
from sram_spice.table_model.level import is_static
from sram_spice.table_model.sample import sample_chunks, sample_level
from sram_spice.table_model.solve import LevelSamples, solve_level
from sram_spice.table_model.tables import ColumnTables, build_tables, check_supported

__all__ = [
    "Certificate",
    "ColumnTables",
    "LevelCertificate",
    "LevelSamples",
    "build_tables",
    "cached_tables",
    "certify",
    "check_supported",
    "is_static",
    "sample_chunks",
    "sample_level",
    "solve_level",
]
